// Layers of the ATT&CK Navigator (layer format 4.5, https://github.com/mitre-attack/attack-navigator). Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace rw::detect::attack {

struct LayerTechnique {
  std::size_t score = 0;
  std::string comment;  // lines
};

// By technique id ("T1562.001").
using LayerTechniques = std::map<std::string, LayerTechnique, std::less<>>;

// The layer's JSON, indented. The parents of sub-techniques are shown with them, without a score of their own.
std::string navigator_layer(std::string_view name, std::string_view description, LayerTechniques techniques);

}  // namespace rw::detect::attack
