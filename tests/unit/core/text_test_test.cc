// Tests of texts that are no patterns.
#include "daemon/core/text_test.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace rw::core {
namespace {

TEST_CASE("a list of texts is one look-up, without case") {
  const TextTest test = TextTest::one_of({"Alpha", "b:2", "", "ÄÖ"});
  const auto decoded = TextTest::decode(test.encode());
  REQUIRE(decoded.ok());
  for (const TextTest& each : {test, *decoded}) {
    CHECK(each.matches("ALPHA"));
    CHECK(each.matches("B:2"));
    CHECK(each.matches(""));
    CHECK(each.matches("äö"));
    CHECK_FALSE(each.matches("alph"));
    CHECK_FALSE(each.is_any());
  }
  CHECK(test.describe() == "in (\"Alpha\", \"b:2\", \"\", \"ÄÖ\")");
  for (const std::string_view broken : {"l5:abc", "lx", "l3abc", "l-1:a"}) CHECK_FALSE(TextTest::decode(broken).ok());
}

TEST_CASE("a length counts characters, not bytes") {
  const TextTest test = TextTest::length(3, 4);
  CHECK_FALSE(test.matches("ab"));
  CHECK(test.matches("abc"));
  CHECK(test.matches("ÄÖÜß"));
  CHECK_FALSE(test.matches("abcde"));
  CHECK(test.encode() == "s3-4");
  CHECK(test.describe() == "of 3 to 4 characters");
  const auto decoded = TextTest::decode(TextTest::length(2).encode());
  REQUIRE(decoded.ok());
  CHECK(decoded->describe() == "of 2 characters or more");
  CHECK_FALSE(decoded->matches("Ä"));
  CHECK(decoded->matches("ÄÖ"));
  for (const char* broken : {"s", "s3", "s3-", "s-4", "s3-4x", "s3 4"}) {
    INFO(broken);
    CHECK_FALSE(TextTest::decode(broken).ok());
  }
}

TEST_CASE("a test says what it is made of") {
  const TextTest list = TextTest::one_of({"A", "b"});
  const TextTest regex = TextTest::regex("(?i)a.b").value();
  const TextTest pattern = TextPattern::exact("x");
  REQUIRE(list.texts() != nullptr);
  CHECK(*list.texts() == std::vector<std::string>{"A", "b"});
  REQUIRE(regex.expression() != nullptr);
  CHECK(*regex.expression() == "(?i)a.b");
  CHECK(pattern.pattern() != nullptr);
  CHECK(list.pattern() == nullptr);
  CHECK(list.expression() == nullptr);
  CHECK(regex.texts() == nullptr);
  CHECK(TextTest::length(1).pattern() == nullptr);
}

}  // namespace
}  // namespace rw::core
