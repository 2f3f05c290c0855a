#include "web/render.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "daemon/core/text.h"

namespace rw::web {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// The column's JSON text; as a text where it is none, so that nothing the store holds is hidden.
Json render_json(const storage::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return render_value(value);
  Json json = Json::parse(core::to_valid_utf8(*text), nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? render_text(*text) : json;
}

Json render_time(const storage::Value& value) {
  const auto* microseconds = std::get_if<std::int64_t>(&value);
  return microseconds == nullptr ? render_value(value) : Json(core::format_rfc3339(core::from_us(*microseconds)));
}

Json render_boolean(const storage::Value& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer == nullptr ? render_value(value) : Json(*integer != 0);
}

}  // namespace

Json render_value(const storage::Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return render_text(*text);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return render_texts(*list);
  return nullptr;
}

std::vector<Json> render_items(const storage::ListPage& page) {
  using Render = Json (*)(const storage::Value&);
  std::vector<Render> renders;
  for (const std::string& column : page.table.columns) {
    Render render = render_value;
    if (contains(page.time_columns, column)) render = render_time;
    if (contains(page.json_columns, column)) render = render_json;
    if (contains(page.boolean_columns, column)) render = render_boolean;
    renders.push_back(render);
  }

  std::vector<Json> items;
  items.reserve(page.table.rows.size());
  for (const auto& row : page.table.rows) {
    Json& item = items.emplace_back(Json::object());
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!row[i].is_null()) item[page.table.columns[i]] = renders[i](row[i]);
    }
  }
  return items;
}

Json object_in(const Json& object, const char* member) {
  const auto value = object.find(member);
  return value != object.end() && value->is_object() ? *value : Json::object();
}

Json list_in(const Json& object, const char* member) {
  const auto value = object.find(member);
  return value != object.end() && value->is_array() ? *value : Json::array();
}

Json lines_in(const Json& object, const char* member) {
  Json lines = Json::array();
  const auto value = object.find(member);
  if (value == object.end() || !value->is_string()) return lines;
  std::string_view text = value->get_ref<const std::string&>();
  while (true) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

Json render_text(std::string_view text) { return core::to_valid_utf8(text); }

Json render_texts(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(render_text(text));
  return list;
}

http::Response list_response(std::vector<Json> items, const std::optional<std::string>& next_cursor) {
  Json body = Json::object();
  body["items"] = std::move(items);
  body["next_cursor"] = next_cursor ? Json(*next_cursor) : Json(nullptr);
  return json_response(body);
}

http::Response json_response(const Json& body, int status) {
  http::Response response{.status = status};
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

}  // namespace rw::web
