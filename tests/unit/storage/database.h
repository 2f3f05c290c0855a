// A SQLite store in a folder of its own that goes away with it, and a look at its rows past the Reader.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/core/time.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/store.h"

namespace rw::storage::test {

inline core::Micros at(std::string_view text) {
  const auto parsed = core::parse_iso8601(text);
  REQUIRE(parsed.ok());
  return *parsed;
}

// The value, or the test fails with the error's message.
template <class T>
T must(core::Result<T> result) {
  INFO((result.ok() ? "" : result.error().message));
  REQUIRE(result.ok());
  return std::move(result).value();
}
inline void must(const core::Result<void>& result) {
  INFO((result.ok() ? "" : result.error().message));
  REQUIRE(result.ok());
}

// One text a row, columns between '|', NULL as "-".
inline std::vector<std::string> rows_of(sqlite::Connection& connection, std::string_view sql) {
  std::vector<std::string> rows;
  auto statement = must(connection.prepare(sql));
  while (must(statement.step())) {
    std::string& row = rows.emplace_back();
    for (int i = 0; i < statement.column_count(); ++i) {
      if (i > 0) row += '|';
      row += statement.is_null(i) ? "-" : std::string(statement.text(i));
    }
  }
  return rows;
}

class Folder {
 public:
  Folder() {
    std::string path = (std::filesystem::temp_directory_path() / "regwarden-XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path() const { return path_.string(); }
  std::string database() const { return (path_ / "regwarden.db").string(); }

 private:
  std::filesystem::path path_;
};

class Database {
 public:
  Database() : Database(sqlite::Options()) {}
  // In the folder of its own, whatever the options say.
  explicit Database(sqlite::Options options) : store_(open_store(std::move(options))), side_door_(open_side_door()) {}

  Store& store() { return *store_; }
  std::string path() const { return folder_.database(); }
  std::unique_ptr<WriteSession> writer() { return must(store_->open_writer()); }
  std::unique_ptr<Reader> reader() { return must(store_->open_reader()); }

  std::vector<std::string> rows(std::string_view sql) { return rows_of(side_door_, sql); }
  std::int64_t count(std::string_view table) {
    return must(side_door_.query_integer("SELECT count(*) FROM " + std::string(table)));
  }

 private:
  std::unique_ptr<Store> open_store(sqlite::Options options) {
    options.data_dir = folder_.path();
    return must(sqlite::open(options));
  }
  sqlite::Connection open_side_door() {
    return must(sqlite::Connection::open(folder_.database(), sqlite::Connection::Mode::kReadOnly));
  }

  Folder folder_;
  std::unique_ptr<Store> store_;
  sqlite::Connection side_door_;
};

// A Sysmon 13 of one machine; tests change what they are about. Its texts are literals.
inline cim::RegistryRecord set_value(std::uint64_t record_id, std::string_view time = "2026-10-11T20:14:15.123456Z") {
  cim::RegistryRecord record;
  record.time = at(time);
  record.received = record.time + std::chrono::milliseconds(250);
  record.source = {.computer = "ws1.corp.example",
                   .channel = "Microsoft-Windows-Sysmon/Operational",
                   .provider = "Microsoft-Windows-Sysmon",
                   .event_id = 13,
                   .event_type = "SetValue",
                   .envelope = R"({"Version":"2","RuleName":"-"})"};
  record.record_id = record_id;
  record.action = cim::RegistryAction::kModified;
  record.key_name = R"(HKLM\SOFTWARE\K)";
  record.value_name = "Name";
  record.value_data = "0x00000001";
  record.value_type = "REG_DWORD";
  record.details = "DWORD (0x00000001)";
  record.user = "SYSTEM";
  record.user_domain = "NT AUTHORITY";
  record.process_path = R"(C:\Windows\System32\reg.exe)";
  record.process_guid = "{5a9c1d2e-2b1f-6643-010a-000000000b00}";
  record.process_id = "4004";
  return record;
}

inline cim::ProcessRecord process(std::uint64_t record_id) {
  cim::ProcessRecord record;
  static_cast<cim::EventBase&>(record) = set_value(record_id);
  record.source.event_id = 1;
  record.source.event_type = {};
  record.process_path = R"(C:\Windows\System32\cmd.exe)";
  return record;
}

// All steps of upkeep until a round is over; what they did together.
inline UpkeepStep keep_up(WriteSession& session, core::Micros now) {
  UpkeepStep sum;
  for (int steps = 0; !sum.finished; ++steps) {
    REQUIRE(steps < 10'000);
    const UpkeepStep step = must(session.keep_up(now));
    sum.registry_events += step.registry_events;
    sum.process_events += step.process_events;
    sum.findings += step.findings;
    sum.runs += step.runs;
    sum.dictionary_rows += step.dictionary_rows;
    sum.forgotten_entries += step.forgotten_entries;
    sum.pressing = sum.pressing || step.pressing;
    sum.out_of_events = sum.out_of_events || step.out_of_events;
    sum.finished = step.finished;
    if (step.state) sum.state = step.state;
  }
  return sum;
}

inline Batch batch_of(std::vector<cim::RegistryRecord> records) {
  Batch batch;
  batch.registry = std::move(records);
  return batch;
}

inline CommitOutcome commit(WriteSession& session, const Batch& batch) {
  auto outcomes = must(session.commit({&batch, 1}));
  REQUIRE(outcomes.size() == 1);
  return outcomes[0];
}

// Every id in every column must stand for a row. `single`: and no two rows say the same, as they may where the writer
// has forgotten some.
inline void check_references(Database& database, bool single = true) {
  CHECK(database.rows("PRAGMA foreign_key_check").empty());
  for (const char* column : {"action", "value_data", "value_type", "details", "extra"}) {
    INFO(column);
    const std::string name = column;
    CHECK(database
              .rows("SELECT id FROM registry_event WHERE typeof(" + name + ") = 'integer' AND " + name +
                    " NOT IN (SELECT id FROM term)")
              .empty());
  }
  CHECK(database.rows("SELECT * FROM origin_name WHERE origin NOT IN (SELECT id FROM origin)").empty());
  CHECK(database.rows("SELECT id FROM origin WHERE id NOT IN (SELECT origin FROM origin_name)").empty());
  if (!single) return;
  CHECK(database.rows("SELECT text FROM term GROUP BY text HAVING count(*) > 1").empty());
  CHECK(database.rows("SELECT key_name FROM registry_path GROUP BY key_name, value_name HAVING count(*) > 1").empty());
  CHECK(database
            .rows("SELECT 1 FROM actor GROUP BY process_guid, process_id, process_path, user, user_domain"
                  " HAVING count(*) > 1")
            .empty());
}

}  // namespace rw::storage::test
