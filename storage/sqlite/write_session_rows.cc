// The rows that a SqliteWriteSession inserts: what of a record goes into which column of its statement.
#include <chrono>
#include <string>
#include <string_view>

#include "daemon/core/text.h"
#include "storage/sqlite/write_session.h"

namespace rw::storage::sqlite {
namespace {

// A text longer than this is stored in its row: long value data and command lines hardly repeat, and each would cost
// a dictionary row and a place in memory.
constexpr std::size_t kLongestTermBytes = 128;

std::int64_t ms_between(core::Micros from, core::Micros to) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
}

void bind_base(Statement& statement, const cim::EventBase& record, int utc_time_index) {
  statement.bind(1, core::to_us(record.time));
  statement.bind(2, ms_between(record.time, record.received));
  if (record.record_id) {
    statement.bind(5, static_cast<std::int64_t>(*record.record_id));
  } else {
    statement.bind_null(5);
  }
  if (record.utc_time) {
    statement.bind(utc_time_index, core::to_us(*record.utc_time) - core::to_us(record.time));
  } else {
    statement.bind_null(utc_time_index);
  }
}

void bind_or_null(Statement& row, int index, std::string_view text) {
  if (text.empty()) {
    row.bind_null(index);
  } else {
    row.bind(index, text);
  }
}

void bind_origin(Statement& row, const std::string& identity, core::Micros time, const cim::FindingOrigin& origin) {
  row.bind(1, std::string_view(identity));
  row.bind(2, core::to_us(time));
  row.bind(3, core::to_us(origin.created));
  row.bind(4, std::string_view(origin.detection_id));
  row.bind(5, std::string_view(origin.detection));
  row.bind(6, std::int64_t{origin.detection_version});
  row.bind(7, core::to_us(origin.window.earliest));
  row.bind(8, core::to_us(origin.window.latest));
  bind_or_null(row, 17, origin.detection_hash);
  row.bind(18, std::int64_t{origin.late});
}

}  // namespace

void SqliteWriteSession::bind_term(Statement& statement, int index, std::string_view text) {
  if (text.empty()) {
    statement.bind_null(index);
  } else {
    statement.bind(index, dictionary_.terms.id(text));
  }
}

void SqliteWriteSession::bind_mixed(Statement& statement, int index, std::string_view text) {
  if (text.size() > kLongestTermBytes) {
    statement.bind(index, text);
  } else {
    bind_term(statement, index, text);
  }
}

core::Result<bool> SqliteWriteSession::insert_row(Statement& statement) {
  RW_CHECK(statement.run());
  return connection_.changes() > 0;
}

core::Result<bool> SqliteWriteSession::insert_event(Statement& statement, std::int64_t origin) {
  RW_TRY(const bool added, insert_row(statement));
  if (added) ++stored_of_origin_[origin];
  return added;
}

core::Result<bool> SqliteWriteSession::insert(const cim::RegistryRecord& record) {
  Statement& row = sql_.registry_event;
  RW_TRY(const Dictionary::EventIds ids, dictionary_.event_ids(record.source));
  bind_base(row, record, 12);
  row.bind(3, ids.source);
  row.bind(4, ids.origin);
  TermMap& terms = dictionary_.terms;
  row.bind(6, dictionary_.paths.id({terms.id(record.key_name), terms.id(record.value_name)}));
  row.bind(7,
           dictionary_.actors.id({terms.id(record.process_guid), terms.id(record.process_id),
                                  terms.id(record.process_path), terms.id(record.user), terms.id(record.user_domain)}));
  bind_term(row, 8, cim::action_name(record.action));
  bind_mixed(row, 9, record.value_data);
  bind_term(row, 10, record.value_type);
  bind_mixed(row, 11, record.details);
  bind_mixed(row, 13, record.extra);
  return insert_event(row, ids.origin);
}

