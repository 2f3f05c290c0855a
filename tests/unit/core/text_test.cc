#include "daemon/core/text.h"

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <string_view>

namespace rw::core {
namespace {

using namespace std::string_view_literals;

std::string utf8(char32_t c) {
  std::string out;
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
  return out;
}

struct FoldCase {
  std::string_view text;
  std::string_view expected;
};

const FoldCase kFoldCases[] = {
    {"", ""},
    {"HKLM\\SOFTWARE\\Microsoft", "hklm\\software\\microsoft"},
    {"@AZ[`az{", "@az[`az{"},
    {"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789abcdefghijklmnopqrstuvwxyz"},
    // Latin-1
    {"ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞ", "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþ"},
    {"×÷ßÿ", "×÷ßÿ"},
    {"µ", "μ"},
    // Latin Extended-A
    {"ĀĮĲĴĶĸ", "āįĳĵķĸ"},
    {"ĹĽŁŃŇŉŊ", "ĺľłńňŉŋ"},
    {"ŐŒŔŠŶŸŹŻŽ", "őœŕšŷÿźżž"},
    {"İıſ", "İıſ"},
    // Greek
    {"ΆΈΉΊΌΎΏ", "άέήίόύώ"},
    {"ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫ", "αβγδεζηθικλμνξοπρστυφχψωϊϋ"},
    {"ΟΔΟΣ οδος", "οδοσ οδοσ"},
    {"ϐϑϕϖϰϱϴϵ", "βθφπκρθε"},
    {"ϘϮϷϹϺϽϿ", "ϙϯϸϲϻͻͽ"},
    {"ͰͲͶͿϏ", "ͱͳͷϳϗ"},
    // Cyrillic
    {"ЀЁЏАБЯабя", "ѐёџабяабя"},
    {"ѠҀҊҾӀӁӍӐӾԀԮ", "ѡҁҋҿӏӂӎӑӿԁԯ"},
    // Armenian
    {"ԱՖև", "աֆև"},
    // not folded: other blocks
    {"ƁǄȀ\xe2\x84\xa6\xe2\x84\xaa𐐀Ａ", "ƁǄȀ\xe2\x84\xa6\xe2\x84\xaa𐐀Ａ"},  // with the signs of ohm and kelvin
    {"日本語 ABC", "日本語 abc"},
    // not UTF-8
    {"\xc3", "\xc3"},
    {"\xc3"
     "A",
     "\xc3"
     "a"},
    {"\x84\xff\xfe"
     "B\xc0\x80",
     "\x84\xff\xfe"
     "b\xc0\x80"},
    {"\xe1\x84", "\xe1\x84"},
    {"A\0B"sv, "a\0b"sv},
};

}  // namespace

TEST_CASE("fold", "[text]") {
  for (const auto& [text, expected] : kFoldCases) {
    CHECK(fold(text) == expected);
    // The place in the text does not matter.
    for (const std::string_view before : {"x", "1234567", "12345678", "äöü"}) {
      INFO(before);
      CHECK(fold(std::string(before) + std::string(text)) == std::string(before) + std::string(expected));
    }
  }
}

TEST_CASE("folding a folded text changes nothing, and no text changes its length", "[text]") {
  std::size_t changed = 0;
  bool stable = true;
  bool same_length = true;
  bool ascii_apart = true;
  for (char32_t c = 0; c < 0x11000; ++c) {
    const std::string text = utf8(c);
    const std::string folded = fold(text);
    changed += folded != text ? 1 : 0;
    stable = stable && fold(folded) == folded;
    same_length = same_length && folded.size() == text.size();
    ascii_apart = ascii_apart && (c < 0x80 || static_cast<unsigned char>(folded[0]) >= 0x80);
  }
  CHECK(stable);
  CHECK(same_length);
  CHECK(ascii_apart);
  CHECK(changed == 370);
}

TEST_CASE("equals_folded is equality of the folded texts", "[text]") {
  struct Case {
    std::string_view a;
    std::string_view b;
    bool expected;
  };
  const Case cases[] = {
      {"", "", true},
      {"", "a", false},
      {"AmsiEnable", "amsienable", true},
      {"AmsiEnable", "amsienablx", false},
      {"AmsiEnable", "amsienable1", false},
      {"[", "{", false},
      {"@", "`", false},
      {"Größe", "GRÖßE", true},
      {"Größe", "GRÖSSE", false},
      {"Größe und mehr", "GRÖßE UND MEHR", true},
      {"Größe und mehr", "GRÖßE UND MEHx", false},
      {"1234567Ä", "1234567ä", true},
      {"1234567Ä", "1234567ö", false},
      {"МОСКВА", "москва", true},
      {"ΟΔΟΣ", "οδος", true},
      {"\xc3", "\xc4", false},
      {"\xc3"
       "A",
       "\xc3"
       "a",
       true},
      {"ſ", "s", false},
      {"ſ", "S", false},
      {"日本", "日本", true},
      {"日本", "日木", false},
  };
  for (const auto& [a, b, expected] : cases) {
    INFO(a << " " << b);
    CHECK(equals_folded(a, b) == expected);
    CHECK(equals_folded(b, a) == expected);
    CHECK((fold(a) == fold(b)) == expected);
  }
}

TEST_CASE("equals_folded agrees with fold on any bytes", "[text]") {
  std::mt19937 random(20261011);  // NOLINT: the same texts in every run
  constexpr std::string_view kBytes = "aAbBzZ\\[\xc3\xc3\x84\xa4\xd0\x90\xb0\xe2\xff";
  const auto text = [&](std::size_t size) {
    std::string out;
    for (std::size_t i = 0; i < size; ++i) out += kBytes[random() % kBytes.size()];
    return out;
  };
  int mistakes = 0;
  int equal = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string a = text(random() % 20);
    std::string b = a;
    for (char& c : b) {
      if (random() % 8 == 0) c = kBytes[random() % kBytes.size()];
      if (random() % 2 == 0 && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    }
    const bool expected = fold(a) == fold(b);
    equal += expected ? 1 : 0;
    mistakes += equals_folded(a, b) != expected ? 1 : 0;
  }
  CHECK(mistakes == 0);
  CHECK(equal > 1000);
}

TEST_CASE("equals_ascii_nocase knows ASCII only", "[text]") {
  CHECK(equals_ascii_nocase("", ""));
  CHECK(equals_ascii_nocase("Content-Type", "content-type"));
  CHECK_FALSE(equals_ascii_nocase("Content-Type", "content_type"));
  CHECK_FALSE(equals_ascii_nocase("a", "ab"));
  CHECK_FALSE(equals_ascii_nocase("Ä", "ä"));
  CHECK(equals_ascii_nocase("ä", "ä"));
}

TEST_CASE("find_control finds the first byte below 0x20", "[text]") {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, '\xff');
      text[at] = static_cast<char>(byte);
      CAPTURE(byte, at);
      CHECK(find_control(text) == (byte < 0x20 ? at : text.size()));
      CHECK(find_control(text, at + 1) == text.size());
    }
  }
  CHECK(find_control("a\tb\n", 2) == 3);
  CHECK(find_control("") == 0);
}

