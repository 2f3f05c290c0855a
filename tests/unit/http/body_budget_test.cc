#include "daemon/http/body_budget.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

namespace rw::http {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

TEST_CASE("a budget: beyond it nothing changes, less is always granted, small ones always") {
  BodyBudget budget(10 * kMiB);
  CHECK(budget.change(0, 10 * kMiB));
  CHECK(budget.used_bytes() == 10 * kMiB);
  CHECK_FALSE(budget.change(0, BodyBudget::kAlwaysBytes + 1));
  CHECK(budget.used_bytes() == 10 * kMiB);
  CHECK(budget.change(0, BodyBudget::kAlwaysBytes));
  CHECK_FALSE(budget.change(BodyBudget::kAlwaysBytes, kMiB));
  CHECK(budget.change(BodyBudget::kAlwaysBytes, 0));
  CHECK(budget.change(10 * kMiB, 9 * kMiB));
  CHECK(budget.change(0, kMiB));
  CHECK(budget.used_bytes() == 10 * kMiB);
}

TEST_CASE("the largest body that a listener takes has room, alone") {
  CHECK(BodyBudget::limit_for(64 * kMiB) == 128 * kMiB);
  CHECK(BodyBudget::limit_for(1024 * kMiB) == 1034 * kMiB);
}

TEST_CASE("a body is counted as long as it is there, with what its decoder holds") {
  BodyBudget budget(10 * kMiB);
  {
    Body body(budget, 4 * kMiB);
    CHECK(body.text().empty());
    CHECK(budget.used_bytes() == 0);
    std::string expected;
    for (int i = 0; i < 100'000; ++i) {
      const std::string piece = std::to_string(i) + ",";
      expected += piece;
      REQUIRE(body.append(piece));
    }
    CHECK(body.text() == expected);
    CHECK(body.size() == expected.size());
    const std::size_t held = budget.used_bytes();
    CHECK(held >= expected.size());
    CHECK(held < 2 * expected.size());
    CHECK(body.count_decoder(kMiB));
    CHECK(budget.used_bytes() == held + kMiB);
    CHECK(body.count_decoder(1000));
    CHECK(budget.used_bytes() == held + 1000);
    CHECK_FALSE(body.count_decoder(20 * kMiB));
    CHECK(budget.used_bytes() == held + 1000);
    body.clear();
    CHECK(budget.used_bytes() == 0);
    CHECK(body.append("again"));
    CHECK(body.text() == "again");
  }
  CHECK(budget.used_bytes() == 0);
}

TEST_CASE("a body that finds no room is as it was; it grows to its limit and holds no more") {
  BodyBudget budget(2 * kMiB);
  Body first(budget, kMiB);
  for (std::size_t i = 0; i < 1024; ++i) REQUIRE(first.append(std::string(1024, 'a')));
  CHECK(budget.used_bytes() == kMiB);
  Body second(budget, 2 * kMiB);
  std::size_t taken = 0;
  while (second.append(std::string(1024, 'b'))) taken += 1024;
  CHECK(second.text() == std::string(taken, 'b'));
  CHECK(taken <= kMiB);
  CHECK(taken >= kMiB / 2);
  CHECK(budget.used_bytes() <= 2 * kMiB);
  first.clear();
  CHECK(second.append(std::string(1024, 'b')));
}

TEST_CASE("one large body is handled at a time") {
  BodyBudget budget;
  const auto now = std::chrono::steady_clock::now();
  CHECK(budget.take_turn(now));
  CHECK_FALSE(budget.take_turn(now));
  budget.return_turn();
  CHECK(budget.take_turn(now));
}

}  // namespace
}  // namespace rw::http
