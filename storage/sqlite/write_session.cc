#include "storage/sqlite/write_session.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "storage/sqlite/edits.h"

namespace rw::storage::sqlite {
namespace {

constexpr const char* kPragmas =
    "PRAGMA synchronous = FULL;"
    "PRAGMA busy_timeout = 2000;"  // the writer tries again itself, and must notice when it is to stop
    "PRAGMA foreign_keys = OFF;"   // ids come from our own maps; checked by tests
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA secure_delete = FAST;"  // what is deleted is overwritten where that costs no writing of its own
    "PRAGMA cache_size = -32768;"   // 32 MiB
    "PRAGMA journal_size_limit = 134217728;";

}  // namespace

core::Result<std::unique_ptr<WriteSession>> SqliteWriteSession::open(const std::string& path, const Options& options) {
  RW_TRY(Connection connection, Connection::open(path, Connection::Mode::kReadWrite, options.vfs));
  RW_CHECK(connection.execute(kPragmas));
  std::unique_ptr<SqliteWriteSession> session(new SqliteWriteSession(std::move(connection), options));
  RW_CHECK(make_log_durable(session->connection_));
  RW_CHECK(session->prepare());
  RW_CHECK(session->catch_up());
  if (options.retention) {
    RW_TRY(session->upkeep_, Upkeep::open(session->connection_, session->dictionary_, path, *options.retention));
  }
  return std::unique_ptr<WriteSession>(std::move(session));
}

core::Result<void> SqliteWriteSession::prepare() {
  const std::pair<Statement*, const char*> table[] = {
      {&sql_.begin, "BEGIN IMMEDIATE"},
      {&sql_.commit, "COMMIT"},
      {&sql_.rollback, "ROLLBACK"},
      {&sql_.data_version, "PRAGMA data_version"},
      {&sql_.risk_event,
       "INSERT INTO risk_event (identity, time, created, detection_id, detection, detection_version, earliest, latest,"
       " risk_object, risk_object_type, risk_object_field, risk_score, risk_message, threat_objects, annotations, row,"
       " detection_hash, late, calculated_risk_score, normalized_risk_object)"
       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)"
       " ON CONFLICT DO NOTHING"},
      {&sql_.notable,
       "INSERT INTO notable (identity, time, created, detection_id, detection, detection_version, earliest, latest,"
       " rule_title, rule_description, security_domain, severity, nes_fields, drilldown_searches, annotations, row,"
       " detection_hash, late, urgency, dest, user)"
       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)"
       " ON CONFLICT DO NOTHING"},
      {&sql_.run,
       "INSERT INTO run (detection_id, detection, kind, scheduled_time, earliest, latest, started, finished, status,"
       " result_count, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"},
      {&sql_.detection,
       "INSERT INTO detection VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET name = excluded.name"},
      {&sql_.rejected,
       "INSERT INTO rejected (time, input, peer, reason, size_bytes, sample) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
      {&sql_.trim_rejected, "DELETE FROM rejected WHERE id <= (SELECT max(id) FROM rejected) - 10000"},
  };
  for (const auto& [statement, sql] : table) {
    RW_TRY(*statement, connection_.prepare(sql));
  }
  RW_CHECK(RowFeed::enable(connection_));
  RW_CHECK(registry_events_.prepare(connection_, "registry_event",
                                    "time, delay_ms, utc_time_delta_us, record_id, source, origin, path, actor, action,"
                                    " value_data, value_type, details, extra",
                                    RowFeed::Conflict::kSkip));
  RW_CHECK(process_events_.prepare(
      connection_, "process_event",
      "time, delay_ms, utc_time_delta_us, record_id, source, origin, user, user_domain, parent_user,"
      " parent_user_domain, process, process_path, process_id, process_guid, process_hash, process_integrity_level,"
      " process_current_directory, original_file_name, parent_process, parent_process_path, parent_process_id,"
      " parent_process_guid, image_version, session, extra",
      RowFeed::Conflict::kSkip));
  RW_CHECK(dictionary_.prepare(connection_));
  RW_CHECK(late_spans_.prepare(connection_));
  RW_CHECK(throttle_triggers_.prepare(connection_));
  return source_table_.prepare(connection_);
}

