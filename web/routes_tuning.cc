#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/hash.h"
#include "daemon/detect/tuning_file.h"
#include "web/body.h"
#include "web/item_list.h"
#include "web/parameters.h"
#include "web/render.h"
#include "web/routes.h"
#include "web/tune.h"
#include "web/tuning_body.h"
#include "web/tuning_items.h"

namespace rw::web {
namespace {

using detect::Tuning;

constexpr std::string_view kExceptionExample =
    R"({"detection": "*", "fields": {"dest": "build-*"}, "reason": "test machines", "expires": "90d"})";
constexpr std::string_view kSuppressionExample = R"({"detection": "*", "fields": ["dest"], "period": "24h"})";

// An id that none of the others has.
template <class Entry>
std::string new_id(const Entry& entry, const std::vector<Entry>& others) {
  constexpr std::size_t kDigits = 12;
  core::StableHash hash;
  hash.add(core::to_us(entry.created));
  hash.add(entry.actor);
  hash.add(entry.detection);
  while (true) {
    const std::string id = hash.hex().substr(0, kDigits);
    if (std::ranges::none_of(others, [&](const Entry& other) { return other.id == id; })) return id;
    hash.add("another");
  }
}

template <class Entry>
core::Result<void> add_entry(Entry& entry, std::vector<Entry>& to, std::string_view what) {
  if (to.size() >= detect::kMostTuningEntries) {
    return core::Error{core::ErrorCode::kLimit, fmt::format("there are {} {} already", to.size(), what),
                       "delete those that have expired"};
  }
  entry.id = new_id(entry, to);
  to.push_back(entry);
  return {};
}

template <class Entry>
core::Result<void> delete_entry(const std::string& id, std::vector<Entry>& from, std::string_view what) {
  if (std::erase_if(from, [&](const Entry& entry) { return entry.id == id; }) > 0) return {};
  return core::Error{core::ErrorCode::kNotFound, fmt::format("there is no {} '{}'", what, id)};
}

}  // namespace

Answer list_exceptions(const Context& context, const http::Request& request) {
  const auto catalogue = context.sources.catalogue.get();
  std::vector<Json> items;
  for (const auto& exception : catalogue->tuning().exceptions) items.push_back(render_exception(exception));
  return answer_items(request, "exceptions", {"id", "detection", "reason", "actor", "created", "expires"},
                      std::move(items));
}

Answer add_exception(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(const Json body, parse_object(request.body, kExceptionExample));
  RW_TRY(detect::Exception exception,
         parse_exception(body, *context.sources.catalogue.get(), context.sources.clock.now()));
  exception.actor = context.caller.actor();
  RW_CHECK(tune(context, request, "exception.add", exception.detection, body,
                [&](Tuning& tuning) { return add_entry(exception, tuning.exceptions, "exceptions"); }));
  return json_response(render_exception(exception), 201);
}

Answer delete_exception(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  const std::string& id = request.path_parameters.at(0);
  RW_CHECK(tune(context, request, "exception.delete", id, Json::object(),
                [&](Tuning& tuning) { return delete_entry(id, tuning.exceptions, "exception"); }));
  return http::Response{.status = 204};
}

Answer list_suppressions(const Context& context, const http::Request& request) {
  const auto catalogue = context.sources.catalogue.get();
  std::vector<Json> items;
  for (const auto& suppression : catalogue->tuning().suppressions) items.push_back(render_suppression(suppression));
  return answer_items(request, "suppressions", {"id", "detection", "fields", "period", "actor", "created", "expires"},
                      std::move(items));
}

Answer add_suppression(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(const Json body, parse_object(request.body, kSuppressionExample));
  RW_TRY(detect::Suppression suppression,
         parse_suppression(body, *context.sources.catalogue.get(), context.sources.clock.now()));
  suppression.actor = context.caller.actor();
  RW_CHECK(tune(context, request, "suppression.add", suppression.detection, body,
                [&](Tuning& tuning) { return add_entry(suppression, tuning.suppressions, "suppressions"); }));
  return json_response(render_suppression(suppression), 201);
}

Answer delete_suppression(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  const std::string& id = request.path_parameters.at(0);
  RW_CHECK(tune(context, request, "suppression.delete", id, Json::object(),
                [&](Tuning& tuning) { return delete_entry(id, tuning.suppressions, "suppression"); }));
  return http::Response{.status = 204};
}

Answer change_detection(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(const auto detection, find_detection(*context.sources.catalogue.get(), request.path_parameters.at(0)));
  RW_TRY(const Json body, parse_object(request.body, R"({"enabled": false})"));
  std::optional<bool> enabled;
  for (const auto& [member, value] : body.items()) {
    if (member != "enabled") return unknown_member(member, "enabled");
    if (!value.is_boolean()) return unexpected(member, value, "true or false");
    enabled = value.get<bool>();
  }
  if (!enabled) return core::invalid_input("enabled is missing: expected true or false");
  RW_CHECK(tune(context, request, "detection.edit", detection->name, body, [&](Tuning& tuning) -> core::Result<void> {
    std::erase_if(tuning.enabled, [&](const auto& entry) { return detect::is_called(*detection, entry.first); });
    tuning.enabled[detection->name] = *enabled;
    return {};
  }));
  return get_detection(context, request);
}

}  // namespace rw::web
