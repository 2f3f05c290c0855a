#include "daemon/ingest/framing/event_file.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace rw::ingest {
namespace {

using Texts = std::vector<std::string>;

// In chunks of this many bytes; the result must not depend on it.
Texts cut(const std::string& text, std::size_t chunk, std::size_t limit = 1000) {
  EventFile file(limit);
  Texts payloads;
  for (std::size_t i = 0; i < text.size(); i += chunk) {
    file.append(std::string_view(text).substr(i, chunk));
    while (const auto payload = file.next()) payloads.emplace_back(*payload);
  }
  while (const auto payload = file.next_at_end()) payloads.emplace_back(*payload);
  for (std::string& payload : payloads) {
    while (payload.ends_with('\n') || payload.ends_with('\r')) payload.pop_back();
  }
  return payloads;
}

void check(const std::string& text, const Texts& expected) {
  for (const std::size_t chunk : {1UL, 2UL, 3UL, 5UL, 7UL, 1000UL}) {
    INFO(chunk);
    CHECK(cut(text, chunk) == expected);
  }
}

TEST_CASE("XML and JSON lines") {
  check("{\"a\":1}\n\n{\"b\":2}\r\n<Event>\n1</Event><Event>2</Event>\nrest",
        {"{\"a\":1}", "{\"b\":2}", "<Event>\n1</Event>", "<Event>2</Event>", "rest"});
  check("<?xml version='1.0'?><Events><Event>1</Event></Events>", {"<Event>1</Event>"});
}

TEST_CASE("pretty-printed JSON, one document after another") {
  const std::string one = "{\n  \"Event\": {\n    \"System\": {}\n  }\n}";
  const std::string two = "{\r\n  \"a\": \"}\"\r\n}";
  check(one + "\n" + two + "\n{\"c\": 3}\n" + one, {one, two, "{\"c\": 3}", one});
  check(one + one, {one, one});
  check("{\n  \"cut\": 1", {"{\n  \"cut\": 1"});
  check("{", {"{"});
}

TEST_CASE("files in UTF-16, and with a byte order mark") {
  const std::string text = "<Event>\xc3\xa9</Event>\r\n<Event>2</Event>\n";
  const Texts expected = {"<Event>\xc3\xa9</Event>", "<Event>2</Event>"};
  check("\xef\xbb\xbf" + text, expected);
  check("\xef\xbb\xbf<?xml version='1.0'?><Events>\n" + text + "</Events>", expected);
  std::string little;
  std::string big;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] == '\xc3' ? '\xe9' : text[i];
    if (c == '\xa9') continue;
    little += {c, '\0'};
    big += {'\0', c};
  }
  check("\xff\xfe" + little, expected);
  check(little, expected);
  check("\xfe\xff" + big, expected);
  check(big, expected);
  // A character of two units, and half of one at the end.
  check(std::string("\xff\xfe{\0=\xd8\0\xde}\0\n\0=\xd8", 14), {"{\xf0\x9f\x98\x80}", "\xef\xbf\xbd"});
  // A byte order mark in the middle, where a chunk begins or not.
  check(std::string("\xff\xfe{\0\xff\xfe}\0", 8), {"{\xef\xbb\xbf}"});
  // Less than tells what it is in.
  check("{", {"{"});
  check("\xff\xfe", {});
}

TEST_CASE("what is longer than the limit comes in pieces") {
  const std::string text = "{\n" + std::string(50, ' ') + "\n}\n{\"a\":1}\n";
  const Texts payloads = cut(text, 4, 20);
  REQUIRE(payloads.size() > 2);
  CHECK(payloads.back() == "{\"a\":1}");
}

}  // namespace
}  // namespace rw::ingest
