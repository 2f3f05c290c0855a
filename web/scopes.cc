#include "web/scopes.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "daemon/core/text.h"

namespace rw::web {

core::Result<Scopes> Scopes::parse(const std::vector<std::string>& names) {
  Scopes scopes;
  for (const std::string& name : names) {
    const std::optional<Scope> scope = find_scope(name);
    if (!scope) return core::invalid_input(fmt::format("scope {}: expected {}", core::quoted(name), kScopeNames));
    scopes.add(*scope);
  }
  if (scopes.empty()) return core::invalid_input(fmt::format("scopes: expected at least one of {}", kScopeNames));
  return scopes;
}

Scopes Scopes::from_json(std::string_view text) {
  Scopes scopes;
  const auto list = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!list.is_array()) return scopes;
  for (const auto& item : list) {
    if (!item.is_string()) continue;
    if (const auto scope = find_scope(item.get_ref<const std::string&>())) scopes.add(*scope);
  }
  return scopes;
}

std::string Scopes::to_json() const { return nlohmann::json(names()).dump(); }

bool Scopes::grants(Scope scope) const {
  if ((bits_ & bit(scope)) != 0) return true;
  if (scope == Scope::kIngest) return false;
  // Of the others each implies those before it.
  return bits_ >= bit(scope);
}

std::vector<std::string> Scopes::names() const {
  std::vector<std::string> names;
  for (const auto& [scope, name] : kScopes) {
    if ((bits_ & bit(scope)) != 0) names.emplace_back(name);
  }
  return names;
}

std::vector<std::string> Scopes::granted() const {
  std::vector<std::string> names;
  for (const auto& [scope, name] : kScopes) {
    if (grants(scope)) names.emplace_back(name);
  }
  return names;
}

}  // namespace rw::web
