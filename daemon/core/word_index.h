// A fixed list of words, compared without ASCII case, and where in the list a given one stands: for the names of fields
// and protocols. A word is looked for by its size and three of its characters, and so compared with about one of them.
// Made at compile time. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/text.h"

namespace rw::core {

template <std::size_t kWords>
class WordIndex {
 public:
  static_assert(kWords <= 255);

  constexpr explicit WordIndex(const std::string_view (&words)[kWords]) {
    for (std::size_t i = 0; i < kWords; ++i) words_[i] = words[i];
    sort();
  }

  // Of items that have a word among other things.
  template <class Item>
  constexpr WordIndex(const Item (&items)[kWords], std::string_view Item::*word) {
    for (std::size_t i = 0; i < kWords; ++i) words_[i] = items[i].*word;
    sort();
  }

  // The place of the first such word in the list; kNone: it is not in it.
  static constexpr std::size_t kNone = kWords;
  std::size_t find(std::string_view word) const {
    const std::size_t bucket = bucket_of(word);
    for (std::size_t i = starts_[bucket]; i < starts_[bucket + 1]; ++i) {
      if (equals_ascii_nocase(words_[places_[i]], word)) return places_[i];
    }
    return kNone;
  }
  bool has(std::string_view word) const { return find(word) != kNone; }

 private:
  static constexpr std::size_t kBuckets = 128;

  static constexpr std::size_t bucket_of(std::string_view word) {
    if (word.empty()) return 0;
    // A letter and its capital differ in this bit; what else it makes equal is told apart by the comparison.
    const auto at = [&](std::size_t place) { return static_cast<unsigned char>(word[place]) | 0x20U; };
    return (word.size() * 5 + at(0) * 3 + at(word.size() / 2) * 7 + at(word.size() - 1) * 13) % kBuckets;
  }

  constexpr void sort() {
    std::array<std::uint8_t, kBuckets> sizes{};
    for (const std::string_view word : words_) ++sizes[bucket_of(word)];
    for (std::size_t i = 0; i < kBuckets; ++i) starts_[i + 1] = static_cast<std::uint8_t>(starts_[i] + sizes[i]);
    std::array<std::uint8_t, kBuckets> taken{};
    for (std::size_t i = 0; i < kWords; ++i) {
      const std::size_t bucket = bucket_of(words_[i]);
      places_[starts_[bucket] + taken[bucket]++] = static_cast<std::uint8_t>(i);
    }
  }

  std::array<std::string_view, kWords> words_{};
  std::array<std::uint8_t, kWords> places_{};  // of the words, by bucket
  std::array<std::uint8_t, kBuckets + 1> starts_{};
};

template <class Item, std::size_t kWords>
WordIndex(const Item (&)[kWords], std::string_view Item::*) -> WordIndex<kWords>;

// Of items of which those that mean the same stand together: the number of each one's group, from 0.
template <class Item, class Meaning, std::size_t kItems>
constexpr std::array<std::uint8_t, kItems> groups_of(const Item (&items)[kItems], Meaning Item::*meaning) {
  std::array<std::uint8_t, kItems> groups{};
  for (std::size_t i = 1; i < kItems; ++i) {
    const bool same = items[i].*meaning == items[i - 1].*meaning;
    groups[i] = static_cast<std::uint8_t>(groups[i - 1] + (same ? 0 : 1));
  }
  return groups;
}

}  // namespace rw::core
