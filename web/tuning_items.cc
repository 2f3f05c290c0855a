#include "web/tuning_items.h"

#include <optional>
#include <utility>

#include "daemon/core/units.h"

namespace rw::web {
namespace {

Json render_expires(const std::optional<core::Micros>& expires) {
  return expires ? Json(core::format_rfc3339(*expires)) : Json(nullptr);
}

bool is_over(const std::optional<core::Micros>& expires, core::Micros now) { return expires && *expires <= now; }

Json render_throttles(const std::vector<detect::Throttle>& throttles) {
  Json json = Json::array();
  for (const detect::Throttle& throttle : throttles) {
    json.push_back({{"fields", render_texts(throttle.fields)}, {"period", core::format_duration(throttle.period)}});
  }
  return json;
}

}  // namespace

Json render_exception(const detect::Exception& exception) {
  Json fields = Json::object();
  for (const auto& [column, pattern] : exception.fields) fields[column] = render_text(pattern);
  return {{"id", render_text(exception.id)},
          {"detection", render_text(exception.detection)},
          {"fields", std::move(fields)},
          {"reason", render_text(exception.reason)},
          {"actor", render_text(exception.actor)},
          {"created", core::format_rfc3339(exception.created)},
          {"expires", render_expires(exception.expires)}};
}

Json render_suppression(const detect::Suppression& suppression) {
  return {{"id", render_text(suppression.id)},
          {"detection", render_text(suppression.detection)},
          {"fields", render_texts(suppression.fields)},
          {"period", core::format_duration(suppression.period)},
          {"actor", render_text(suppression.actor)},
          {"created", core::format_rfc3339(suppression.created)},
          {"expires", render_expires(suppression.expires)}};
}

void add_tuning(Json& json, const detect::Detection& detection, const detect::Tuning& tuning, core::Micros now) {
  json["suppress"] = render_throttles(detection.throttles);
  json["exceptions"] = Json::array();
  for (const detect::Exception& exception : tuning.exceptions) {
    if (is_over(exception.expires, now) || !detect::concerns(exception.detection, detection)) continue;
    json["exceptions"].push_back(render_exception(exception));
  }
  json["suppressions"] = Json::array();
  for (const detect::Suppression& suppression : tuning.suppressions) {
    if (is_over(suppression.expires, now) || !detect::concerns(suppression.detection, detection)) continue;
    json["suppressions"].push_back(render_suppression(suppression));
  }
}

}  // namespace rw::web
