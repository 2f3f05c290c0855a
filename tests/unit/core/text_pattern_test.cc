#include "daemon/core/text_pattern.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/text.h"

namespace rw::core {
namespace {

using Case = TextPattern::Case;

TextPattern pattern(std::string_view encoded) {
  const auto decoded = TextPattern::decode(encoded);
  INFO(encoded);
  REQUIRE(decoded.ok());
  return decoded.value();
}

// The characters of a valid UTF-8 text.
std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> out;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xc0) == 0x80) {
      out.back() += c;
    } else {
      out.emplace_back(1, c);
    }
  }
  return out;
}

// The slow, obvious matcher: a table of what matches, from the ends of pattern and text to their starts.
struct Element {
  enum class Kind { kRun, kChar, kLiteral } kind;
  std::string character;  // of a literal
};

bool reference_matches(const std::vector<Element>& elements, std::string_view text, Case case_rule) {
  const std::vector<std::string> chars = characters(text);
  const auto same = [&](const std::string& a, const std::string& b) {
    return case_rule == Case::kFolded ? fold(a) == fold(b) : a == b;
  };
  std::vector<bool> later(chars.size() + 1, false);
  later.back() = true;
  for (std::size_t e = elements.size(); e-- > 0;) {
    std::vector<bool> now(chars.size() + 1, false);
    for (std::size_t t = chars.size() + 1; t-- > 0;) {
      const bool more = t < chars.size();
      switch (elements[e].kind) {
        case Element::Kind::kRun:
          now[t] = later[t] || (more && now[t + 1]);
          break;
        case Element::Kind::kChar:
          now[t] = more && later[t + 1];
          break;
        case Element::Kind::kLiteral:
          now[t] = more && same(elements[e].character, chars[t]) && later[t + 1];
          break;
      }
    }
    later = now;
  }
  return later[0];
}

