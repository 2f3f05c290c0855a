#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/version.h"
#include "daemon/detect/attack/layer.h"
#include "web/export_forms.h"
#include "web/lists.h"
#include "web/routes.h"

namespace rw::web {
namespace {

const ListSpec kNotables{"notables", storage::Listing::kNotables};
constexpr std::chrono::hours kLayerWindow{24 * 30};

using Form = Json (*)(const Json& notable);

// Exports have one form, and no pages.
core::Result<void> expect_no(const http::Request& request, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (request.query_value(name)) {
      return core::invalid_input(fmt::format("unknown parameter '{}': an export has none of this name", name));
    }
  }
  return {};
}

Answer export_notables(const Context& context, const http::Request& request, Form form) {
  RW_CHECK(expect_no(request, {"fields", "format", "cursor"}));
  http::Request as_lines = request;
  as_lines.query.emplace_back("format", "ndjson");
  RW_TRY(ListParameters parameters,
         parse_list_parameters(as_lines, kNotables, context.sources.clock.now(), context.sources.zone));
  return stream_items(context, std::move(parameters.list), kNotables, nullptr, parameters.limit, "application/x-ndjson",
                      {}, [form](std::string& body, const Json& notable) {
                        body += form(notable).dump(-1, ' ', false, Json::error_handler_t::replace);
                        body += '\n';
                      });
}

// How often a detection has fired: a finding of both kinds counts once, as it is one row of the search.
struct Fired {
  std::string name;
  std::int64_t count = 0;
  storage::Listing listing = storage::Listing::kRiskEvents;
  std::int64_t newest_id = 0;
};

core::Result<std::vector<std::string>> techniques_of(storage::Reader& reader, const Fired& fired) {
  storage::ListRequest list;
  list.listing = fired.listing;
  list.id = fired.newest_id;
  list.columns = {"annotations"};
  RW_TRY(const storage::ListPage page, reader.list(list));
  std::vector<std::string> techniques;
  for (const Json& item : render_items(page)) {
    for (const Json& id : list_in(object_in(item, "annotations"), "mitre_attack")) {
      const bool is_new = id.is_string() && std::ranges::find(techniques, id.get<std::string>()) == techniques.end();
      if (is_new) techniques.push_back(id.get<std::string>());
    }
  }
  return techniques;
}

}  // namespace

Answer export_ocsf(const Context& context, const http::Request& request) {
  return export_notables(context, request, ocsf_finding);
}

Answer export_ecs(const Context& context, const http::Request& request) {
  return export_notables(context, request, ecs_alert);
}

Answer export_navigator(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no(request, {"by", "span", "sum", "limit"}));
  const core::Micros now = context.sources.clock.now();
  RW_TRY(TallyParameters parameters, parse_tally_parameters(request, kNotables, now, context.sources.zone));
  storage::TallyRequest& tally = parameters.tally;
  if (!tally.filters.empty()) {
    return core::invalid_input(
        fmt::format("unknown parameter '{}': expected one of earliest, latest", tally.filters[0].first));
  }
  if (!tally.earliest) tally.earliest = tally.latest.value_or(now) - kLayerWindow;
  tally.by = {"detection_id", "detection"};

  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  std::map<std::string, Fired> fired;  // by detection id
  for (const storage::Listing listing : {storage::Listing::kRiskEvents, storage::Listing::kNotables}) {
    tally.listing = listing;
    RW_TRY(const auto groups, reader->tally(tally));
    for (const storage::TallyGroup& group : groups) {
      Fired& one = fired[std::get<std::string>(group.values.at(0))];
      if (group.count <= one.count) continue;
      one = {std::get<std::string>(group.values.at(1)), group.count, listing, group.newest_id};
    }
  }
  detect::attack::LayerTechniques techniques;
  for (const auto& [id, one] : fired) {
    RW_TRY(const std::vector<std::string> of_detection, techniques_of(*reader, one));
    for (const std::string& technique_id : of_detection) {
      detect::attack::LayerTechnique& technique = techniques[technique_id];
      technique.score += static_cast<std::size_t>(one.count);
      technique.comment += fmt::format("{}{}: {}", technique.comment.empty() ? "" : "\n", one.name, one.count);
    }
  }
  http::Response response;
  response.body = detect::attack::navigator_layer(
      "regwarden findings",
      fmt::format("What fired from {} to {}, by regwarden {}: score is the number of findings",
                  core::format_rfc3339(*tally.earliest), core::format_rfc3339(tally.latest.value_or(now)),
                  core::kVersion),
      std::move(techniques));
  return response;
}

}  // namespace rw::web
