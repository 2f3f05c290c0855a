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

// Of one facet, the tests that an event passes; of many events, those that some and those that all of them pass.
// nullptr: not known.
struct Passed {
  const Bits* some = nullptr;
  const Bits* all = nullptr;

  Passed() = default;
  Passed(const Bits* of_one) : some(of_one), all(of_one) {}
  Passed(const Bits* of_some, const Bits* of_all) : some(of_some), all(of_all) {}
};

class SieveFilter {
 public:
  // Finds the facets it needs, or adds them.
  SieveFilter(cim::Dataset dataset, const Predicate& where, std::vector<std::unique_ptr<Facet>>& facets);

  // passed: by facet. Of many events kNo is an answer for each of them.
  Answer ask(std::span<const Passed> passed) const { return ask(root_, passed); }
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

  static Answer ask(const Node& node, std::span<const Passed> passed);

  Node root_;
  std::vector<std::size_t> used_;
};

}  // namespace rw::storage::sqlite
