// What a token or a user may do. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/result.h"

namespace rw::web {

// write implies read, admin implies both. ingest stands alone: who may send events need not see any.
enum class Scope { kIngest, kRead, kWrite, kAdmin };

inline constexpr std::string_view kScopeNames = "ingest, read, write or admin";

inline constexpr std::array<std::pair<Scope, std::string_view>, 4> kScopes = {
    {{Scope::kIngest, "ingest"}, {Scope::kRead, "read"}, {Scope::kWrite, "write"}, {Scope::kAdmin, "admin"}}};

constexpr std::string_view scope_name(Scope scope) { return kScopes[static_cast<std::size_t>(scope)].second; }

constexpr std::optional<Scope> find_scope(std::string_view name) {
  for (const auto& [scope, known] : kScopes) {
    if (known == name) return scope;
  }
  return std::nullopt;
}

class Scopes {
 public:
  Scopes() = default;  // none
  Scopes(std::initializer_list<Scope> scopes) {
    for (const Scope scope : scopes) add(scope);
  }

  // Errors: InvalidInput (a name that is none; no name at all).
  static core::Result<Scopes> parse(const std::vector<std::string>& names);
  // The form that the store keeps: ["read","write"]. A name that is not known, of a later version, grants nothing.
  static Scopes from_json(std::string_view text);
  std::string to_json() const;

  void add(Scope scope) { bits_ |= bit(scope); }
  bool empty() const { return bits_ == 0; }
  bool grants(Scope scope) const;
  // Those that were given, in the order of Scope.
  std::vector<std::string> names() const;
  // All that are granted.
  std::vector<std::string> granted() const;

  friend bool operator==(const Scopes&, const Scopes&) = default;

 private:
  static constexpr unsigned bit(Scope scope) { return 1U << static_cast<unsigned>(scope); }
  unsigned bits_ = 0;
};

}  // namespace rw::web
