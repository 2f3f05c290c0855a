#include <catch2/catch.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/detect/emit_sql.h"
#include "daemon/detect/search.h"
#include "storage/forwarding_reader.h"
#include "tests/unit/scheduler/searching_daemon.h"

namespace rw::scheduler {
namespace {

using test::at;
using test::nothing;
using test::one_row;
using test::Texts;

// What the tests see of the sieves, and what they ask of them.
struct Sieves {
  std::atomic<int> opened{0};
  std::atomic<int> sifted{0};
  std::atomic<int> empty_handed{0};  // answers "nothing"
  std::atomic<bool> fail{false};
};

// Says "nothing" of exactly those filters that no event of the window passes: it asks the store for each.
class ExactSieve final : public storage::Sieve {
 public:
  ExactSieve(storage::Reader& reader, const storage::Dialect& dialect, std::vector<storage::Filter> filters,
             Sieves& seen)
      : reader_(reader), dialect_(dialect), filters_(std::move(filters)), seen_(seen) {}

  core::Result<std::vector<storage::Sifted>> sift(const cim::Window& window, std::chrono::milliseconds) override {
    ++seen_.sifted;
    if (seen_.fail) return core::Error{core::ErrorCode::kInternal, "the sieve has a hole"};
    std::vector<storage::Sifted> sifted;
    for (const storage::Filter& filter : filters_) {
      detect::EventQuery query;
      query.dataset = filter.dataset;
      query.where = filter.where;
      detect::Aggregate& count = query.aggregates.emplace_back();
      count.counts_events = true;
      count.column = "count";
      RW_TRY(const storage::Table table, reader_.query(emit_sql(query, dialect_, window, core::TimeZone()), {}));
      const bool none = table.rows.at(0).at(0) == storage::Value(std::int64_t{0});
      if (none) ++seen_.empty_handed;
      sifted.push_back({.nothing = none, .dialect = nullptr});
    }
    return sifted;
  }
  core::Result<std::vector<bool>> may_pass(const cim::Window&, const storage::NewEvents&,
                                           std::chrono::milliseconds) override {
    return std::vector<bool>(filters_.size(), true);
  }
  std::size_t size_bytes() const override { return 0; }

 private:
  storage::Reader& reader_;
  const storage::Dialect& dialect_;
  const std::vector<storage::Filter> filters_;
  Sieves& seen_;
};

class SiftingReader final : public storage::ForwardingReader {
 public:
  SiftingReader(std::unique_ptr<Reader> inner, const storage::Dialect& dialect, Sieves& seen)
      : ForwardingReader(*inner), inner_(std::move(inner)), dialect_(dialect), seen_(seen) {}

  core::Result<std::unique_ptr<storage::Sieve>> open_sieve(std::vector<storage::Filter> filters) override {
    ++seen_.opened;
    return std::unique_ptr<storage::Sieve>(std::make_unique<ExactSieve>(*inner_, dialect_, std::move(filters), seen_));
  }

 private:
  const std::unique_ptr<Reader> inner_;
  const storage::Dialect& dialect_;
  Sieves& seen_;
};

class SiftingStore final : public storage::Store {
 public:
  SiftingStore(Store& inner, Sieves& seen) : inner_(inner), seen_(seen) {}
  core::Result<std::unique_ptr<storage::WriteSession>> open_writer() override { return inner_.open_writer(); }
  core::Result<std::unique_ptr<storage::Reader>> open_reader() override {
    RW_TRY(auto reader, inner_.open_reader());
    return std::unique_ptr<storage::Reader>(
        std::make_unique<SiftingReader>(std::move(reader), inner_.dialect(), seen_));
  }
  const storage::Dialect& dialect() const override { return inner_.dialect(); }

 private:
  Store& inner_;
  Sieves& seen_;
};

class Fixture : public test::SearchingDaemon {
 public:
  Fixture() { options_.threads = 1; }

  void watch_sieves() {
    around_store_ = [this](storage::Store& store) { return std::make_unique<SiftingStore>(store, sieves_); };
  }

