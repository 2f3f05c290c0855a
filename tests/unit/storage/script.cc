#include "tests/unit/storage/script.h"

#include <algorithm>
#include <iterator>

namespace rw::storage::test {
namespace {

// The disk takes every path; the data directory itself is made on the real one, where it is there already.
constexpr const char* kDataDir = "/tmp";
constexpr const char* kFile = "/tmp/regwarden.db";

// All that the script writes, of each kind with what belongs together in the tables.
constexpr const char* kRows =
    "SELECT 'event ' || EventRecordID || ' ' || registry_value_name || ' ' || registry_value_data || ' ' || dest"
    " FROM Registry UNION ALL "
    "SELECT 'process ' || EventRecordID || ' ' || process || ' ' || dest FROM Processes UNION ALL "
    "SELECT 'risk ' || identity || ' ' || risk_object FROM risk_event UNION ALL "
    "SELECT 'notable ' || identity || ' ' || rule_title FROM notable UNION ALL "
    "SELECT 'run ' || scheduled_time || ' ' || result_count FROM run UNION ALL "
    "SELECT 'rejected ' || reason FROM rejected UNION ALL "
    "SELECT 'source ' || host || ' ' || events FROM log_source";

// Without an assertion a row: there are many.
std::vector<std::string> texts_of(sqlite::Connection& connection, const char* sql) {
  std::vector<std::string> texts;
  auto statement = must(connection.prepare(sql));
  while (true) {
    const core::Result<bool> row = statement.step();
    if (!row.ok()) FAIL(row.error().message);
    if (!*row) return texts;
    texts.emplace_back(statement.text(0));
  }
}

sqlite::Connection side_door(const rw::test::MemoryDisk& disk) {
  return must(sqlite::Connection::open(kFile, sqlite::Connection::Mode::kReadWrite, disk.vfs()));
}

}  // namespace

sqlite::Options StoreOnDisk::options(const rw::test::MemoryDisk& disk) {
  return {.data_dir = kDataDir, .vfs = disk.vfs(), .checkpoint_pages = kCheckpointPages};
}

core::Result<StoreOnDisk> StoreOnDisk::open(const rw::test::MemoryDisk& disk) {
  StoreOnDisk opened;
  RW_TRY(opened.store, sqlite::open(options(disk)));
  RW_TRY(opened.session, opened.store->open_writer());
  return opened;
}

Script::Script(std::size_t batches) {
  batches_.reserve(batches);
  for (std::size_t i = 0; i < batches; ++i) add_batch(i);
  for (std::size_t i = 0; i < batches; i += 1 + (group_begin_.size() % 3 == 0 ? 1U : 0U)) group_begin_.push_back(i);
  group_begin_.push_back(batches);
}

void Script::add_batch(std::size_t index) {
  const std::string number = std::to_string(index);
  Batch& batch = batches_.emplace_back();
  std::vector<std::string>& rows = rows_.emplace_back();
  for (std::size_t i = 0; i <= index % 4; ++i) {
    cim::RegistryRecord& record = batch.registry.emplace_back(set_value(index * 10 + i + 1));
    record.value_name = keep("name" + number);
    record.value_data = keep(std::string(i == 3 ? 3000 : 20, 'd') + number);
    record.source.computer = keep("host" + std::to_string(index % 7));
    rows.push_back("event " + std::to_string(index * 10 + i + 1) + " " + std::string(record.value_name) + " " +
                   std::string(record.value_data) + " " + std::string(record.source.computer));
  }
  if (index % 3 == 0) {
    cim::ProcessRecord& record = batch.processes.emplace_back(process(index * 10 + 9));
    record.process = keep("cmd /c " + number);
    rows.push_back("process " + std::to_string(index * 10 + 9) + " cmd /c " + number + " ws1.corp.example");
  }
  if (index % 5 == 0) {
    batch.rejected.push_back({.time = at("2026-10-11T20:00:00Z"),
                              .input = "test",
                              .peer = {},
                              .reason = "reason" + number,
                              .size_bytes = 4000,
                              .sample = std::string(4000, 'r')});
    rows.push_back("rejected reason" + number);
  }
  SourceSeen& seen = batch.sources.emplace_back();
  seen.host = "sender" + number;
  seen.channel = "Security";
  seen.input = "test";
  seen.format = "test";
  seen.received = at("2026-10-11T20:00:00Z");
  seen.events = index + 1;
  rows.push_back("source sender" + number + " " + std::to_string(index + 1));

  const auto findings = static_cast<std::int64_t>(index % 3);
  const cim::FindingOrigin origin{
      .detection_id = "d", .detection = "D", .detection_version = 1, .window = {}, .created = {}};
  for (std::int64_t i = 0; i < findings; ++i) {
    const std::string identity = number + "." + std::to_string(i);
    cim::RiskEvent& risk = batch.risk_events.emplace_back();
    risk.origin = origin;
    risk.identity = identity;
    risk.risk_object = "object" + identity;
    risk.annotations = std::string(500, 'a');
    cim::Notable& notable = batch.notables.emplace_back();
    notable.origin = origin;
    notable.identity = identity;
    notable.rule_title = "title" + identity;
    rows.push_back("risk " + identity + " object" + identity);
    rows.push_back("notable " + identity + " title" + identity);
  }
  batch.runs.push_back({.detection_id = "d",
                        .detection = "D",
                        .scheduled_time = core::from_us(static_cast<std::int64_t>(index)),
                        .window = {},
                        .started = {},
                        .finished = {},
                        .result_count = findings,
                        .error = {}});
  rows.push_back("run " + number + " " + std::to_string(findings));
}

std::span<const Batch> Script::group(std::size_t group) const {
  return std::span(batches_).subspan(group_begin_[group], group_begin_[group + 1] - group_begin_[group]);
}

std::span<const Batch> Script::from(std::size_t batch) const { return std::span(batches_).subspan(batch); }

std::vector<std::string> Script::rows(std::size_t batches) const {
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < batches; ++i) rows.insert(rows.end(), rows_[i].begin(), rows_[i].end());
  std::ranges::sort(rows);
  return rows;
}

std::vector<std::string> Script::rows_in(const rw::test::MemoryDisk& disk) {
  sqlite::Connection connection = side_door(disk);
  REQUIRE(rows_of(connection, "PRAGMA integrity_check") == std::vector<std::string>{"ok"});
  REQUIRE(rows_of(connection, "PRAGMA foreign_key_check").empty());
  std::vector<std::string> rows = texts_of(connection, kRows);
  std::ranges::sort(rows);
  return rows;
}

std::vector<std::string> Script::difference(const std::vector<std::string>& rows,
                                            const std::vector<std::string>& expected) {
  std::vector<std::string> found;
  const auto add = [&](const std::string& what, const auto& all, const auto& without) {
    std::vector<std::string> rest;
    std::ranges::set_difference(all, without, std::back_inserter(rest));
    for (const std::string& row : rest) found.push_back(what + row.substr(0, 100));
  };
  add("missing ", expected, rows);
  add("unexpected ", rows, expected);
  return found;
}

std::size_t Script::batches_in(const std::vector<std::string>& rows) {
  return static_cast<std::size_t>(std::ranges::count_if(rows, [](const auto& row) { return row.starts_with("run "); }));
}

}  // namespace rw::storage::test