TextPattern build(const std::vector<Element>& elements, Case case_rule) {
  TextPattern built(case_rule);
  for (const Element& element : elements) {
    if (element.kind == Element::Kind::kRun) built.any_run();
    if (element.kind == Element::Kind::kChar) built.any_char();
    if (element.kind == Element::Kind::kLiteral) built.literal(element.character);
  }
  return built;
}

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return random_() % n; }

  // Few different characters, so that patterns match often and almost match more often.
  std::string character(bool ascii) {
    static const std::vector<std::string> kCharacters = {"a", "A", "b", "B", "\\", "*", "?", "ä",
                                                         "Ä", "я", "Я", "€", "😀",  "Σ", "ς"};
    return kCharacters[below(ascii ? 7 : kCharacters.size())];
  }
  std::string text(std::size_t max_size, bool ascii) {
    std::string out;
    for (std::size_t n = below(max_size + 1); n > 0; --n) out += character(ascii);
    return out;
  }
  std::vector<Element> elements(std::size_t max_size, bool ascii) {
    std::vector<Element> out;
    for (std::size_t n = below(max_size + 1); n > 0; --n) {
      const std::size_t kind = below(6);
      if (kind == 0) {
        out.push_back({Element::Kind::kRun, ""});
      } else if (kind == 1) {
        out.push_back({Element::Kind::kChar, ""});
      } else {
        out.push_back({Element::Kind::kLiteral, character(ascii)});
      }
    }
    return out;
  }
  // A text that the pattern matches, unless a slip of the pen was made.
  std::string text_for(const std::vector<Element>& elements, bool ascii) {
    std::string out;
    for (const Element& element : elements) {
      if (below(20) == 0) continue;
      if (element.kind == Element::Kind::kRun) out += text(4, ascii);
      if (element.kind == Element::Kind::kChar) out += character(ascii);
      if (element.kind == Element::Kind::kLiteral) out += below(20) == 0 ? character(ascii) : element.character;
    }
    return out;
  }

 private:
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("a pattern matches whole texts", "[text_pattern]") {
  struct Row {
    std::string_view encoded;
    std::string_view text;
    bool expected;
  };
  const Row rows[] = {
      // literal
      {"i", "", true},
      {"i", "a", false},
      {"iabc", "abc", true},
      {"iabc", "ABC", true},
      {"cabc", "ABC", false},
      {"cabc", "abc", true},
      {"iabc", "abcd", false},
      {"iabc", "xabc", false},
      {"iabc", "ab", false},
      {"iabc", "", false},
      // any run
      {"i*", "", true},
      {"i*", "anything", true},
      {"ia*", "a", true},
      {"ia*", "ABC", true},
      {"ia*", "bca", false},
      {"i*c", "abC", true},
      {"i*c", "cab", false},
      {"i*b*", "abc", true},
      {"i*b*", "b", true},
      {"i*b*", "ac", false},
      {"ia*c", "ac", true},
      {"ia*a", "a", false},
      {"iab*ba", "aba", false},
      {"iab*ba", "abba", true},
      {"i*ab*ab", "ab", false},
      {"i*ab*ab", "abab", true},
      {"i*ab*ab*", "xxabxxabxx", true},
      {"i*abc*cab*", "abcab", false},
      {"i*aab", "aaab", true},
      {"i*aab*", "aaaab", true},
      // any character
      {"i?", "", false},
      {"i?", "a", true},
      {"i?", "ab", false},
      {"ia?c", "abc", true},
      {"ia?c", "ac", false},
      {"i??", "ab", true},
      {"i?*", "", false},
      {"i?*", "a", true},
      {"i*?", "abc", true},
      {"i*?", "", false},
      {"i*a?c*", "xxabxaxc", true},
      {"i*a?c*", "xxabxxac", false},
      {"i*a?c", "aacabc", true},
      {"i*a?c", "aacabd", false},
      {"i*?b*?d", "abcd", true},
      {"i*?b*?d", "bcd", false},
      {"i*?b*?d", "abd", false},
      // folding beyond ASCII
      {"iGröße", "GRÖßE", true},
      {"cGröße", "GRÖßE", false},
      {"iGRÖßE*", "größe der", true},
      {"i*ÄÖÜ", "xxxäöü", true},
      {"i*Ä*", "xäx", true},
      {"i*Ä*", "xöx", false},
      {"i*москва*", "В МОСКВЕ, МОСКВА", true},
      {"iοδος", "ΟΔΟΣ", true},
      {"is", "ſ", false},
      {"i*k", "\xe2\x84\xaa", false},  // Kelvin sign
      // ASCII pattern, other text
      {"i*\\\\run\\\\*", "HKU\\Jürgen\\RUN\\Ärger", true},
      {"i*\\\\run", "HKU\\Jürgen\\RUN", true},
      {"ihku*\\\\run", "HKU\\Jürgen\\RUN", true},
      // one character of two to four bytes
      {"i?", "ä", true},
      {"i??", "ä", false},
      {"i?", "€", true},
      {"i??", "€", false},
      {"i*??", "€", false},
      {"i*??", "a€", true},
      {"i?", "😀", true},
      {"i*??", "😀", false},
      {"c*??", "😀", false},
      {"i*??*", "😀", false},
      {"i*?x", "😀x", true},
      {"i*??x", "😀x", false},
      {"iJ?rgen", "Jürgen", true},
      {"i?ä", "öÄ", true},
      {"iä?", "Äö", true},
      // not UTF-8: a byte is a character; the marks of our own program are no wildcards in a text
      {"i?", "\xff", true},
      {"i??", "\xff\xfe", true},
      {"i?", "\xff\xfe", false},
      {"ia", "\xff", false},
      {"i?", "\xe2\x82", true},
      // escapes
      {"i\\*", "*", true},
      {"i\\*", "a", false},
      {"i\\?", "?", true},
      {"i\\?", "a", false},
      {"i\\\\", "\\", true},
      {"i*\\*\\?\\\\*", "x*?\\y", true},
  };
  for (const auto& [encoded, text, expected] : rows) {
    INFO(encoded << " on " << text);
    CHECK(pattern(encoded).matches(text) == expected);
  }
}

