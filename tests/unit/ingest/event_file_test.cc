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

TEST_CASE("what is longer than the limit comes in pieces") {
  const std::string text = "{\n" + std::string(50, ' ') + "\n}\n{\"a\":1}\n";
  const Texts payloads = cut(text, 4, 20);
  REQUIRE(payloads.size() > 2);
  CHECK(payloads.back() == "{\"a\":1}");
}

}  // namespace
}  // namespace rw::ingest
