#include "daemon/core/json_text.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

namespace rw::core {

using namespace std::string_view_literals;

TEST_CASE("append_json_string escapes what RFC 8259 demands", "[json_text]") {
  struct Case {
    std::string_view text;
    std::string_view expected;
  };
  const Case cases[] = {
      {"", R"("")"},
      {"plain", R"("plain")"},
      {R"(HKLM\SOFTWARE\"x")", R"("HKLM\\SOFTWARE\\\"x\"")"},
      {"a\b\t\n\f\rz", R"("a\b\t\n\f\rz")"},
      {"\0\x01\x1f\x7f"sv, "\"\\u0000\\u0001\\u001f\x7f\""},
      {"/", R"("/")"},
      {"Größe €  😀", R"("Größe €  😀")"},
      {"\"", R"("\"")"},
      {"\\\\", R"("\\\\")"},
  };
  for (const auto& [text, expected] : cases) {
    std::string out;
    append_json_string(out, text);
    CHECK(out == expected);
  }
}

TEST_CASE("the end of a string or an escape in JSON text is found wherever it stands", "[json_text]") {
  for (std::size_t size = 0; size < 20; ++size) {
    const std::string plain(size, '\xa2');  // a quote with the high bit
    CHECK(find_json_string_stop(plain, 0) == std::string_view::npos);
    for (std::size_t at = 0; at < size; ++at) {
      std::string text = plain;
      text[at] = at % 2 == 0 ? '"' : '\\';
      for (std::size_t from = 0; from <= at; ++from) CHECK(find_json_string_stop(text, from) == at);
      CHECK(find_json_string_stop(text, at + 1) == std::string_view::npos);
    }
  }
  CHECK(find_json_string_stop("\"", 5) == std::string_view::npos);
}

TEST_CASE("append_json_string finds what it must escape wherever it stands", "[json_text]") {
  for (std::size_t at = 0; at < 20; ++at) {
    for (const std::string_view special : {"\"", "\\", "\n"}) {
      const std::string before(at, 'a');
      const std::string after(20 - at, '\xff');
      std::string out;
      append_json_string(out, before + std::string(special) + after);
      CAPTURE(at, special);
      CHECK(out == "\"" + before + "\\" + (special == "\n" ? "n" : std::string(special)) + after + "\"");
    }
  }
}

TEST_CASE("append_json_string appends", "[json_text]") {
  std::string out = "[";
  append_json_string(out, "a");
  out += ',';
  append_json_string(out, "b\n");
  CHECK(out == R"(["a","b\n")");
}

TEST_CASE("append_json_repaired takes any bytes", "[json_text]") {
  std::string out = "[";
  append_json_repaired(out, "Größe \"\n");
  out += ',';
  append_json_repaired(out, "caf\xe9\n\xff\"");
  CHECK(out == "[\"Größe \\\"\\n\",\"caf\xef\xbf\xbd\\n\xef\xbf\xbd\\\"\"");
}

TEST_CASE("an object text has the members that have a value", "[json_text]") {
  std::string buffer = "left over";
  {
    JsonObjectText object(buffer);
    CHECK(object.finish().empty());
  }
  {
    JsonObjectText object(buffer);
    object.member("empty", "");
    CHECK(object.finish().empty());
  }
  {
    JsonObjectText object(buffer);
    object.member("Image", R"(C:\Windows\reg.exe)");
    object.member("User", "");
    object.member("na\"me", "v");
    CHECK(object.finish() == R"({"Image":"C:\\Windows\\reg.exe","na\"me":"v"})");
  }
}

}  // namespace rw::core