core::Result<void> SqliteWriteSession::catch_up() {
  RW_TRY(const bool row, sql_.data_version.step());
  RW_ASSERT(row);
  const std::int64_t version = sql_.data_version.integer(0);
  sql_.data_version.reset();
  if (version == data_version_) return {};
  RW_CHECK(dictionary_.load_new(connection_));
  RW_CHECK(source_table_.count_rows(connection_));
  RW_CHECK(late_spans_.load());
  data_version_ = version;
  return {};
}

// A file that was deleted or moved can still be written, but nobody would find what is in it.
core::Result<void> SqliteWriteSession::expect_file_in_place() {
  int moved = 0;
  sqlite3_file_control(connection_.raw(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  if (moved == 0) return {};
  return core::Error{
      core::ErrorCode::kIo,
      fmt::format("{}: the database was deleted or moved while in use", sqlite3_db_filename(connection_.raw(), "main")),
      "put it back, or restart regwarden to begin a new one"};
}

core::Result<std::vector<CommitOutcome>> SqliteWriteSession::commit(std::span<const Batch> batches) {
  RW_CHECK(expect_file_in_place());
  RW_CHECK(sql_.begin.run());
  core::Result<std::vector<CommitOutcome>> outcomes = write(batches);
  if (outcomes.ok()) {
    core::Result<void> committed = sql_.commit.run();
    if (committed.ok()) {
      forgotten_entries_ += dictionary_.bound_memory();
      return outcomes;
    }
    outcomes = std::move(committed).error();
  }
  roll_back();
  return outcomes;
}

void SqliteWriteSession::set_retention(const Retention& retention) {
  if (upkeep_) upkeep_->set_retention(retention);
}

core::Result<UpkeepStep> SqliteWriteSession::keep_up(core::Micros now) {
  UpkeepStep step;
  if (upkeep_ != nullptr) {
    RW_CHECK(expect_file_in_place());
    RW_TRY(step, upkeep_->step(now, [this](const Upkeep::Body& body) { return in_transaction(body); }));
  }
  step.forgotten_entries = std::exchange(forgotten_entries_, 0);
  return step;
}

core::Result<void> SqliteWriteSession::in_transaction(const Upkeep::Body& body) {
  RW_CHECK(sql_.begin.run());
  core::Result<void> result = catch_up();
  if (result.ok()) result = body();
  if (result.ok()) result = sql_.commit.run();
  if (!result.ok()) roll_back();
  return result;
}

// After it the dictionary may know rows that do not exist: it starts over from the file at the next commit.
void SqliteWriteSession::roll_back() {
  // A full disk may have ended the transaction already; then ROLLBACK has nothing to do.
  if (sqlite3_get_autocommit(connection_.raw()) == 0) (void)sql_.rollback.run();
  registry_events_.clear();
  process_events_.clear();
  dictionary_.clear();
  late_spans_.forget();
  data_version_ = -1;
}

core::Result<std::vector<CommitOutcome>> SqliteWriteSession::write(std::span<const Batch> batches) {
  RW_CHECK(catch_up());
  stored_of_origin_.clear();
  std::vector<CommitOutcome> outcomes;
  outcomes.reserve(batches.size());
  bool any_rejected = false;
  for (const Batch& batch : batches) {
    RW_CHECK(write(batch, outcomes.emplace_back()));
    any_rejected = any_rejected || !batch.rejected.empty();
  }
  if (!outcomes.empty()) RW_CHECK(merge_sources(batches, outcomes));
  if (any_rejected) RW_CHECK(sql_.trim_rejected.run());
  RW_CHECK(late_spans_.flush());
  RW_CHECK(dictionary_.insert_pending());
  return outcomes;
}

core::Result<void> SqliteWriteSession::write(const Batch& batch, CommitOutcome& outcome) {
  if (batch.searched) RW_CHECK(late_spans_.announce(*batch.searched));
  RW_CHECK(insert(batch.registry, cim::Dataset::kRegistry, registry_events_, outcome.registry_stored, outcome));
  RW_CHECK(insert(batch.processes, cim::Dataset::kProcesses, process_events_, outcome.processes_stored, outcome));
  RW_CHECK(write_findings(batch, outcome));
  for (const cim::Run& run : batch.runs) RW_CHECK(insert(run));
  for (const cim::DetectionSince& detection : batch.detections) RW_CHECK(insert(detection));
  for (const Rejected& rejected : batch.rejected) RW_CHECK(insert(rejected));
  if (batch.edits != nullptr) {
    RW_TRY(outcome.edited, apply(connection_, *batch.edits));
  }
  for (const LateSpan& done : batch.late_done) RW_CHECK(late_spans_.settle(done));
  return {};
}

template <class Record>
core::Result<void> SqliteWriteSession::insert(const std::vector<Record>& records, cim::Dataset dataset, RowFeed& rows,
                                              std::uint64_t& stored, CommitOutcome& outcome) {
  for (std::size_t at = 0; at < records.size(); at += origins_.size()) {
    origins_.clear();
    while (at + origins_.size() < records.size() && !rows.is_full()) {
      RW_TRY(origins_.emplace_back(), add(rows, records[at + origins_.size()]));
    }
    RW_CHECK(rows.insert());
    for (std::size_t i = 0; i < origins_.size(); ++i) {
      const std::int64_t id = rows.ids()[i];
      if (id == 0) {
        ++outcome.duplicates;
        continue;
      }
      ++stored;
      ++stored_of_origin_[origins_[i]];
      const core::Micros time = records[at + i].time;
      if (!late_spans_.is_late(time)) continue;
      ++outcome.late;
      late_spans_.add(dataset, time, id);
    }
  }
  return {};
}

core::Result<void> SqliteWriteSession::write_findings(const Batch& batch, CommitOutcome& outcome) {
  std::set<std::string_view> suppressed;
  for (const cim::ThrottledRow& row : batch.throttled_rows) {
    RW_TRY(const bool admitted, throttle_triggers_.admit(row));
    if (!admitted && suppressed.insert(row.row).second) ++outcome.rows_suppressed;
  }
  const auto is_kept = [&](const cim::FindingOrigin& origin) {
    return origin.throttled_row.empty() || !suppressed.contains(origin.throttled_row);
  };
  for (const cim::RiskEvent& event : batch.risk_events) {
    if (!is_kept(event.origin)) continue;
    RW_TRY(const bool added, insert(event));
    if (added) ++outcome.risk_events_added;
  }
  for (const cim::Notable& notable : batch.notables) {
    if (!is_kept(notable.origin)) continue;
    RW_TRY(const bool added, insert(notable));
    if (added) ++outcome.notables_added;
  }
  return {};
}

// The batches' sources are merged together, so what was too much of them is told with the first.
core::Result<void> SqliteWriteSession::merge_sources(std::span<const Batch> batches,
                                                     std::vector<CommitOutcome>& outcomes) {
  const auto stored_of = [this](const std::string& host_key,
                                const std::string& channel_key) -> core::Result<std::uint64_t> {
    RW_TRY(const std::int64_t origin, dictionary_.origins.find(host_key, channel_key));
    const auto stored = stored_of_origin_.find(origin);
    return stored == stored_of_origin_.end() ? 0 : stored->second;
  };
  RW_TRY(outcomes.front().source_overflow, source_table_.merge(batches, stored_of));
  for (std::size_t i = 0; i < batches.size(); ++i) {
    for (const HostSilence& silence : batches[i].silences) RW_CHECK(source_table_.set(silence));
    for (const std::string& host : batches[i].forgotten_hosts) {
      RW_TRY(const std::uint64_t forgotten, source_table_.forget(host, connection_));
      outcomes[i].sources_forgotten += forgotten;
    }
  }
  return {};
}

}  // namespace rw::storage::sqlite
