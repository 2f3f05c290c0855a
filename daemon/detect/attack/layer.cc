#include "daemon/detect/attack/layer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "daemon/detect/attack/attack.h"

namespace rw::detect::attack {

std::string navigator_layer(std::string_view name, std::string_view description, LayerTechniques techniques) {
  using Json = nlohmann::ordered_json;
  std::vector<std::string> ids;
  for (const auto& [id, technique] : techniques) ids.push_back(id);
  for (const std::string& id : ids) techniques.try_emplace(std::string(parent_of(id)));

  std::size_t most = 1;
  Json shown = Json::array();
  for (const auto& [id, technique] : techniques) {
    const std::string prefix = id + '.';
    const auto next = techniques.upper_bound(id);
    Json one = {{"techniqueID", id}};
    if (technique.score > 0) {
      one["score"] = technique.score;
      one["comment"] = technique.comment;
    }
    one["enabled"] = true;
    one["showSubtechniques"] = next != techniques.end() && next->first.starts_with(prefix);
    shown.push_back(std::move(one));
    most = std::max(most, technique.score);
  }
  const Json layer = {
      {"name", name},
      {"versions", {{"layer", "4.5"}}},
      {"domain", "enterprise-attack"},
      {"description", description},
      {"sorting", 3},  // by score, highest first
      {"hideDisabled", false},
      {"techniques", std::move(shown)},
      {"gradient", {{"colors", {"#ffffff", "#66b1ff", "#0b3d91"}}, {"minValue", 0}, {"maxValue", most}}}};
  return layer.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace rw::detect::attack