TEST_CASE("trim", "[text]") {
  struct Case {
    std::string_view text;
    std::string_view expected;
  };
  const Case cases[] = {
      {"", ""}, {" \t\r\n", ""}, {"a", "a"}, {" \r\n a b\t\t", "a b"}, {"\va\f", "\va\f"}, {"\xc2\xa0x", "\xc2\xa0x"},
  };
  for (const auto& [text, expected] : cases) CHECK(trim(text) == expected);
}

TEST_CASE("UTF-8 is checked and mended as Unicode's table 3-7 says", "[text]") {
  struct Case {
    std::string_view bytes;
    std::string_view expected;  // ? for U+FFFD
  };
  const Case cases[] = {
      {"", ""},
      {"plain ASCII, more than eight bytes", "plain ASCII, more than eight bytes"},
      {"ä € 😀 ÿ", "ä € 😀 ÿ"},
      {"\x7f\xc2\x80", "\x7f\xc2\x80"},
      {"\xdf\xbf\xe0\xa0\x80", "\xdf\xbf\xe0\xa0\x80"},
      {"\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", "\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"},
      {"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
      {"A\0B"sv, "A\0B"sv},
      {"\x80", "?"},
      {"\xbf\xbf", "??"},
      {"\xc0\x80", "??"},            // overlong
      {"\xc1\xbf", "??"},            // overlong
      {"\xe0\x9f\xbf", "???"},       // overlong
      {"\xf0\x8f\xbf\xbf", "????"},  // overlong
      {"\xed\xa0\x80", "???"},       // surrogate
      {"\xf4\x90\x80\x80", "????"},  // beyond U+10FFFF
      {"\xf5\x80\x80\x80", "????"},
      {"\xfe\xff", "??"},
      {"\xc3", "?"},  // cut off
      {"\xe2\x82", "?"},
      {"\xf0\x9f\x98", "?"},
      {"a\xe2\x82z", "a?z"},
      {"\xe2\xe2\x82\xac", "?€"},
      {"\xf0\x9f\x98\xc3\xa4", "?ä"},
      {"12345678\xff"
       "12345678",
       "12345678?12345678"},
      {"Gr\xf6\xdf"
       "e",
       "Gr??e"},  // Latin-1
  };
  for (const auto& [bytes, expected_marks] : cases) {
    INFO(bytes);
    std::string expected;
    for (const char c : expected_marks) expected += c == '?' ? std::string("\xef\xbf\xbd") : std::string(1, c);
    CHECK(to_valid_utf8(bytes) == expected);
    CHECK(is_valid_utf8(bytes) == (bytes == expected));
    CHECK(is_valid_utf8(expected));
  }
}

TEST_CASE("Long texts are cut in messages, between characters") {
  CHECK(quoted("abc") == "'abc'");
  CHECK(quoted("a\nb") == "'a?b'");
  CHECK(quoted(std::string(60, 'x')) == "'" + std::string(60, 'x') + "'");
  CHECK(quoted(std::string(61, 'x')) == "'" + std::string(60, 'x') + "…'");
  CHECK(quoted(std::string(59, 'x') + "üü") == "'" + std::string(59, 'x') + "…'");
}

}  // namespace rw::core
