#include "daemon/core/pattern_set.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace rw::core {
namespace {

using Case = TextPattern::Case;
using Indexes = std::vector<std::uint32_t>;

TextPattern pattern(std::string_view encoded) {
  auto decoded = TextPattern::decode(encoded);
  REQUIRE(decoded.ok());
  return std::move(decoded).value();
}

std::vector<TextPattern> patterns(const std::vector<std::string>& encoded) {
  std::vector<TextPattern> list;
  for (const std::string& each : encoded) list.push_back(pattern(each));
  return list;
}

Indexes found(const PatternSet& set, std::string_view text) {
  Indexes matching;
  set.find(text, matching);
  std::sort(matching.begin(), matching.end());
  return matching;
}

TEST_CASE("the literal that every match holds", "[pattern_set]") {
  CHECK(pattern("i*\\\\Run\\\\*").longest_ascii_literal() == "\\run\\");
  CHECK(pattern("cAB*Abc?d").longest_ascii_literal() == "abc");
  CHECK(pattern("iGrößenwahn").longest_ascii_literal() == "enwahn");
  CHECK(pattern("i*").longest_ascii_literal().empty());
  CHECK(pattern("iÄ?ö").longest_ascii_literal().empty());
  CHECK(TextPattern().longest_ascii_literal().empty());
}

TEST_CASE("many patterns on one text", "[pattern_set]") {
  const PatternSet set(patterns({"i*\\\\Run", "i*\\\\RunOnce", "c*\\\\Run", "i*un*", "i*", "i", "iÄ", "i*\\\\run"}));
  CHECK(set.size() == 8);
  CHECK(found(set, "HKLM\\Run") == Indexes{0, 2, 3, 4, 7});
  CHECK(found(set, "hklm\\rUN") == Indexes{0, 3, 4, 7});
  CHECK(found(set, "HKLM\\RunOnce") == Indexes{1, 3, 4});
  CHECK(found(set, "") == Indexes{4, 5});
  CHECK(found(set, "ä") == Indexes{4, 6});
  CHECK(found(PatternSet(), "a").empty());
}

TEST_CASE("literals within literals, and long ones", "[pattern_set]") {
  const std::string tail(2 * PatternSet::kLongestLiteral, 'z');
  const PatternSet set(patterns({"i*abcd*", "i*bc*", "i*c*", "i*bcx*", "i*" + tail, "i*y" + tail}));
  CHECK(found(set, "abcd") == Indexes{0, 1, 2});
  CHECK(found(set, "abcx") == Indexes{1, 2, 3});
  CHECK(found(set, "ababcd") == Indexes{0, 1, 2});
  CHECK(found(set, "y" + tail) == Indexes{4, 5});
  CHECK(found(set, "z" + tail) == Indexes{4});
}

TEST_CASE("a set finds what its patterns match", "[pattern_set]") {
  std::mt19937 engine(20261011);
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine);
  };
  const std::vector<std::string> pieces = {"a", "B", "ab", "\\",   "Ä",    "ä", "ß",
                                           "Π", "*", "x",  "\xc3", "\x80", "K", "k"};
  for (int round = 0; round < 300; ++round) {
    std::vector<TextPattern> list;
    for (std::size_t i = below(30); i > 0; --i) {
      TextPattern each(below(4) == 0 ? Case::kExact : Case::kFolded);
      for (std::size_t parts = below(6); parts > 0; --parts) {
        const std::size_t kind = below(5);
        if (kind == 0) {
          each.any_run();
        } else if (kind == 1) {
          each.any_char();
        } else {
          each.literal(pieces[below(pieces.size())]);
        }
      }
      list.push_back(each);
    }
    const PatternSet set(list);
    for (int texts = 0; texts < 30; ++texts) {
      std::string text;
      for (std::size_t parts = below(8); parts > 0; --parts) text += pieces[below(pieces.size())];
      Indexes expected;
      for (std::uint32_t i = 0; i < list.size(); ++i) {
        if (list[i].matches(text)) expected.push_back(i);
      }
      INFO(text);
      CHECK(found(set, text) == expected);
    }
  }
}

}  // namespace
}  // namespace rw::core