  // Four detections of one window, of which two find something, and one of another window, over two hours.
  Texts findings_of_two_hours() {
    add_event("2024-10-24T12:05:00Z", "ws1", "AmsiEnable");
    add_event("2024-10-24T12:15:00Z", "ws2", "AmsiEnable");
    add_event("2024-10-24T13:05:00Z", "ws1", "Other");
    add_search_for("amsi", "registry_path", R"(*\AmsiEnable)");
    add_search_for("other", "registry_value_name", R"(Other)");
    add_search_for("none", "registry_value_name", R"(Nothing)");
    add_search_for("all", "dest", R"(*)");
    add_search_for("wide", "registry_path", R"(*\AmsiEnable)", "-130m@m");
    start();
    wait_for_detections(5);
    advance_to("2024-10-24T14:00:00Z");
    CHECK(wait_for_runs(10).size() == 10);
    stop();
    Texts all;
    for (const storage::Listing listing : {storage::Listing::kRiskEvents, storage::Listing::kNotables}) {
      const storage::Table table = rows(listing);
      for (const auto& row : table.rows) {
        std::string text;
        for (const std::string_view column : {"detection", "identity", "row"}) {
          text += std::get<std::string>(cell(table, row, column)) + ' ';
        }
        all.push_back(text);
      }
    }
    std::ranges::sort(all);
    return all;
  }

  Sieves sieves_;
};

TEST_CASE("the findings of ticks are those of single runs") {
  // A tick whose sieve fails falls back to single runs.
  Fixture single;
  single.watch_sieves();
  single.sieves_.fail = true;
  const Texts expected = single.findings_of_two_hours();
  CHECK(single.sieves_.sifted == 4);
  CHECK(single.sieves_.empty_handed == 0);
  CHECK(expected.size() == 2 * (2 + 1 + 3 + 4));  // amsi, other, all, and wide, which sees two events twice

  Fixture exact;
  exact.watch_sieves();
  CHECK(exact.findings_of_two_hours() == expected);
  // One sieve for the four, one for that of another window, both used for both hours.
  CHECK(exact.sieves_.opened == 2);
  CHECK(exact.sieves_.sifted == 4);
  CHECK(exact.sieves_.empty_handed == 4);

  Fixture shipped;
  CHECK(shipped.findings_of_two_hours() == expected);
}

TEST_CASE_METHOD(Fixture, "a sieve is opened again when the set of detections changes") {
  watch_sieves();
  add_search_for("amsi", "registry_path", R"(*\AmsiEnable)");
  add_search_for("other", "registry_value_name", R"(Other)");
  start();
  wait_for_detections(2);
  advance_to("2024-10-24T13:00:00Z");
  wait_for_runs(2);
  CHECK(sieves_.opened == 1);
  add_search_for("third", "registry_value_name", R"(Third)");
  reload();
  wait_for_detections(3);
  advance_to("2024-10-24T14:00:00Z");
  wait_for_runs(5);
  CHECK(sieves_.opened == 2);
  CHECK(sieves_.sifted == 2);
}

TEST_CASE_METHOD(Fixture, "one search of a tick that fails or throws does not touch the others") {
  add(named("A"), one_row);
  add(named("B"), [](storage::Reader&, const cim::Window&) -> core::Result<detect::SearchResult> {
    return core::Error{core::ErrorCode::kLimit, "too many rows"};
  });
  add(named("C"),
      [](storage::Reader&, const cim::Window&) -> core::Result<detect::SearchResult> { throw std::bad_alloc(); });
  add(named("D"), one_row);
  start();
  wait_for_detections(4);
  advance_to("2024-10-24T13:00:00Z");
  CHECK(wait_for_runs(4) == Texts{"13:00 11:50 12:50 done", "13:00 11:50 12:50 failed", "13:00 11:50 12:50 failed",
                                  "13:00 11:50 12:50 done"});
  CHECK(rows(storage::Listing::kNotables).rows.size() == 2);
}

TEST_CASE_METHOD(Fixture, "a detection that reads findings runs when the others of its time are committed") {
  options_.threads = 3;
  detect::Detection correlation = named("A correlation");
  std::atomic<int> seen{-1};
  correlation.search = std::make_shared<test::FakeSearch>(
      [&](storage::Reader& reader, const cim::Window&) -> core::Result<detect::SearchResult> {
        storage::ListRequest request;
        request.listing = storage::Listing::kRiskEvents;
        RW_TRY(const auto page, reader.list(request));
        seen = static_cast<int>(page.table.rows.size());
        return detect::SearchResult{};
      },
      cim::Dataset::kRisk);
  add_search(correlation, correlation.search);
  add(named("B"), one_row);
  detect::Detection wide = named("C");
  wide.schedule.earliest_time = test::modifier("-130m@m");
  add(wide, one_row);
  start();
  wait_for_detections(3);
  advance_to("2024-10-24T13:00:00Z");
  wait_for_runs(3);
  stop();
  CHECK(seen == 2);
  const storage::Table runs = rows(storage::Listing::kRuns);
  CHECK(cell(runs, runs.rows.back(), "detection") == storage::Value(std::string("A correlation")));
}

}  // namespace
}  // namespace rw::scheduler
