#include "web/tuning_body.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/units.h"
#include "daemon/detect/tuning_file.h"
#include "web/body.h"

namespace rw::web {
namespace {

constexpr std::chrono::hours kLongestExpiry{24 * 3660};

// The name by which the file shall call it.
core::Result<std::string> parse_detection(const Json& value, const detect::Catalogue& catalogue) {
  RW_TRY(std::string name, parse_text("detection", value));
  if (name == detect::kEveryDetection) return name;
  RW_TRY(const auto detection, find_detection(catalogue, name));
  return detection->name;
}

// null, a time from now on, or how long from now.
core::Result<std::optional<core::Micros>> parse_expires(const Json& value, core::Micros now) {
  constexpr std::string_view kExpected = "null, a duration such as 90d, or a time ahead of now, within ten years";
  if (value.is_null()) return std::optional<core::Micros>();
  RW_TRY(const std::string text, parse_text("expires", value));
  std::optional<core::Micros> expires;
  if (const auto duration = core::parse_duration(text); duration.ok()) {
    if (*duration <= kLongestExpiry) expires = now + *duration;
  } else if (const auto time = core::parse_iso8601(text); time.ok()) {
    expires = *time;
  }
  if (!expires || *expires <= now || *expires > now + kLongestExpiry) return unexpected("expires", value, kExpected);
  return expires;
}

core::Result<std::vector<std::pair<std::string, std::string>>> parse_patterns(const Json& value) {
  if (!value.is_object()) return unexpected("fields", value, R"(an object such as {"dest": "build-*"})");
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [column, pattern] : value.items()) {
    RW_TRY(std::string text, parse_text("fields." + column, pattern));
    fields.emplace_back(column, std::move(text));
  }
  return fields;
}

core::Result<std::vector<std::string>> parse_columns(const Json& value) {
  if (!value.is_array()) return unexpected("fields", value, R"(a list such as ["dest"])");
  std::vector<std::string> fields;
  for (const Json& column : value) {
    RW_TRY(std::string text, parse_text("fields", column));
    fields.push_back(std::move(text));
  }
  return fields;
}

}  // namespace

core::Result<std::shared_ptr<const detect::Detection>> find_detection(const detect::Catalogue& catalogue,
                                                                      std::string_view name) {
  std::shared_ptr<const detect::Detection> detection = catalogue.find(name);
  if (detection != nullptr) return detection;
  return core::Error{core::ErrorCode::kNotFound,
                     fmt::format("there is no detection with the id, name or file '{}'", name)};
}

core::Result<detect::Exception> parse_exception(const Json& body, const detect::Catalogue& catalogue,
                                                core::Micros now) {
  detect::Exception exception;
  exception.created = now;
  for (const auto& [member, value] : body.items()) {
    if (member == "detection") {
      RW_TRY(exception.detection, parse_detection(value, catalogue));
    } else if (member == "fields") {
      RW_TRY(exception.fields, parse_patterns(value));
    } else if (member == "reason") {
      RW_TRY(exception.reason, parse_text(member, value));
    } else if (member == "expires") {
      RW_TRY(exception.expires, parse_expires(value, now));
    } else {
      return unknown_member(member, "detection, fields, reason, expires");
    }
  }
  RW_CHECK(detect::check(exception));
  return exception;
}

core::Result<detect::Suppression> parse_suppression(const Json& body, const detect::Catalogue& catalogue,
                                                    core::Micros now) {
  detect::Suppression suppression;
  suppression.created = now;
  bool any_fields = false;
  for (const auto& [member, value] : body.items()) {
    if (member == "detection") {
      RW_TRY(suppression.detection, parse_detection(value, catalogue));
    } else if (member == "fields") {
      RW_TRY(suppression.fields, parse_columns(value));
      any_fields = true;
    } else if (member == "period") {
      RW_TRY(const std::string text, parse_text(member, value));
      const auto period = core::parse_duration(text);
      if (!period.ok()) return core::invalid_input("period: " + period.error().message);
      suppression.period = *period;
    } else if (member == "expires") {
      RW_TRY(suppression.expires, parse_expires(value, now));
    } else {
      return unknown_member(member, "detection, fields, period, expires");
    }
  }
  if (!any_fields) return core::invalid_input("fields is missing: expected a list of columns ([]: all rows are alike)");
  RW_CHECK(detect::check(suppression));
  return suppression;
}

}  // namespace rw::web
