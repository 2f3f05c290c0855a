#include "daemon/core/pattern_set.h"

#include <algorithm>
#include <string>
#include <utility>

#include "daemon/core/text.h"

namespace rw::core {

PatternSet::PatternSet(std::vector<TextPattern> patterns) : patterns_(std::move(patterns)) {
  std::vector<std::string> literals;
  literals.reserve(patterns_.size());
  for (const TextPattern& pattern : patterns_) {
    std::string literal = pattern.longest_ascii_literal();
    if (literal.size() > kLongestLiteral) literal.erase(0, literal.size() - kLongestLiteral);
    literals.push_back(std::move(literal));
  }
  number_characters(literals);
  next_.assign(characters_, kRoot);
  literal_of_.assign(1, kNone);
  for (std::uint32_t i = 0; i < literals.size(); ++i) {
    if (literals[i].empty()) {
      without_literal_.push_back(i);
    } else {
      add_literal(literals[i], i);
    }
  }
  link_states();
}

void PatternSet::number_characters(const std::vector<std::string>& literals) {
  for (const std::string& literal : literals) {
    for (const char c : literal) {
      std::uint8_t& number = character_[static_cast<unsigned char>(c)];
      if (number == 0) number = static_cast<std::uint8_t>(characters_++);  // ASCII: fewer than 128
    }
  }
  for (char c = 'A'; c <= 'Z'; ++c) {
    character_[static_cast<unsigned char>(c)] = character_[static_cast<unsigned char>(fold_ascii(c))];
  }
}

void PatternSet::add_literal(std::string_view literal, std::uint32_t pattern) {
  State state = kRoot;
  for (const char c : literal) {
    const std::uint8_t character = character_[static_cast<unsigned char>(c)];
    State following = next(state, character);
    if (following == kRoot) {
      following = static_cast<State>(literal_of_.size());
      next(state, character) = following;
      next_.resize(next_.size() + characters_, kRoot);
      literal_of_.push_back(kNone);
    }
    state = following;
  }
  if (literal_of_[state] == kNone) {
    literal_of_[state] = static_cast<std::uint32_t>(patterns_of_.size());
    patterns_of_.emplace_back();
  }
  patterns_of_[literal_of_[state]].push_back(pattern);
}

// Breadth first: where a state has no way on, it goes on as the state of its longest proper suffix does.
void PatternSet::link_states() {
  shorter_.assign(literal_of_.size(), kRoot);
  std::vector<State> suffix(literal_of_.size(), kRoot);
  std::vector<State> queue;
  queue.reserve(literal_of_.size());
  for (std::size_t character = 1; character < characters_; ++character) {
    if (const State state = next(kRoot, static_cast<std::uint8_t>(character)); state != kRoot) queue.push_back(state);
  }
  for (std::size_t at = 0; at < queue.size(); ++at) {
    const State state = queue[at];
    const State shorter = suffix[state];
    shorter_[state] = literal_of_[shorter] != kNone ? shorter : shorter_[shorter];
    for (std::size_t c = 1; c < characters_; ++c) {
      const auto character = static_cast<std::uint8_t>(c);
      State& following = next(state, character);
      if (following == kRoot) {
        following = next(shorter, character);
      } else {
        suffix[following] = next(shorter, character);
        queue.push_back(following);
      }
    }
  }
}

void PatternSet::find(std::string_view text, std::vector<std::uint32_t>& matching) const {
  const auto verify = [&](const std::vector<std::uint32_t>& candidates) {
    for (const std::uint32_t pattern : candidates) {
      if (patterns_[pattern].matches(text)) matching.push_back(pattern);
    }
  };
  verify(without_literal_);
  if (patterns_of_.empty()) return;
  std::vector<std::uint32_t> found;
  State state = kRoot;
  for (const char c : text) {
    state = next_[state * characters_ + character_[static_cast<unsigned char>(c)]];
    for (State end = literal_of_[state] != kNone ? state : shorter_[state]; end != kRoot; end = shorter_[end]) {
      found.push_back(literal_of_[end]);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  for (const std::uint32_t literal : found) verify(patterns_of_[literal]);
}

}  // namespace rw::core
