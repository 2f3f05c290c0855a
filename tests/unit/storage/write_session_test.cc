#include "storage/sqlite/write_session.h"

#include <signal.h>
#include <sys/resource.h>

#include "daemon/core/counters.h"
#include "storage/writer.h"
#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

// Files may not grow past this for as long as it lives, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit limited{bytes, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limited) == 0);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, SIG_DFL);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("two writers on one file never mix up what ids stand for") {
  Database database;
  auto one = database.writer();
  auto two = database.writer();
  std::vector<std::string> expected;
  std::vector<std::string> texts;  // views into it: never grown past its capacity
  texts.reserve(1000);
  std::uint64_t record_id = 0;
  for (int round = 0; round < 60; ++round) {
    // Runs of one, two or three commits by one side, so that the other is one or several commits behind.
    WriteSession& session = (round % 7) % 3 == 0 ? *one : *two;
    std::vector<cim::RegistryRecord> records;
    for (int i = 0; i < 3; ++i) {
      // Some texts are new, some old, some came from the other side.
      const std::string& text = texts.emplace_back("v" + std::to_string(round * 2 % 23 + i + (round > 40 ? round : 0)));
      cim::RegistryRecord& record = records.emplace_back(set_value(++record_id));
      record.value_name = record.value_data = text;
      record.process_guid = texts.emplace_back("{" + text + "}");
      record.source.computer = texts.emplace_back("host-" + text);
      expected.push_back(std::to_string(record_id) + "|HKLM\\SOFTWARE\\K\\" + text + "|" + text + "|{" + text +
                         "}|host-" + text);
    }
    commit(session, batch_of(std::move(records)));
  }
  CHECK(database.rows("SELECT EventRecordID, registry_path, registry_value_data, process_guid, dest FROM Registry"
                      " ORDER BY id") == expected);
  check_references(database);

  // What one side stored is a duplicate for the other, under whatever case.
  cim::RegistryRecord again = set_value(1);
  again.source.computer = "HOST-V0";
  CHECK(commit(*one, batch_of({again})).duplicates == 1);
  CHECK(commit(*two, batch_of({again})).duplicates == 1);
}

TEST_CASE("a writer waits for the other's transaction") {
  Database database;
  auto session = database.writer();
  auto other = must(sqlite::Connection::open(database.path(), sqlite::Connection::Mode::kReadWrite));
  must(other.execute("BEGIN IMMEDIATE"));
  sqlite3_busy_timeout(other.raw(), 0);
  const Batch batch = batch_of({set_value(1)});
  const auto busy = session->commit({&batch, 1});
  REQUIRE_FALSE(busy.ok());
  CHECK(busy.error().code == core::ErrorCode::kBusy);
  must(other.execute("COMMIT"));
  CHECK(commit(*session, batch).registry_stored == 1);
}

TEST_CASE("a commit that the disk refuses leaves nothing, and the next one is right") {
  Database database;
  auto session = database.writer();
  commit(*session, batch_of({set_value(1)}));

  const std::string long_text(4000, 'z');
  std::vector<std::string> names;
  for (int i = 0; i < 500; ++i) names.push_back("lost" + std::to_string(i));
  std::vector<cim::RegistryRecord> records;
  for (const std::string& name : names) {
    cim::RegistryRecord& record = records.emplace_back(set_value(records.size() + 100));
    record.value_name = record.user = record.source.computer = name;
    record.value_data = long_text;
  }
  const Batch big = batch_of(std::move(records));
  {
    const FileSizeLimit full(std::filesystem::file_size(database.path() + "-wal") + 64 * 1024);
    for (int attempt = 0; attempt < 2; ++attempt) {
      const auto refused = session->commit({&big, 1});
      REQUIRE_FALSE(refused.ok());
      CHECK(refused.error().code == core::ErrorCode::kIo);
      CHECK_FALSE(refused.error().hint.empty());
    }
  }
  CHECK(database.count("registry_event") == 1);

  // New texts take the ids that the lost ones had.
  cim::RegistryRecord next = set_value(2);
  next.value_name = next.user = next.value_data = "kept";
  CHECK(commit(*session, batch_of({next})).registry_stored == 1);
  CHECK(commit(*session, big).registry_stored == 500);
  CHECK(database.rows("SELECT registry_value_name, user, registry_value_data, dest FROM Registry WHERE id <= 3") ==
        std::vector<std::string>{"Name|SYSTEM|0x00000001|ws1.corp.example", "kept|kept|kept|ws1.corp.example",
                                 "lost0|lost0|" + long_text + "|lost0"});
  check_references(database);
  CHECK(database.rows("PRAGMA integrity_check") == std::vector<std::string>{"ok"});
}

TEST_CASE("a database that is not where it was is not written, until it is back") {
  Database database;
  auto session = database.writer();
  commit(*session, batch_of({set_value(1)}));
  const std::string elsewhere = database.path() + ".moved";
  std::filesystem::rename(database.path(), elsewhere);
  const Batch batch = batch_of({set_value(2)});
  const auto refused = session->commit({&batch, 1});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error() == core::Error{core::ErrorCode::kIo,
                                       database.path() + ": the database was deleted or moved while in use",
                                       "put it back, or restart regwarden to begin a new one"});
  std::filesystem::rename(elsewhere, database.path());
  CHECK(commit(*session, batch).registry_stored == 1);
  CHECK(database.count("registry_event") == 2);
}

