#include "storage/record_ids.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace rw::storage {
namespace {

using namespace std::chrono_literals;

// Event n of a log is written at second n.
core::Micros time_of(std::uint64_t id) { return core::from_us(1'790'000'000'000'000) + std::chrono::seconds(id); }

RecordRun run(std::uint64_t first, std::uint64_t last) { return {first, last, time_of(first), time_of(last)}; }

RecordRun later(RecordRun run, std::chrono::seconds by) {
  run.first_time += by;
  run.last_time += by;
  return run;
}

struct Log {
  RecordIds ids;
  Log& add(const std::vector<RecordRun>& runs) {
    ids.add(runs);
    // What is stored is all there is to know.
    const auto restored = RecordIds::restore(ids.state());
    REQUIRE(restored.ok());
    ids = *restored;
    return *this;
  }
  std::string gaps() const { return ids.state().gaps; }
  std::string skips() const { return ids.state().skips; }
};

}  // namespace

TEST_CASE("a hole in a log that came whole is a gap, and late events close it") {
  Log log;
  log.add({run(1, 1000)});
  CHECK(log.ids.complete());
  log.add({run(1011, 1020)});
  CHECK(log.gaps() == "1001-1010");
  CHECK(log.ids.state().lost == 10);
  CHECK(log.ids.state().missing == 10);
  CHECK(log.ids.state().seen == 1010);
  log.add({run(1004, 1006)});
  CHECK(log.gaps() == "1001-1003 1007-1010");
  CHECK(log.ids.state().lost == 7);
  log.add({run(995, 1015)});
  CHECK(log.gaps().empty());
  CHECK(log.ids.state().lost == 0);
  CHECK(log.ids.state().missing == 0);
  CHECK(log.ids.state().seen == 1020);
  CHECK(log.ids.last() == 1020u);
}

TEST_CASE("without a thousand ids looked for, or where many never come, a hole is a skip") {
  Log young;
  young.add({run(1, 999), run(1001, 1001)});
  CHECK(young.gaps().empty());
  CHECK(young.skips() == "1000-1000");

  Log filtered;
  for (std::uint64_t id = 1; id < 10'000; id += 3) filtered.add({run(id, id)});
  CHECK_FALSE(filtered.ids.complete());
  CHECK(filtered.gaps().empty());
  CHECK(filtered.ids.state().lost == 0);
  CHECK(filtered.ids.state().seen == 3333);
  CHECK(filtered.ids.state().missing == 6664);
  CHECK(filtered.ids.state().skips.starts_with("9902-9903 "));  // the newest 32, the others are only counted
  filtered.add({run(10'500, 10'500)});
  CHECK(filtered.gaps().empty());
}

TEST_CASE("ten in a thousand may be missing in a log that counts as whole") {
  for (const std::uint64_t skipped : {10u, 11u}) {
    INFO(skipped);
    Log log;
    log.add({run(1, 1)});
    for (std::uint64_t i = 0; i < skipped; ++i) log.add({run(3 + i * 2, 3 + i * 2)});
    const std::uint64_t last = 1 + skipped * 2;
    log.add({run(last + 1, 1000), run(1101, 1101)});
    CHECK((log.gaps() == "1001-1100") == (skipped == 10));
  }
}

TEST_CASE("a log whose forwarder begins to filter has a few gaps, then skips") {
  Log log;
  log.add({run(1, 2000)});
  for (std::uint64_t id = 2002; id < 3000; id += 2) log.add({run(id, id)});
  CHECK(parse_ranges(log.gaps())->size() == RecordIds::kTolerated + 1);
  CHECK(log.ids.state().missing == 499);
  CHECK(log.ids.state().lost == RecordIds::kTolerated + 1);
}

TEST_CASE("a gap does not hide the next one") {
  Log log;
  log.add({run(1, 1000), run(6001, 6010), run(6021, 6030)});
  CHECK(log.gaps() == "1001-6000 6011-6020");
  CHECK(log.ids.state().lost == 5010);
}

TEST_CASE("duplicates are seen once, and what was before the first is not counted") {
  Log log;
  log.add({run(500, 600)}).add({run(500, 600)}).add({run(300, 550)});
  CHECK(log.ids.state().seen == 101);
  CHECK(log.ids.state().missing == 0);
  CHECK(log.ids.state().resets == 0);
  CHECK(log.ids.last() == 600u);
}

TEST_CASE("lower ids with newer times are a log that begins again") {
  Log log;
  log.add({run(1, 5000), run(5011, 5020)});
  REQUIRE(log.ids.state().lost == 10);
  log.add({later(run(1, 3), 6000s)});
  CHECK(log.ids.state().resets == 1);
  CHECK(log.ids.last() == 3u);
  CHECK(log.gaps().empty());
  CHECK(log.ids.state().lost == 10);
  CHECK(log.ids.state().seen == 5013);
  log.add({later(run(4, 9), 6000s)});
  CHECK(log.ids.state().resets == 1);
  CHECK(log.ids.state().seen == 5019);

  SECTION("also within what arrives at once") {
    Log both;
    both.add({run(4000, 5000), later(run(1, 50), 6000s), later(run(51, 60), 6000s)});
    CHECK(both.ids.state().resets == 1);
    CHECK(both.ids.last() == 60u);
    CHECK(both.ids.state().missing == 0);
  }
  SECTION("but late ones are not, nor ids near the newest, whatever their time") {
    Log late;
    late.add({run(1, 5000)}).add({run(100, 200)}).add({later(run(4000, 4000), 7200s)});
    CHECK(late.ids.state().resets == 0);
    CHECK(late.ids.last() == 5000u);
  }
}

TEST_CASE("ids that are none are ignored, and sums have an end") {
  Log log;
  log.add({run(10, 10)});
  log.ids.add(std::vector<RecordRun>{{RecordIds::kLargest + 1, RecordIds::kLargest + 1, time_of(11), time_of(11)},
                                     {9, 8, time_of(11), time_of(11)}});
  CHECK(log.ids.last() == 10u);
  CHECK(log.ids.state().seen == 1);
  auto seconds = 100s;
  for (int i = 0; i < 2100; ++i) {
    log.ids.add(
        std::vector<RecordRun>{{RecordIds::kLargest, RecordIds::kLargest, time_of(0) + seconds, time_of(0) + seconds}});
    seconds += 100s;
    log.ids.add(std::vector<RecordRun>{{1, 1, time_of(0) + seconds, time_of(0) + seconds}});
    seconds += 100s;
  }
  CHECK(log.ids.state().missing == static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

TEST_CASE("any order of arrival, with losses and duplicates, gives what a set of ids gives") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    INFO(seed);
    std::mt19937 random(seed);
    const auto below = [&](std::uint64_t n) { return random() % n; };
    const std::uint64_t first = 1 + below(5000);
    const std::uint64_t count = 1 + below(4000);
    // At most ten holes, so that none is forgotten on the way.
    std::set<std::uint64_t> lost;
    for (std::uint64_t hole = below(11); hole > 0; --hole) {
      const std::uint64_t from = first + 1 + below(count);
      const std::uint64_t size = 1 + below(300);
      for (std::uint64_t id = from; id < from + size && id < first + count - 1; ++id) lost.insert(id);
    }
    std::vector<RecordRun> runs;
    for (std::uint64_t id = first; id < first + count;) {
      const std::uint64_t last = std::min(id + below(400), first + count - 1);
      std::uint64_t from = id;
      for (std::uint64_t i = id; i <= last + 1; ++i) {
        if (i <= last && !lost.contains(i)) continue;
        if (i > from) runs.push_back(run(from, i - 1));
        from = i + 1;
      }
      id = last + 1;
    }
    // Late by a few places, and some twice; the first id opens the log.
    for (std::size_t i = 1; i + 1 < runs.size(); ++i) {
      if (below(3) == 0) std::swap(runs[i], runs[std::min<std::size_t>(runs.size() - 1, i + below(4))]);
    }
    const std::size_t copies = below(10);
    for (std::size_t i = 0; i < copies; ++i) runs.push_back(runs[below(runs.size())]);

    Log log;
    std::set<std::uint64_t> seen;
    for (std::size_t at = 0; at < runs.size();) {
      const std::size_t size = std::min<std::size_t>(1 + below(5), runs.size() - at);
      log.add({runs.begin() + static_cast<std::ptrdiff_t>(at), runs.begin() + static_cast<std::ptrdiff_t>(at + size)});
      for (std::size_t i = at; i < at + size; ++i) {
        for (std::uint64_t id = runs[i].first; id <= runs[i].last; ++id) seen.insert(id);
      }
      at += size;
    }
    std::set<std::uint64_t> missing;
    for (std::uint64_t id = *seen.begin(); id <= *seen.rbegin(); ++id) {
      if (!seen.contains(id)) missing.insert(id);
    }
    std::set<std::uint64_t> remembered;
    for (const std::string& text : {log.gaps(), log.skips()}) {
      const auto ranges = parse_ranges(text);
      REQUIRE(ranges.ok());
      for (const RecordRange& range : *ranges) {
        for (std::uint64_t id = range.first; id <= range.last; ++id) remembered.insert(id);
      }
    }
    CHECK(log.ids.state().seen == seen.size());
    CHECK(log.ids.state().missing == missing.size());
    CHECK(remembered == missing);
    CHECK(log.ids.last() == *seen.rbegin());
    CHECK(log.ids.state().resets == 0);
  }
}

TEST_CASE("texts of ranges") {
  CHECK(format_ranges(std::vector<RecordRange>{}) == "");
  CHECK(format_ranges(std::vector<RecordRange>{{5, 9}, {12, 12}}) == "5-9 12-12");
  CHECK(*parse_ranges("5-9 12-12") == std::vector<RecordRange>{{5, 9}, {12, 12}});
  CHECK(parse_ranges("")->empty());
  for (const char* bad :
       {"5", "5-", "-5", "9-5", "5-9,12-12", "5-9 9-10", "a-b", "5-9  12-12", "99999999999999999999-1"}) {
    INFO(bad);
    CHECK(parse_ranges(bad).error().code == core::ErrorCode::kInvalidInput);
  }
}

}  // namespace rw::storage
