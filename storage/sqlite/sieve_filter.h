// A filter as a sieve asks it: the predicate over numbered tests of facets, answered also when some facets are not
// known yet. Immutable once compiled.
#pragma once

#include <algorithm>
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

  // passed: the tests that an event passes, by facet; nullptr: not known.
  Answer ask(std::span<const Bits* const> passed) const {
    return ask_with([&](std::size_t facet, std::size_t test) {
      if (passed[facet] == nullptr) return Answer::kMaybe;
      return has(*passed[facet], test) ? Answer::kYes : Answer::kNo;
    });
  }
  // answer_of(facet, test): of many events kMaybe where it differs; then kYes and kNo hold for each of them.
  template <class AnswerOf>
  Answer ask_with(const AnswerOf& answer_of) const {
    return ask(root_, answer_of);
  }
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

  template <class AnswerOf>
  static Answer ask(const Node& node, const AnswerOf& answer_of);

  Node root_;
  std::vector<std::size_t> used_;
};

template <class AnswerOf>
Answer SieveFilter::ask(const Node& node, const AnswerOf& answer_of) {
  switch (node.kind) {
    case Kind::kAll: {
      Answer answer = Answer::kYes;
      for (const Node& term : node.terms) {
        answer = std::min(answer, ask(term, answer_of));
        if (answer == Answer::kNo) break;
      }
      return answer;
    }
    case Kind::kAny: {
      Answer answer = Answer::kNo;
      for (const Node& term : node.terms) {
        answer = std::max(answer, ask(term, answer_of));
        if (answer == Answer::kYes) break;
      }
      return answer;
    }
    case Kind::kNot:
      switch (ask(node.terms.front(), answer_of)) {
        case Answer::kNo:
          return Answer::kYes;
        case Answer::kYes:
          return Answer::kNo;
        case Answer::kMaybe:
          break;
      }
      return Answer::kMaybe;
    case Kind::kTest:
      return answer_of(node.facet, node.test);
    case Kind::kAlways:
      return Answer::kYes;
    case Kind::kNever:
      return Answer::kNo;
    case Kind::kUnclear:
      break;
  }
  return Answer::kMaybe;
}

}  // namespace rw::storage::sqlite