TEST_CASE("a batch that breaks a rule of the schema is refused, the writer goes on") {
  Database database;
  auto session = database.writer();
  cim::RegistryRecord without_key = set_value(1);
  without_key.key_name = {};
  const Batch bad = batch_of({set_value(2), without_key});
  const auto refused = session->commit({&bad, 1});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error() ==
        core::Error{core::ErrorCode::kInternal, "write: NOT NULL constraint failed: registry_path.key_name"});
  CHECK(database.count("registry_event") == 0);
  CHECK(commit(*session, batch_of({set_value(2)})).registry_stored == 1);
  check_references(database);
}

TEST_CASE("findings are added once, and keep what they said") {
  Database database;
  auto session = database.writer();
  const cim::FindingOrigin origin{.detection_id = "d-1",
                                  .detection = "Disable AMSI Through Registry",
                                  .detection_version = 6,
                                  .window = {at("2026-10-11T19:00:00Z"), at("2026-10-11T20:00:00Z")},
                                  .created = at("2026-10-11T20:10:00Z"),
                                  .detection_hash = "0123456789abcdef"};
  Batch batch;
  batch.risk_events = {{.origin = origin,
                        .identity = "r1",
                        .time = at("2026-10-11T19:30:00Z"),
                        .risk_object = "ws1",
                        .risk_object_type = "system",
                        .risk_object_field = "dest",
                        .risk_score = 49,
                        .risk_message = "on ws1",
                        .threat_objects = "[]",
                        .annotations = "{}",
                        .row = R"({"dest":"ws1"})"}};
  batch.notables = {{.origin = origin,
                     .identity = "n1",
                     .time = at("2026-10-11T19:30:00Z"),
                     .rule_title = "AMSI",
                     .rule_description = "Somebody …",
                     .security_domain = "endpoint",
                     .severity = "high",
                     .nes_fields = "[]",
                     .drilldown_searches = "[]",
                     .annotations = "{}",
                     .row = "{}",
                     .dest = "ws1",
                     .user = "ann"}};
  batch.notables[0].origin.late = true;
  const CommitOutcome first = commit(*session, batch);
  CHECK(first.risk_events_added == 1);
  CHECK(first.notables_added == 1);
  batch.risk_events[0].risk_message = batch.notables[0].rule_title = "another";
  const CommitOutcome again = commit(*session, batch);
  CHECK(again.risk_events_added == 0);
  CHECK(again.notables_added == 0);
  CHECK(database.rows("SELECT * FROM risk_event") ==
        std::vector<std::string>{
            "1|r1|1791747000000000|1791749400000000|d-1|Disable AMSI Through Registry|6|1791745200000000|"
            "1791748800000000|ws1|system|dest|49|on ws1|[]|{}|{\"dest\":\"ws1\"}|0123456789abcdef|0|49|ws1"});
  CHECK(database.rows("SELECT * FROM notable") ==
        std::vector<std::string>{
            "1|n1|1791747000000000|1791749400000000|d-1|Disable AMSI Through Registry|6|1791745200000000|"
            "1791748800000000|AMSI|Somebody …|endpoint|high|new|unassigned|undetermined|[]|[]|{}|{}|0123456789abcdef|1|"
            "high|ws1|ann"});
}

TEST_CASE("of rejected input the newest 10,000 are kept, whole and in order") {
  Database database;
  auto session = database.writer();
  const auto rejects = [](int from, int count) {
    Batch batch;
    for (int i = from; i < from + count; ++i) {
      batch.rejected.push_back({.time = at("2026-10-11T19:30:00Z"),
                                .input = "hec",
                                .peer = "10.0.0.1",
                                .reason = std::to_string(i),
                                .size_bytes = 3,
                                .sample = std::string("a\0\xff", 3)});
    }
    return batch;
  };
  commit(*session, rejects(1, 9'995));
  CHECK(database.count("rejected") == 9'995);
  commit(*session, rejects(9'996, 10));
  CHECK(database.rows("SELECT count(*), min(id), max(id) FROM rejected") == std::vector<std::string>{"10000|6|10005"});
  CHECK(database.rows("SELECT reason, input, peer, time, size_bytes, typeof(sample), hex(sample) FROM rejected"
                      " ORDER BY id DESC LIMIT 1") ==
        std::vector<std::string>{"10005|hec|10.0.0.1|1791747000000000|3|blob|6100FF"});
  Batch empty_sample;
  empty_sample.rejected.emplace_back();
  commit(*session, empty_sample);
  CHECK(database.rows("SELECT hex(sample) FROM rejected ORDER BY id DESC LIMIT 1") == std::vector<std::string>{""});
}

TEST_CASE("a batch goes through the writer into the file before on_done says so") {
  Database database;
  core::Counters counters;
  std::string seen;
  {
    Writer writer(database.writer(), {}, counters);
    Batch batch = batch_of({set_value(1), set_value(1)});
    batch.on_done = [&](const core::Result<CommitOutcome>& outcome) {
      // On the writer's thread, so no assertion here.
      auto connection = sqlite::Connection::open(database.path(), sqlite::Connection::Mode::kReadOnly);
      auto rows = connection->query_integer("SELECT count(*) FROM registry_event");
      seen = std::to_string(*rows) + " row, " + std::to_string(outcome->duplicates) + " duplicate";
    };
    REQUIRE(writer.try_submit(batch));
  }
  CHECK(seen == "1 row, 1 duplicate");
  CHECK(counters.value(core::Counter::kRegistryStored) == 1);
  CHECK(counters.value(core::Counter::kDuplicates) == 1);
}

}  // namespace rw::storage::test
