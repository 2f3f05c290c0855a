#include "web/body.h"

#include <fmt/format.h>

#include <set>
#include <utility>
#include <vector>

#include "daemon/core/text.h"

namespace rw::web {
namespace {

// Nothing that is asked for is nested deeper than this. The parser itself knows no bound, and what writes a value down,
// into an error for instance, calls itself for each level.
constexpr int kMaxBodyNesting = 32;

}  // namespace

core::Result<Json> parse_object(std::string_view body, std::string_view example) {
  std::vector<std::set<std::string>> open;  // the members of the objects around the place that is read
  std::string twice;
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    too_deep = too_deep || depth > kMaxBodyNesting;
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event != Json::parse_event_t::key) return true;
    const auto& name = parsed.get_ref<const std::string&>();
    if (!open.back().insert(name).second) twice = name;
    return true;
  };
  Json object = Json::parse(body, watch, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    return core::Error{core::ErrorCode::kInvalidInput, "the body: expected a JSON object in UTF-8",
                       fmt::format("such as {}", example)};
  }
  if (too_deep) return core::invalid_input(fmt::format("the body: nested more than {} deep", kMaxBodyNesting));
  if (!twice.empty()) return core::invalid_input(fmt::format("{}: given more than once", core::quoted(twice)));
  return object;
}

core::Result<std::string> parse_text(std::string_view member, const Json& value) {
  if (!value.is_string()) return unexpected(member, value, "a text");
  return value.get<std::string>();
}

core::Result<Scopes> parse_scopes(const Json& value) {
  if (!value.is_array()) return unexpected("scopes", value, "a list of texts");
  std::vector<std::string> names;
  for (const Json& item : value) {
    RW_TRY(std::string name, parse_text("scopes", item));
    names.push_back(std::move(name));
  }
  return Scopes::parse(names);
}

core::Error unexpected(std::string_view member, const Json& value, std::string_view expected) {
  const std::string text =
      value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return core::invalid_input(fmt::format("{}: {}: expected {}", member, core::quoted(text), expected));
}

core::Error unknown_member(std::string_view member, std::string_view known) {
  return core::invalid_input(fmt::format("unknown member {}: expected one of {}", core::quoted(member), known));
}

}  // namespace rw::web
