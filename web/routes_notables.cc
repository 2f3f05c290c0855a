#include <fmt/format.h>

#include <charconv>
#include <string>

#include "web/lists.h"
#include "web/routes.h"

namespace rw::web {
namespace {

// Splunk ES shows the fields named in nes_fields (user and dest, as a rule) beside the notable's own.
void add_nes_fields(Json& notable) {
  const auto names = notable.find("nes_fields");
  const auto row = notable.find("row");
  if (names == notable.end() || !names->is_array() || row == notable.end() || !row->is_object()) return;
  Json fields = Json::object();
  for (const Json& name : *names) {
    if (!name.is_string()) continue;
    const auto value = row->find(name.get_ref<const std::string&>());
    if (value != row->end() && !notable.contains(value.key())) fields[value.key()] = *value;
  }
  notable.update(fields);
}

}  // namespace

Answer list_notables(const Context& context, const http::Request& request) {
  return answer_list(context, request, {"notables", storage::Listing::kNotables}, add_nes_fields);
}

Answer get_notable(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  const std::string& text = request.path_parameters.at(0);
  const core::Error none{core::ErrorCode::kNotFound, fmt::format("there is no notable '{}'", text)};
  storage::ListRequest list;
  list.listing = storage::Listing::kNotables;
  list.limit = 1;
  list.id.emplace();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *list.id);
  if (error != std::errc() || end != text.data() + text.size()) return none;

  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  RW_TRY(const storage::ListPage page, reader->list(list));
  std::vector<Json> items = render_items(page);
  if (items.empty()) return none;
  add_nes_fields(items[0]);
  return json_response(items[0]);
}

}  // namespace rw::web
