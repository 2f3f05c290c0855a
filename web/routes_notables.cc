#include <fmt/format.h>

#include <charconv>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/core/text.h"
#include "web/lists.h"
#include "web/notables.h"
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

core::Error no_such_notable(const http::Request& request) {
  return {core::ErrorCode::kNotFound,
          fmt::format("there is no notable {}", core::quoted(request.path_parameters.at(0)))};
}

core::Result<std::int64_t> notable_id(const http::Request& request) {
  const std::string& text = request.path_parameters.at(0);
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) return no_such_notable(request);
  return id;
}

core::Result<Json> find_notable(const Context& context, const http::Request& request) {
  storage::ListRequest list;
  list.listing = storage::Listing::kNotables;
  list.limit = 1;
  RW_TRY(list.id, notable_id(request));
  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  RW_TRY(const storage::ListPage page, reader->list(list));
  std::vector<Json> items = render_items(page);
  if (items.empty()) return no_such_notable(request);
  add_nes_fields(items[0]);
  return std::move(items[0]);
}

Answer get_notable(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(const Json notable, find_notable(context, request));
  return json_response(notable);
}

}  // namespace rw::web
