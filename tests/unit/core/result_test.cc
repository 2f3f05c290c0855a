#include "daemon/core/result.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

namespace rw::core {
namespace {

Result<int> parse_positive(int n) {
  if (n <= 0) return invalid_input("n: expected a positive number");
  return n;
}

Result<void> check_even(int n) {
  if (n % 2 != 0) return Error{ErrorCode::kUnsupported, "odd", "use an even number"};
  return {};
}

Result<std::string> describe(int n, int& steps) {
  RW_TRY(const int positive, parse_positive(n));
  ++steps;
  RW_CHECK(check_even(positive));
  ++steps;
  RW_TRY(const int half, parse_positive(positive / 2 - 1));
  ++steps;
  return "half less one is " + std::to_string(half);
}

Result<std::unique_ptr<int>> make_unique_result(int n) {
  RW_TRY(const int positive, parse_positive(n));
  return std::make_unique<int>(positive);
}

}  // namespace

TEST_CASE("a result holds a value or an error", "[result]") {
  const Result<int> good = parse_positive(3);
  CHECK(good.ok());
  CHECK(static_cast<bool>(good));
  CHECK(good.value() == 3);
  CHECK(*good == 3);
  const Result<int> bad = parse_positive(-3);
  CHECK_FALSE(bad.ok());
  CHECK_FALSE(static_cast<bool>(bad));
  CHECK(bad.error() == Error{ErrorCode::kInvalidInput, "n: expected a positive number", ""});
}

TEST_CASE("a result without a value is ok or an error", "[result]") {
  CHECK(check_even(2).ok());
  const Result<void> bad = check_even(1);
  CHECK_FALSE(bad);
  CHECK(bad.error() == Error{ErrorCode::kUnsupported, "odd", "use an even number"});
}

TEST_CASE("RW_TRY and RW_CHECK return the first error and stop there", "[result]") {
  struct Case {
    int n;
    std::string expected;  // the value, or the error's message
    int steps;
  };
  const Case cases[] = {
      {-1, "n: expected a positive number", 0},
      {3, "odd", 1},
      {2, "n: expected a positive number", 2},
      {8, "half less one is 3", 3},
  };
  for (const auto& [n, expected, expected_steps] : cases) {
    INFO(n);
    int steps = 0;
    const Result<std::string> result = describe(n, steps);
    CHECK((result.ok() ? result.value() : result.error().message) == expected);
    CHECK(steps == expected_steps);
  }
}

TEST_CASE("values that only move pass through", "[result]") {
  Result<std::unique_ptr<int>> result = make_unique_result(5);
  REQUIRE(result.ok());
  const std::unique_ptr<int> taken = std::move(result).value();
  CHECK(*taken == 5);
  CHECK(make_unique_result(0).error().code == ErrorCode::kInvalidInput);
}

TEST_CASE("a value can be changed in place", "[result]") {
  Result<std::string> result = std::string("abc");
  *result += 'd';
  CHECK(result->size() == 4);
  CHECK(result.value() == "abcd");
}

}  // namespace rw::core
