#include "web/deadline_reader.h"

#include "fixture.h"

using namespace rw;
using namespace rw::web::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

const core::Error kTooLate{core::ErrorCode::kLimit, "too late"};
constexpr const char* kEndless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

struct Database {
  std::unique_ptr<storage::Reader> reader() { return store->open_reader().value(); }

  TempDir dir;
  std::unique_ptr<storage::Store> store = storage::sqlite::open({.data_dir = dir.path()}).value();
};

core::Result<void> ignore_row(std::vector<storage::Value>) { return {}; }

}  // namespace

TEST_CASE("before its deadline a reader answers as the one behind it") {
  Database database;
  const auto inner = database.reader();
  web::DeadlineReader reader(*inner, Clock::now() + 1h, kTooLate);
  int rows = 0;
  const auto count = [&](std::vector<storage::Value>) {
    ++rows;
    return core::Result<void>();
  };
  CHECK(reader.scan({"SELECT 1 UNION SELECT 2", {}}, 1min, count).ok());
  CHECK(rows == 2);
  CHECK(reader.query({"SELECT 1 UNION SELECT 2", {}}, {}).value().rows.size() == 2);
  // Limits of other kinds are theirs.
  CHECK(
      reader.query({"SELECT 1 UNION SELECT 2", {}}, {.max_rows = 1}).error() ==
      core::Error{core::ErrorCode::kLimit, "the search gave more than 1 rows", "narrow the search or its time range"});
  CHECK(reader.scan({kEndless, {}}, 20ms, ignore_row).error() ==
        core::Error{core::ErrorCode::kLimit, "the search took longer than 20 ms"});
  CHECK(reader.list({}).value().table.rows.empty());
}

TEST_CASE("at its deadline a reader ends, in the middle of a question and between two") {
  Database database;
  const auto inner = database.reader();
  web::DeadlineReader reader(*inner, Clock::now() + 20ms, kTooLate);
  CHECK(reader.scan({kEndless, {}}, 1min, ignore_row).error() == kTooLate);
  CHECK(reader.scan({"SELECT 1", {}}, 1min, ignore_row).error() == kTooLate);
  CHECK(reader.query({"SELECT 1", {}}, {}).error() == kTooLate);
  CHECK(inner->query({"SELECT 1", {}}, {}).ok());

  web::DeadlineReader query_reader(*inner, Clock::now() + 20ms, kTooLate);
  CHECK(query_reader.query({kEndless, {}}, {}).error() == kTooLate);
}

TEST_CASE("a reader with a deadline can be cancelled") {
  Database database;
  const auto inner = database.reader();
  web::DeadlineReader reader(*inner, Clock::now() + 1h, kTooLate);
  reader.cancel();
  CHECK(reader.scan({"SELECT 1", {}}, 1min, ignore_row).error().code == core::ErrorCode::kCancelled);
}
