#include "daemon/detect/sigma/text.h"

#include <catch2/catch.hpp>

namespace rw::detect::sigma {
namespace {

// As the pattern prints: `*` `?` wildcards, `\` before a literal one.
std::string pattern(std::string_view written) {
  return pattern_of(parse_text(written), core::TextPattern::Case::kFolded).encode().substr(1);
}

TEST_CASE("sigma text: wildcards and escapes") {
  const std::pair<const char*, const char*> cases[] = {
      {R"(plain)", R"(plain)"},
      {R"(a*b?c)", R"(a*b?c)"},
      {R"(\a)", R"(\\a)"},               // one backslash is itself
      {R"(\\Handler)", R"(\\Handler)"},  // and so is a pair
      {R"(\*)", R"(\*)"},                // a literal asterisk
      {R"(\?)", R"(\?)"},
      {R"(\\*)", R"(\\*)"},      // a backslash and a wildcard
      {R"(\\\*)", R"(\\\*)"},    // a backslash and a literal asterisk
      {R"(\\\x)", R"(\\\\x)"},   // three are two
      {R"(\\\\x)", R"(\\\\x)"},  // and so are four
      {R"(end\)", R"(end\\)"},
      {R"(100%_[a])", R"(100%_[a])"},
      {R"(a**b)", R"(a*b)"},
      {R"(topic=%%s?)", R"(topic=%%s?)"},
      {R"()", R"()"},
  };
  for (const auto& [written, expected] : cases) {
    INFO(written);
    CHECK(pattern(written) == expected);
  }
}

TEST_CASE("sigma text: base64 and its offsets") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  // The example of the specification's authors: "http://" in three positions.
  CHECK(base64offset("http://") == std::vector<std::string>{"aHR0cDovL", "h0dHA6Ly", "odHRwOi8v"});
  CHECK(base64offset("") == std::vector<std::string>{});
  for (const std::string before : {"", "x", "xy", "xyz", "wxyz"}) {
    const std::string whole = base64(before + "secret" + "tail");
    const auto pieces = base64offset("secret");
    CHECK(std::any_of(pieces.begin(), pieces.end(),
                      [&](const std::string& piece) { return whole.find(piece) != std::string::npos; }));
  }
}

TEST_CASE("sigma text: UTF-16") {
  CHECK(utf16("cmd", ByteOrder::kLittle) == std::string("c\0m\0d\0", 6));
  CHECK(utf16("cmd", ByteOrder::kBig) == std::string("\0c\0m\0d", 6));
  CHECK(utf16("\xc3\xa9\xe2\x82\xac", ByteOrder::kBig) == std::string("\x00\xe9\x20\xac", 4));
  CHECK(utf16("\xf0\x9f\x98\x80", ByteOrder::kBig) == std::string("\xd8\x3d\xde\x00", 4));
}

TEST_CASE("sigma text: dashes of arguments") {
  const auto texts = [](std::string_view written) {
    std::vector<std::string> out;
    const std::vector<Text> all = windash(parse_text(written)).value();
    for (const Text& text : all) out.push_back(plain(text).value_or("?"));
    return out;
  };
  CHECK(texts(" -enc ") == std::vector<std::string>{" -enc ", " /enc ",
                                                    " \xe2\x80\x93"
                                                    "enc ",
                                                    " \xe2\x80\x94"
                                                    "enc ",
                                                    " \xe2\x80\x95"
                                                    "enc "});
  CHECK(texts("/c").size() == 5);
  CHECK(texts("well-known") == std::vector<std::string>{"well-known"});  // inside a word
  CHECK(texts("a - b") == std::vector<std::string>{"a - b"});
  CHECK(texts("-a -b").size() == 25);
  CHECK_FALSE(windash(parse_text("-a -b -c -d -e")));
}

}  // namespace
}  // namespace rw::detect::sigma
