#include "daemon/core/counters.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace rw::core {

using Skipped = std::map<std::pair<std::string, std::uint32_t>, std::uint64_t>;

TEST_CASE("each counter starts at zero and counts by itself", "[counters]") {
  Counters counters;
  for (const auto& row : kCounterTable) CHECK(counters.value(row.counter) == 0);
  counters.add(Counter::kDecoded);
  counters.add(Counter::kDecoded, 41);
  CHECK(counters.value(Counter::kDecoded) == 42);
  CHECK(counters.value(Counter::kRejected) == 0);
}

TEST_CASE("the table has each counter once, in order, with a Prometheus name", "[counters]") {
  CHECK(std::size(kCounterTable) == static_cast<std::size_t>(Counter::kCount));
  std::set<std::string_view> names;
  std::size_t index = 0;
  for (const auto& row : kCounterTable) {
    INFO(row.name);
    CHECK(static_cast<std::size_t>(row.counter) == index++);
    CHECK(names.insert(row.name).second);
    CHECK(row.name.starts_with("regwarden_"));
    CHECK(row.name.ends_with("_total"));
    CHECK(std::ranges::all_of(row.name, [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); }));
    CHECK_FALSE(row.meaning.empty());
  }
}

TEST_CASE("adding from several threads loses nothing", "[counters]") {
  Counters counters;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&counters] {
      for (int i = 0; i < 10'000; ++i) counters.add(Counter::kSyslogMessages);
      for (int i = 0; i < 100; ++i) counters.add_skipped("Security", 4624);
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(counters.value(Counter::kSyslogMessages) == 40'000);
  CHECK(counters.skipped() == Skipped{{{"Security", 4624}, 400}});
}

TEST_CASE("skipped events are counted by channel and event id", "[counters]") {
  Counters counters;
  CHECK(counters.skipped().empty());
  counters.add_skipped("Security", 4624);
  counters.add_skipped("Security", 4624);
  counters.add_skipped("Security", 4625);
  counters.add_skipped("System", 4624);
  CHECK(counters.skipped() == Skipped{{{"Security", 4624}, 2}, {{"Security", 4625}, 1}, {{"System", 4624}, 1}});
}

TEST_CASE("kinds of skipped events are limited", "[counters]") {
  Counters counters;
  for (std::uint32_t id = 0; id < 1500; ++id) counters.add_skipped("made up", id);
  counters.add_skipped("made up", 7);  // a known kind is still counted
  const Skipped skipped = counters.skipped();
  CHECK(skipped.size() == 1001);
  CHECK(skipped.at({"(other)", 0}) == 500);
  CHECK(skipped.at({"made up", 7}) == 2);
  CHECK(skipped.at({"made up", 999}) == 1);
  CHECK(skipped.count({"made up", 1000}) == 0);
}

TEST_CASE("of a channel's name no more is kept than Windows allows", "[counters]") {
  Counters counters;
  counters.add_skipped(std::string(256, 'c'), 1);
  counters.add_skipped(std::string(256, 'c') + std::string(100'000, 'd'), 1);
  CHECK(counters.skipped() == Skipped{{{std::string(256, 'c'), 1}, 2}});
}

}  // namespace rw::core