core::Result<bool> SqliteWriteSession::insert(const cim::ProcessRecord& record) {
  Statement& row = sql_.process_event;
  RW_TRY(const Dictionary::EventIds ids, dictionary_.event_ids(record.source));
  bind_base(row, record, 24);
  row.bind(3, ids.source);
  row.bind(4, ids.origin);
  bind_term(row, 6, record.user);
  bind_term(row, 7, record.user_domain);
  bind_term(row, 8, record.parent_user);
  bind_term(row, 9, record.parent_user_domain);
  bind_mixed(row, 10, record.process);
  bind_term(row, 11, record.process_path);
  bind_term(row, 12, record.process_id);
  bind_mixed(row, 13, record.process_guid);
  bind_term(row, 14, record.process_hash);
  bind_term(row, 15, record.process_integrity_level);
  bind_mixed(row, 16, record.process_current_directory);
  bind_term(row, 17, record.original_file_name);
  bind_mixed(row, 18, record.parent_process);
  bind_term(row, 19, record.parent_process_path);
  bind_term(row, 20, record.parent_process_id);
  bind_mixed(row, 21, record.parent_process_guid);
  bind_term(row, 22, record.image_version);
  bind_term(row, 23, record.session);
  bind_mixed(row, 25, record.extra);
  return insert_event(row, ids.origin);
}

core::Result<bool> SqliteWriteSession::insert(const cim::RiskEvent& event) {
  Statement& row = sql_.risk_event;
  bind_origin(row, event.identity, event.time, event.origin);
  row.bind(9, std::string_view(event.risk_object));
  row.bind(10, std::string_view(event.risk_object_type));
  row.bind(11, std::string_view(event.risk_object_field));
  row.bind(12, event.risk_score);
  row.bind(13, std::string_view(event.risk_message));
  row.bind(14, std::string_view(event.threat_objects));
  row.bind(15, std::string_view(event.annotations));
  row.bind(16, std::string_view(event.row));
  row.bind(19, event.calculated_risk_score.value_or(event.risk_score));
  const std::string folded = event.normalized_risk_object.empty() ? core::fold(event.risk_object) : std::string();
  row.bind(20, std::string_view(folded.empty() ? event.normalized_risk_object : folded));
  return insert_row(row);
}

core::Result<bool> SqliteWriteSession::insert(const cim::Notable& notable) {
  Statement& row = sql_.notable;
  bind_origin(row, notable.identity, notable.time, notable.origin);
  row.bind(9, std::string_view(notable.rule_title));
  row.bind(10, std::string_view(notable.rule_description));
  row.bind(11, std::string_view(notable.security_domain));
  row.bind(12, std::string_view(notable.severity));
  row.bind(13, std::string_view(notable.nes_fields));
  row.bind(14, std::string_view(notable.drilldown_searches));
  row.bind(15, std::string_view(notable.annotations));
  row.bind(16, std::string_view(notable.row));
  row.bind(19, std::string_view(notable.urgency.empty() ? notable.severity : notable.urgency));
  bind_or_null(row, 20, notable.dest);
  bind_or_null(row, 21, notable.user);
  return insert_row(row);
}

core::Result<void> SqliteWriteSession::insert(const cim::Run& run) {
  Statement& row = sql_.run;
  row.bind(1, std::string_view(run.detection_id));
  row.bind(2, std::string_view(run.detection));
  row.bind(3, cim::run_kind_name(run.kind));
  row.bind(4, core::to_us(run.scheduled_time));
  row.bind(5, core::to_us(run.window.earliest));
  row.bind(6, core::to_us(run.window.latest));
  row.bind(7, core::to_us(run.started));
  row.bind(8, core::to_us(run.finished));
  row.bind(9, cim::run_status_name(run.status));
  row.bind(10, run.result_count);
  if (run.error.empty()) {
    row.bind_null(11);
  } else {
    row.bind(11, std::string_view(run.error));
  }
  return row.run();
}

core::Result<void> SqliteWriteSession::insert(const cim::DetectionSince& detection) {
  Statement& row = sql_.detection;
  row.bind(1, std::string_view(detection.detection_id));
  row.bind(2, std::string_view(detection.detection));
  row.bind(3, core::to_us(detection.since));
  return row.run();
}

core::Result<void> SqliteWriteSession::insert(const Rejected& rejected) {
  Statement& row = sql_.rejected;
  row.bind(1, core::to_us(rejected.time));
  row.bind(2, std::string_view(rejected.input));
  row.bind(3, std::string_view(rejected.peer));
  row.bind(4, std::string_view(rejected.reason));
  row.bind(5, static_cast<std::int64_t>(rejected.size_bytes));
  row.bind_blob(6, rejected.sample);
  return row.run();
}

}  // namespace rw::storage::sqlite
