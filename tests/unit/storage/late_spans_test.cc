#include "storage/late.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

using Texts = std::vector<std::string>;

const core::Micros kTen = core::from_us(1'791'712'800'000'000);  // 2026-10-11T10:00:00Z
const cim::Window kHour{kTen, kTen + std::chrono::hours(1)};

Batch announcement(const cim::Window& window, core::Micros now) {
  Batch batch;
  batch.searched = {window, now};
  return batch;
}

void announce(WriteSession& session, const cim::Window& window, core::Micros now = at("2026-10-11T11:10:00Z")) {
  const Batch batch = announcement(window, now);
  must(session.commit({&batch, 1}));
}

// "dataset minute first-last"
Texts spans_of(Reader& reader, std::size_t limit = 100) {
  Texts texts;
  for (const LateSpan& span : must(reader.late_spans(limit))) {
    texts.push_back(std::string(cim::dataset_prefix(span.dataset)) + " " +
                    core::format_rfc3339(span.minute).substr(11, 5) + " " + std::to_string(span.first_id) + "-" +
                    std::to_string(span.last_id));
  }
  return texts;
}

cim::ProcessRecord process_at(std::uint64_t record_id, std::string_view time) {
  cim::ProcessRecord record = process(record_id);
  record.time = at(time);
  return record;
}

TEST_CASE("events that come into searched time are late, those before the search and outside are not", "[late]") {
  Database database;
  const auto session = database.writer();
  const auto reader = database.reader();
  CHECK(commit(*session, batch_of({set_value(1, "2026-10-11T10:30:00Z")})).late == 0);
  announce(*session, kHour);

  Batch batch = batch_of({set_value(2, "2026-10-11T09:59:59.999999Z"), set_value(3, "2026-10-11T10:00:00Z"),
                          set_value(4, "2026-10-11T10:00:59.999999Z"), set_value(5, "2026-10-11T10:59:59.999999Z"),
                          set_value(6, "2026-10-11T11:00:00Z"), set_value(1, "2026-10-11T10:30:00Z")});
  batch.processes = {process_at(7, "2026-10-11T10:00:01Z")};
  const CommitOutcome outcome = commit(*session, batch);
  CHECK(outcome.registry_stored == 5);
  CHECK(outcome.duplicates == 1);
  CHECK(outcome.late == 4);
  CHECK(spans_of(*reader) == Texts{"Processes 10:00 1-1", "Registry 10:00 3-4", "Registry 10:59 5-5"});
  CHECK(spans_of(*reader, 1) == Texts{"Processes 10:00 1-1"});
}

TEST_CASE("an event of the commit that announces the search is late, of the one before it is not", "[late]") {
  Database database;
  const auto session = database.writer();
  std::vector<Batch> batches;
  batches.push_back(batch_of({set_value(1, "2026-10-11T10:30:00Z")}));
  batches.push_back(announcement(kHour, kHour.latest));
  batches.push_back(batch_of({set_value(2, "2026-10-11T10:30:00Z")}));
  const auto outcomes = must(session->commit(batches));
  CHECK(outcomes[0].late == 0);
  CHECK(outcomes[2].late == 1);
}

TEST_CASE("late events stay until what has seen them is told, and only up to there", "[late]") {
  Database database;
  const auto session = database.writer();
  const auto reader = database.reader();
  announce(*session, kHour);
  commit(*session, batch_of({set_value(1, "2026-10-11T10:30:00Z"), set_value(2, "2026-10-11T10:31:00Z")}));
  const auto seen = must(reader->late_spans(100));
  // One more comes into the same minute while searches are under way.
  commit(*session, batch_of({set_value(3, "2026-10-11T10:30:01Z")}));
  CHECK(spans_of(*reader) == Texts{"Registry 10:30 1-3", "Registry 10:31 2-2"});

  Batch done;
  done.late_done = seen;
  CHECK_FALSE(done.empty());
  commit(*session, done);
  CHECK(spans_of(*reader) == Texts{"Registry 10:30 2-3"});
  done.late_done = must(reader->late_spans(100));
  commit(*session, done);
  CHECK(spans_of(*reader).empty());
}

TEST_CASE("what was searched is remembered, by other processes too", "[late]") {
  Database database;
  auto session = database.writer();
  const auto other = database.writer();
  announce(*session, kHour);
  CHECK(commit(*other, batch_of({set_value(1, "2026-10-11T10:30:00Z")})).late == 1);
  session = database.writer();
  CHECK(commit(*session, batch_of({set_value(2, "2026-10-11T10:30:00Z")})).late == 1);
  // Searched time grows at both ends.
  announce(*session, {at("2026-10-11T08:00:00Z"), kTen});
  CHECK(commit(*session, batch_of({set_value(3, "2026-10-11T08:00:00Z"), set_value(4, "2026-10-11T10:59:00Z"),
                                   set_value(5, "2026-10-11T07:59:59Z")}))
            .late == 2);
}

TEST_CASE("a rolled back commit leaves no late events behind", "[late]") {
  Database database;
  const auto session = database.writer();
  const auto reader = database.reader();
  announce(*session, kHour);
  auto blocker = must(sqlite::Connection::open(database.path(), sqlite::Connection::Mode::kReadWrite));
  // The smallest integer has no absolute value: an error.
  must(blocker.execute("CREATE INDEX refuse ON registry_event (abs(iif(record_id = 2, -9223372036854775808, 0)))"));
  const Batch batch = batch_of({set_value(1, "2026-10-11T10:30:00Z"), set_value(2, "2026-10-11T10:31:00Z")});
  CHECK_FALSE(session->commit({&batch, 1}).ok());
  CHECK(spans_of(*reader).empty());
  commit(*session, batch_of({set_value(3, "2026-10-11T10:40:00Z")}));
  CHECK(spans_of(*reader) == Texts{"Registry 10:40 1-1"});
}

TEST_CASE("what a clock that stood wrong has announced is void once it is right", "[late]") {
  Database database;
  const auto session = database.writer();
  const core::Micros wrong = at("2099-01-01T00:00:00Z");
  announce(*session, {kTen, wrong}, wrong);
  CHECK(commit(*session, batch_of({set_value(1, "2050-01-01T00:00:00Z")})).late == 1);
  announce(*session, kHour, at("2026-10-11T11:10:00Z"));
  CHECK(commit(*session, batch_of({set_value(2, "2050-01-01T00:00:00Z"), set_value(3, "2026-10-11T11:09:59Z"),
                                   set_value(4, "2026-10-11T11:10:00Z")}))
            .late == 1);
}

TEST_CASE("the windows of scheduled runs that searched", "[late]") {
  Database database;
  const auto session = database.writer();
  const auto reader = database.reader();
  Batch batch;
  const auto add = [&](std::string id, cim::RunKind kind, cim::RunStatus status, int hour) {
    cim::Run& run = batch.runs.emplace_back();
    run.detection_id = run.detection = std::move(id);
    run.kind = kind;
    run.status = status;
    run.window = {kTen + std::chrono::hours(hour), kTen + std::chrono::hours(hour + 1)};
    run.scheduled_time = run.window.latest + std::chrono::minutes(10);
  };
  add("b", cim::RunKind::kScheduled, cim::RunStatus::kDone, 1);
  add("a", cim::RunKind::kScheduled, cim::RunStatus::kFailed, 0);
  add("missed", cim::RunKind::kScheduled, cim::RunStatus::kMissed, 0);
  add("manual", cim::RunKind::kManual, cim::RunStatus::kDone, 0);
  add("late", cim::RunKind::kLate, cim::RunStatus::kDone, 0);
  add("before", cim::RunKind::kScheduled, cim::RunStatus::kDone, -1);
  add("after", cim::RunKind::kScheduled, cim::RunStatus::kDone, 2);
  commit(*session, batch);
  Texts found;
  for (const SearchedWindow& searched : must(reader->searched_windows({kTen, kTen + std::chrono::hours(2)}))) {
    found.push_back(searched.detection_id + " " + core::format_rfc3339(searched.scheduled_time).substr(11, 5));
    CHECK(searched.window.latest == searched.scheduled_time - std::chrono::minutes(10));
  }
  CHECK(found == Texts{"a 11:10", "b 12:10"});
}

TEST_CASE("a sieve says which filters a new event may pass", "[late][sieve]") {
  Database database;
  const auto session = database.writer();
  const auto reader = database.reader();
  commit(*session, batch_of({set_value(1, "2026-10-11T10:30:00Z")}));  // row 1
  auto other = set_value(2, "2026-10-11T10:30:00Z");                   // row 2
  other.value_name = "Other";
  commit(*session, batch_of({other}));
  const auto path = [](std::string_view pattern) {
    return Predicate{
        Matches{cim::find_field(cim::Dataset::kRegistry, "registry_path"), core::TextPattern::with_stars(pattern)}};
  };
  const auto sieve = must(reader->open_sieve({{cim::Dataset::kRegistry, path("*\\Name")},
                                              {cim::Dataset::kRegistry, path("*\\Other")},
                                              {cim::Dataset::kProcesses, always()}}));
  const auto ask = [&](const cim::Window& window, NewEvents events) {
    return must(sieve->may_pass(window, events, std::chrono::seconds(10)));
  };
  using Answers = std::vector<bool>;
  CHECK(ask(kHour, {.registry_from = 1}) == Answers{true, true, false});
  CHECK(ask(kHour, {.registry_from = 2}) == Answers{false, true, false});
  CHECK(ask(kHour, {.registry_from = 3}) == Answers{false, false, false});
  CHECK(ask(kHour, {}) == Answers{false, false, false});
  CHECK(ask({kHour.latest, kHour.latest + std::chrono::hours(1)}, {.registry_from = 1}) ==
        Answers{false, false, false});
  Batch processes;
  processes.processes = {process_at(7, "2026-10-11T10:00:01Z")};
  commit(*session, processes);
  CHECK(ask(kHour, {.processes_from = 1}) == Answers{false, false, true});
}

}  // namespace
}  // namespace rw::storage::test
