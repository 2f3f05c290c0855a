// Nothing is stored twice: by what a Windows event is known.
#include <functional>
#include <type_traits>

#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

struct Case {
  const char* what;
  std::function<void(cim::EventBase&)> change;  // makes the second event from the first
  bool same;
};

const Case kCases[] = {
    {"nothing", [](cim::EventBase&) {}, true},
    {"another fraction of the same second", [](cim::EventBase& e) { e.time = at("2026-10-11T20:14:15.999999Z"); },
     true},
    {"no fraction at all", [](cim::EventBase& e) { e.time = at("2026-10-11T20:14:15Z"); }, true},
    {"the next second", [](cim::EventBase& e) { e.time = at("2026-10-11T20:14:16Z"); }, false},
    {"the second before", [](cim::EventBase& e) { e.time = at("2026-10-11T20:14:14.999999Z"); }, false},
    {"another arrival", [](cim::EventBase& e) { e.received += std::chrono::hours(1); }, true},
    {"case of the computer", [](cim::EventBase& e) { e.source.computer = "WS1.Corp.EXAMPLE"; }, true},
    {"case of the channel", [](cim::EventBase& e) { e.source.channel = "microsoft-windows-sysmon/operational"; }, true},
    {"another computer", [](cim::EventBase& e) { e.source.computer = "ws2.corp.example"; }, false},
    {"the computer without its domain", [](cim::EventBase& e) { e.source.computer = "ws1"; }, false},
    {"another channel", [](cim::EventBase& e) { e.source.channel = "ForwardedEvents"; }, false},
    {"no channel", [](cim::EventBase& e) { e.source.channel = {}; }, false},
    {"another record id", [](cim::EventBase& e) { e.record_id = 8; }, false},
    {"record id 0", [](cim::EventBase& e) { e.record_id = 0; }, false},
    {"no record id", [](cim::EventBase& e) { e.record_id.reset(); }, false},
    {"another provider's spelling", [](cim::EventBase& e) { e.source.provider = "microsoft-windows-sysmon"; }, true},
    {"another envelope", [](cim::EventBase& e) { e.source.envelope = R"({"Version":"3"})"; }, true},
    {"another extra", [](cim::EventBase& e) { e.extra = R"({"a":"b"})"; }, true},
};

template <class Record>
Batch batch(std::vector<Record> records) {
  Batch made;
  if constexpr (std::is_same_v<Record, cim::RegistryRecord>) {
    made.registry = std::move(records);
  } else {
    made.processes = std::move(records);
  }
  return made;
}

template <class Record>
std::uint64_t stored(const CommitOutcome& outcome) {
  return std::is_same_v<Record, cim::RegistryRecord> ? outcome.registry_stored : outcome.processes_stored;
}

template <class Record>
void check_table(const Record& first) {
  Database database;
  std::uint64_t record_id = 1000;
  for (const Case& c : kCases) {
    INFO(c.what);
    Record one = first;
    one.record_id = record_id++;  // so that the cases do not meet
    one.source.computer = "ws1.corp.example";
    Record two = one;
    c.change(two);
    const std::uint64_t expected = c.same ? 1 : 2;

    auto session = database.writer();
    const CommitOutcome together = commit(*session, batch<Record>({one, two}));
    CHECK(stored<Record>(together) == expected);
    CHECK(together.duplicates == 2 - expected);

    // Again, each in a batch of its own, by a writer that has just started.
    session = database.writer();
    CHECK(commit(*session, batch<Record>({one})).duplicates == 1);
    CHECK(commit(*session, batch<Record>({two})).duplicates == (two.record_id ? 1 : 0));
  }
}

}  // namespace

TEST_CASE("a registry event is stored once, whatever its sender repeats") { check_table(set_value(0)); }
TEST_CASE("a process event is stored once, whatever its sender repeats") { check_table(process(0)); }

TEST_CASE("record ids of all 64 bits are identities and come back as they were") {
  Database database;
  auto session = database.writer();
  const std::uint64_t ids[] = {0, 1, 9223372036854775807u, 9223372036854775808u, 18446744073709551615u};
  std::vector<cim::RegistryRecord> records;
  for (const std::uint64_t id : ids) records.push_back(set_value(id));
  CHECK(commit(*session, batch_of(records)).registry_stored == 5);
  CHECK(commit(*session, batch_of(records)).duplicates == 5);
  CHECK(database.rows("SELECT EventRecordID FROM Registry ORDER BY id") ==
        std::vector<std::string>{"0", "1", "9223372036854775807", "9223372036854775808", "18446744073709551615"});
}

TEST_CASE("events without a record id are all kept") {
  Database database;
  auto session = database.writer();
  cim::RegistryRecord record = set_value(1);
  record.record_id.reset();
  CHECK(commit(*session, batch_of({record, record})).registry_stored == 2);
  CHECK(commit(*session, batch_of({record})).registry_stored == 1);
}

TEST_CASE("registry and process events do not hide each other") {
  Database database;
  auto session = database.writer();
  Batch both;
  both.registry = {set_value(5)};
  both.processes = {process(5)};
  const CommitOutcome outcome = commit(*session, both);
  CHECK(outcome.registry_stored == 1);
  CHECK(outcome.processes_stored == 1);
}

TEST_CASE("each batch of a commit is told what became of it") {
  Database database;
  auto session = database.writer();
  std::vector<Batch> batches;
  batches.push_back(batch_of({set_value(1), set_value(2)}));
  batches.push_back(batch_of({set_value(2), set_value(3)}));
  batches.push_back(Batch());
  const auto outcomes = must(session->commit(batches));
  REQUIRE(outcomes.size() == 3);
  CHECK(outcomes[0].registry_stored == 2);
  CHECK(outcomes[0].duplicates == 0);
  CHECK(outcomes[1].registry_stored == 1);
  CHECK(outcomes[1].duplicates == 1);
  CHECK(outcomes[2].registry_stored == 0);
}

}  // namespace rw::storage::test
