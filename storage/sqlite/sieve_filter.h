// A filter as a sieve asks it: the predicate over numbered tests of facets, answered also when some facets are not
// known yet. Immutable once compiled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "storage/predicate.h"
#include "storage/sqlite/sieve_facet.h"

namespace rw::storage::sqlite {

// Ordered: AND is the least, OR the greatest.
enum class Answer : std::uint8_t { kNo, kMaybe, kYes };

class SieveFilter {
 public:
  // Finds the facets it needs, or adds them.
  SieveFilter(cim::Dataset dataset, const Predicate& where, std::vector<std::unique_ptr<Facet>>& facets);

  // passed: the tests passed, by facet; nullptr: not known.
  Answer ask(std::span<const Bits* const> passed) const { return ask(root_, passed); }
  // The facets with tests of this filter, by their places when it was compiled, each once.
  const std::vector<std::size_t>& facets() const { return used_; }

 private:
  enum class Kind : std::uint8_t { kAll, kAny, kNot, kTest, kAlways, kNever, kUnclear };
  struct Node {
    Kind kind = Kind::kUnclear;
    std::uint32_t facet = 0;
    std::uint32_t test = 0;
    std::vector<Node> terms = {};
  };
  class Compiler;

  static Answer ask(const Node& node, std::span<const Bits* const> passed);

  Node root_;
  std::vector<std::size_t> used_;
};

}  // namespace rw::storage::sqlite
