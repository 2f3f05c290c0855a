#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "daemon/cim/fields.h"
#include "web/edit.h"
#include "web/lists.h"
#include "web/notable_edit.h"
#include "web/notables.h"
#include "web/problem.h"
#include "web/routes.h"

namespace rw::web {
namespace {

constexpr int kMaxEventsBehind = 100;  // of each kind

// How many there were.
core::Result<std::uint64_t> change(const Context& context, const http::Request& request, Triage triage) {
  triage.edit.time = context.sources.clock.now();
  triage.edit.actor = context.caller.actor();
  storage::Edits edits;
  for (const std::int64_t notable : triage.notables) {
    triage.edit.notable = notable;
    edits.notables.push_back(triage.edit);
  }
  const std::string object = triage.notables.size() == 1 ? std::to_string(triage.notables[0])
                                                         : fmt::format("{} notables", edits.notables.size());
  edits.audit.push_back(audit_entry(context, request, "notable.edit", object, triage.asked));
  RW_TRY(const storage::CommitOutcome outcome, commit_edits(context, std::move(edits)));
  return outcome.edited;
}

// What identifies the events behind a row: its columns that are fields of the dataset and have one value. Without one
// that speaks of the events themselves, and not just of host and user, nothing does.
storage::ListRequest events_behind(const Json& notable, const storage::ListRequest& window, storage::Listing listing) {
  const bool of_registry = listing == storage::Listing::kRegistryEvents;
  const cim::Dataset dataset = of_registry ? cim::Dataset::kRegistry : cim::Dataset::kProcesses;
  const std::string_view telling = of_registry ? "registry_" : "process";
  storage::ListRequest list = window;
  list.listing = listing;
  bool tells = false;
  const Json row = notable.value("row", Json::object());
  for (const auto& [name, value] : row.items()) {
    const auto* const text = value.get_ptr<const std::string*>();
    const cim::Field* const field = cim::find_field(dataset, name);
    if (text == nullptr || field == nullptr || field->type != cim::FieldType::kText) continue;
    list.filters.emplace_back(name, *text);
    tells = tells || name.starts_with(telling);
  }
  if (!tells) list.limit = 0;
  return list;
}

core::Result<Json> events_of(storage::Reader& reader, const storage::ListRequest& list) {
  Json events = Json::array();
  if (list.limit == 0) return events;
  RW_TRY(storage::ListPage found, reader.list(list));
  const storage::ListPage page = with_time_name(std::move(found), "_time");
  for (Json& event : render_items(page)) events.push_back(std::move(event));
  return events;
}

}  // namespace

Answer edit_notable(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(const std::int64_t id, notable_id(request));
  RW_TRY(Triage triage, parse_triage(request.body, TriageOf::kOne));
  triage.notables = {id};
  RW_TRY(const std::uint64_t changed, change(context, request, std::move(triage)));
  if (changed == 0) return no_such_notable(request);
  return get_notable(context, request);
}

Answer edit_notables(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(Triage triage, parse_triage(request.body, TriageOf::kMany));
  RW_TRY(const std::uint64_t changed, change(context, request, std::move(triage)));
  return json_response({{"changed", changed}});
}

Answer list_notable_history(const Context& context, const http::Request& request) {
  RW_TRY(const std::int64_t id, notable_id(request));
  RW_TRY(const Json notable, find_notable(context, request));
  const std::string name = fmt::format("notables/{}/history", id);  // a cursor of another one's does not fit
  return answer_list(
      context, request,
      {.name = name, .listing = storage::Listing::kNotableChanges, .of = {{"notable", std::to_string(id)}}});
}

Answer get_notable_events(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(const Json notable, find_notable(context, request));
  storage::ListRequest window;
  window.limit = kMaxEventsBehind;
  const auto time = [&](const char* member) -> std::optional<core::Micros> {
    const auto found = notable.find(member);
    if (found == notable.end() || !found->is_string()) return std::nullopt;
    const auto parsed = core::parse_iso8601(found->get_ref<const std::string&>());
    return parsed.ok() ? std::optional(*parsed) : std::nullopt;
  };
  window.earliest = time("earliest");
  window.latest = time("latest");
  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  RW_TRY(Json registry, events_of(*reader, events_behind(notable, window, storage::Listing::kRegistryEvents)));
  RW_TRY(Json processes, events_of(*reader, events_behind(notable, window, storage::Listing::kProcessEvents)));
  return json_response({{"registry", std::move(registry)}, {"processes", std::move(processes)}});
}

}  // namespace rw::web