TEST_CASE("long texts match as short ones do", "[text_pattern]") {
  const std::string padding(5000, 'x');
  CHECK(pattern("i*\\\\amsi\\\\*").matches(padding + "\\AMSI\\" + padding));
  CHECK_FALSE(pattern("i*\\\\amsi\\\\*").matches(padding + "\\AMSX\\" + padding));
  CHECK(pattern("i*ä?ö*").matches(padding + "ÄxÖ" + padding));
  CHECK_FALSE(pattern("i*ä?ö*").matches(padding + "ÄxxÖ" + padding));
  CHECK(TextPattern::exact(padding).matches(fold(padding)));
  CHECK_FALSE(TextPattern::exact(padding).matches(padding + "x"));
}

TEST_CASE("many stars do not make matching slow", "[text_pattern]") {
  TextPattern stars;
  TextPattern stars_and_chars;
  for (int i = 0; i < 30; ++i) {
    stars.any_run().literal("a");
    stars_and_chars.any_run().literal("a").any_char();
  }
  stars.any_run().literal("b");
  stars_and_chars.any_run().literal("b");
  const std::string text(5000, 'a');
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(stars.matches(text));
  CHECK_FALSE(stars_and_chars.matches(text));
  CHECK(stars.matches(text + "b"));
  CHECK(stars_and_chars.matches(text + "b"));
  // An exponential matcher would need longer than the universe has had.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{10});
}

TEST_CASE("building", "[text_pattern]") {
  TextPattern built;
  CHECK(built.is_exact());
  CHECK(built.exact_text().empty());
  CHECK(built.case_rule() == Case::kFolded);
  built.literal("HKLM").literal("\\").any_run().any_run().literal("X").any_char();
  CHECK(built.encode() == "iHKLM\\\\*X?");
  CHECK_FALSE(built.is_exact());
  CHECK(built.exact_text().empty());
  CHECK(built.matches("hklm\\software\\xy"));
  CHECK(built == pattern("iHKLM\\\\*X?"));
}

TEST_CASE("a literal may come in pieces of any size", "[text_pattern]") {
  for (const std::string_view text : {"Größe €", "ЯБЛОКО", "a\\*?ÄÖ😀"}) {
    for (const Case case_rule : {Case::kFolded, Case::kExact}) {
      TextPattern bytewise(case_rule);
      for (const char& c : text) bytewise.literal({&c, 1});
      CHECK(bytewise == TextPattern::exact(text, case_rule));
      CHECK(bytewise.matches(text));
      CHECK(bytewise.matches(fold(text)) == (case_rule == Case::kFolded));
    }
  }
}

TEST_CASE("what a pattern knows of itself", "[text_pattern]") {
  struct Row {
    std::string_view encoded;
    bool is_exact;
    bool is_any;
    std::string_view exact_text;
  };
  const Row rows[] = {
      {"i", true, false, ""},    {"cAb\\*C", true, false, "Ab*C"}, {"iÄb", true, false, "Äb"},
      {"i*", false, true, ""},   {"c***", false, true, ""},        {"i?", false, false, ""},
      {"i*?", false, false, ""}, {"ia*", false, false, ""},        {"i\\*", true, false, "*"},
  };
  for (const auto& [encoded, is_exact, is_any, exact_text] : rows) {
    INFO(encoded);
    const TextPattern p = pattern(encoded);
    CHECK(p.is_exact() == is_exact);
    CHECK(p.is_any() == is_any);
    CHECK(p.exact_text() == exact_text);
    CHECK(p.case_rule() == (encoded[0] == 'i' ? Case::kFolded : Case::kExact));
  }
}

TEST_CASE("the literals of a pattern, around its wildcards", "[text_pattern]") {
  using Literals = std::vector<std::string_view>;
  CHECK(pattern("iAbc").literals() == Literals{"Abc"});
  CHECK(pattern("iA*b").literals() == Literals{"A", "b"});
  CHECK(pattern("c*\\**x?").literals() == Literals{"", "*", "x", ""});
  CHECK(pattern("i*").literals() == Literals{"", ""});
  CHECK(pattern("i").literals() == Literals{""});
}

