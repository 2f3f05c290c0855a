#include "daemon/detect/spl/expand.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace rw::detect::spl {
namespace {

using core::ErrorCode;

Macros macros() {
  Macros macros = Macros::builtin();
  macros.add({"one", {}, "1"});
  macros.add({"nested", {}, "(`one` `one`)"});
  macros.add({"pair", {"a", "b"}, "$a$-$b$-$a$-$c$"});
  macros.add({"ends", {"a"}, "-$a$"});
  macros.add({"pass", {"x"}, "`pair($x$, y)`"});
  macros.add({"loop", {}, "`loop`"});
  macros.add({"wide", {}, std::string(200'000, 'x')});
  macros.add({"wider", {}, "`wide` `wide` `wide` `wide` `wide` `wide`"});
  macros.add({"bad", {}, "a `missing` b"});
  macros.add({"open", {}, "a ``` b"});
  // Each level calls the next twenty times; without a limit on calls this never ends, and it writes no byte.
  for (int level = 0; level < 15; ++level) {
    std::string calls;
    for (int i = 0; i < 20; ++i) calls += "`e" + std::to_string(level + 1) + "`";
    macros.add({"e" + std::to_string(level), {}, calls});
  }
  macros.add({"e15", {}, ""});
  return macros;
}

TEST_CASE("macros are text, replaced before parsing") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a `one` b", "a 1 b"},
      {"a`nested`b", "a(1 1)b"},
      {"`pair(x, y)`", "x-y-x-$c$"},
      {R"(`pair("x, 1", "y")`)", "x, 1-y-x, 1-$c$"},
      {"`pair(f(a, b), y)`", "f(a, b)-y-f(a, b)-$c$"},
      {"`pass(q)`", "q-y-q-$c$"},
      {"`ends(x)`", "-x"},
      {"` one `", "1"},
      {"`one()`", "1"},
      {R"("`one`" `one`)", R"("`one`" 1)"},
      {R"("a\"`one`" `one`)", R"("a\"`one`" 1)"},
      {"`drop_dm_object_name(Registry)`", R"(rename "Registry.*" as *)"},
      {R"(`drop_dm_object_name("Registry")`)", R"(rename "Registry.*" as *)"},
      {"`security_content_summariesonly`", "summariesonly=false allow_old_summaries=true fillnull_value=null"},
      {"`security_content_ctime(lastTime)`", R"(convert timeformat="%Y-%m-%dT%H:%M:%S" ctime(lastTime))"},
      {"`some_rule_filter`", "search *"},
      {"a ```comment | `missing` ``` b", "a   b"},
      {"\"```\" a", "\"```\" a"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    const auto expanded = expand(text, macros());
    REQUIRE(expanded.ok());
    CHECK(expanded->text() == expected);
  }
}

TEST_CASE("a user's filter macro replaces the default") {
  Macros mine = macros();
  mine.add({"some_rule_filter", {}, "search NOT dest=\"build-*\""});
  const auto expanded = expand("| `some_rule_filter`", mine);
  REQUIRE(expanded.ok());
  CHECK(expanded->text() == "| search NOT dest=\"build-*\"");
}

TEST_CASE("faults of macros and comments are named with their place") {
  struct Case {
    std::string text;
    ErrorCode code;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"a\n  `missing`", ErrorCode::kInvalidInput, "2:3: macro `missing` is not defined"},
      {"é `missing(1)`", ErrorCode::kInvalidInput, "1:3: macro `missing` is not defined"},
      {"`x_filter(1)`", ErrorCode::kInvalidInput, "1:1: macro `x_filter` is not defined"},
      {"`pair(1)`", ErrorCode::kInvalidInput, "1:1: macro `pair` takes 2 arguments, not 1"},
      {"`one(1)`", ErrorCode::kInvalidInput, "1:1: macro `one` takes 0 arguments, not 1"},
      {"x `bad`", ErrorCode::kInvalidInput, "1:3: in macro `bad`: macro `missing` is not defined"},
      {"x `open`", ErrorCode::kInvalidInput, "1:3: in macro `open`: comment: expected a closing ```"},
      {"x ``` y", ErrorCode::kInvalidInput, "1:3: comment: expected a closing ```"},
      {"x `one", ErrorCode::kInvalidInput, "1:3: macro: expected a closing `"},
      {"x `` y", ErrorCode::kInvalidInput, "1:3: macro: expected `name` or `name(argument, …)`, found ``"},
      {"x `a b`", ErrorCode::kInvalidInput, "1:3: macro: expected `name` or `name(argument, …)`, found `a b`"},
      {"`e0`", ErrorCode::kLimit, "more than 10000 macro calls"},
      {"`wider`", ErrorCode::kLimit, "1:1: the search is longer than 1048576 bytes after its macros are expanded"},
      {std::string(70'000, 'x'), ErrorCode::kLimit, "1:1: the search is 70000 bytes long, expected at most 65536"},
  };
  for (const Case& c : cases) {
    INFO(c.text.substr(0, 100));
    const auto expanded = expand(c.text, macros());
    REQUIRE_FALSE(expanded.ok());
    CHECK(expanded.error().code == c.code);
    if (c.text == "`e0`") {
      CHECK_THAT(expanded.error().message, Catch::EndsWith(c.message));
    } else {
      CHECK(expanded.error().message == c.message);
    }
  }
  const auto loop = expand("`loop`", macros());
  REQUIRE_FALSE(loop.ok());
  CHECK(loop.error().code == ErrorCode::kLimit);
  CHECK_THAT(loop.error().message, Catch::EndsWith("macro `loop`: nested more than 20 deep"));
}

TEST_CASE("offsets of the expanded text lead back to the search as written") {
  const auto expanded = expand("ab `nested` cd\nef", macros());
  REQUIRE(expanded.ok());
  REQUIRE(expanded->text() == "ab (1 1) cd\nef");
  const auto place = [&](std::size_t offset) { return expanded->error(ErrorCode::kInvalidInput, offset, "m").message; };
  CHECK(place(0) == "1:1: m");
  CHECK(place(3) == "1:4: in macro `nested`: m");
  CHECK(place(4) == "1:4: in macro `nested` > `one`: m");
  CHECK(place(9) == "1:13: m");
  CHECK(place(12) == "2:1: m");
}

}  // namespace
}  // namespace rw::detect::spl
