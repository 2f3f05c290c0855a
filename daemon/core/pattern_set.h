// Many patterns tried on one text in one pass over it: an Aho-Corasick automaton finds which of the patterns' longest
// ASCII literals stand in the text, and only those patterns (and the few that have no literal) are tried themselves.
// Immutable after construction, thread-safe. Memory beside the patterns: at most kLongestLiteral states a pattern, each
// four bytes for every different character of the literals (about 40 with paths).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/core/text_pattern.h"

namespace rw::core {

class PatternSet {
 public:
  // Of a longer literal the end is looked for.
  static constexpr std::size_t kLongestLiteral = 24;

  explicit PatternSet(std::vector<TextPattern> patterns = {});

  // Appends the indexes of the patterns that match, each once, in no order.
  void find(std::string_view text, std::vector<std::uint32_t>& matching) const;

  std::size_t size() const { return patterns_.size(); }

 private:
  using State = std::uint32_t;
  static constexpr State kRoot = 0;
  static constexpr std::uint32_t kNone = 0xffffffff;

  void number_characters(const std::vector<std::string>& literals);
  void add_literal(std::string_view literal, std::uint32_t pattern);
  void link_states();
  State& next(State state, std::uint8_t character) { return next_[state * characters_ + character]; }

  std::vector<TextPattern> patterns_;
  std::vector<std::uint32_t> without_literal_;
  // Characters of the literals from 1, upper case as lower case; 0: none of them.
  std::array<std::uint8_t, 256> character_{};
  std::size_t characters_ = 1;
  std::vector<State> next_;                // by state and character
  std::vector<std::uint32_t> literal_of_;  // by state: the literal that ends there, or kNone
  std::vector<State> shorter_;             // by state: the next state at which a shorter literal ends, or kRoot
  std::vector<std::vector<std::uint32_t>> patterns_of_;  // by literal
};

}  // namespace rw::core
