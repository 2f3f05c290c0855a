// Settings of the Sigma front end.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace rw::detect::sigma {

// What the operator sets for Sigma rules.
struct Options {
  // What a placeholder %name% stands for in values with the modifier `expand`: any of these texts, with wildcards.
  std::map<std::string, std::vector<std::string>, std::less<>> placeholders;
  // Findings of rules with status experimental count half.
  bool halve_experimental = true;
};

}  // namespace rw::detect::sigma