TEST_CASE("bytes that cannot be in a text stand for U+FFFD in a literal", "[text_pattern]") {
  const TextPattern p = TextPattern::exact("a\xff\xfe");
  CHECK(p.is_exact());
  CHECK(p.exact_text() == "a\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(p.matches(to_valid_utf8("a\xff\xfe")));
  CHECK_FALSE(p.matches("axx"));
}

TEST_CASE("patterns are equal when they are written alike", "[text_pattern]") {
  CHECK(pattern("iabc*") == pattern("iabc*"));
  CHECK(pattern("iabc*") == pattern("iabc**"));
  CHECK_FALSE(pattern("iabc*") == pattern("iABC*"));
  CHECK_FALSE(pattern("iabc*") == pattern("cabc*"));
  CHECK_FALSE(pattern("iabc*") == pattern("iabc?"));
  CHECK_FALSE(pattern("i*") == pattern("i\\*"));
}

TEST_CASE("decode says what it expected", "[text_pattern]") {
  struct Row {
    std::string_view encoded;
    std::string_view expected;
  };
  const Row rows[] = {
      {"", "pattern '': expected 'i' or 'c' at column 1"},
      {"abc", "pattern 'abc': expected 'i' or 'c' at column 1"},
      {"*", "pattern '*': expected 'i' or 'c' at column 1"},
      {"I*", "pattern 'I*': expected 'i' or 'c' at column 1"},
      {"iab\\", "pattern 'iab\\': expected '*', '?' or '\\' after '\\' at column 5"},
      {"iab\\n", "pattern 'iab\\n': expected '*', '?' or '\\' after '\\' at column 5"},
      {"ia\xff", "pattern 'ia\xef\xbf\xbd': expected UTF-8 at column 3"},
      {"ia\xfe", "pattern 'ia\xef\xbf\xbd': expected UTF-8 at column 3"},
  };
  for (const auto& [encoded, expected] : rows) {
    const auto decoded = TextPattern::decode(encoded);
    REQUIRE_FALSE(decoded.ok());
    CHECK(decoded.error() == invalid_input(std::string(expected)));
  }
}

TEST_CASE("any pattern matches what the slow matcher matches, and survives encoding", "[text_pattern]") {
  Generator generator(20261011);
  int matched = 0;
  constexpr int kRounds = 40'000;
  for (int round = 0; round < kRounds; ++round) {
    const bool ascii = round % 2 == 0;
    const Case case_rule = generator.below(4) == 0 ? Case::kExact : Case::kFolded;
    const auto elements = generator.elements(10, ascii);
    const TextPattern built = build(elements, case_rule);
    const auto decoded = TextPattern::decode(built.encode());
    if (!decoded.ok() || !(decoded.value() == built)) FAIL("does not survive encoding: " << built.encode());
    // Half of the ASCII patterns meet texts that are not ASCII.
    const bool ascii_text = ascii && generator.below(2) == 0;
    const std::string texts[] = {generator.text_for(elements, ascii_text), generator.text_for(elements, ascii_text),
                                 generator.text(8, ascii_text)};
    for (const std::string& text : texts) {
      const bool expected = reference_matches(elements, text, case_rule);
      matched += expected ? 1 : 0;
      if (built.matches(text) != expected) FAIL(built.encode() << " on " << text << ": expected " << expected);
    }
  }
  CHECK(matched > kRounds / 2);
  CHECK(matched < kRounds * 2);
}

TEST_CASE("any bytes can be matched and decoded", "[text_pattern]") {
  std::mt19937 random(7);  // NOLINT: the same bytes in every run
  const auto bytes = [&](std::size_t max_size) {
    std::string out;
    for (std::size_t n = random() % (max_size + 1); n > 0; --n) {
      const auto r = random();
      out += r % 4 == 0 ? '*' : r % 4 == 1 ? '?' : static_cast<char>(r >> 8 & 0xff);
    }
    return out;
  };
  int decoded_count = 0;
  for (int round = 0; round < 50'000; ++round) {
    const std::string text = bytes(12);
    const auto decoded = TextPattern::decode((round % 2 == 0 ? "i" : "c") + bytes(8));
    if (!decoded.ok()) continue;
    ++decoded_count;
    static_cast<void>(decoded->matches(text));
    if (!(TextPattern::decode(decoded->encode()).value() == *decoded)) FAIL("does not survive: " << decoded->encode());
    if (!TextPattern::exact(text).matches(text) && is_valid_utf8(text)) FAIL("does not match itself: " << text);
  }
  CHECK(decoded_count > 10'000);
}

}  // namespace rw::core
