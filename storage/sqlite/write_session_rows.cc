// The rows that a SqliteWriteSession inserts: what of a record goes into which column of its statement.
#include <chrono>
#include <string>
#include <string_view>

#include "daemon/cim/value_data.h"
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

void add_base(RowFeed& rows, const cim::EventBase& record) {
  rows.add(core::to_us(record.time));
  rows.add(ms_between(record.time, record.received));
  if (record.utc_time) {
    rows.add(core::to_us(*record.utc_time) - core::to_us(record.time));
  } else {
    rows.add_null();
  }
  if (record.record_id) {
    rows.add(static_cast<std::int64_t>(*record.record_id));
  } else {
    rows.add_null();
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

void SqliteWriteSession::add_term(RowFeed& rows, std::string_view text) { rows.add_id(dictionary_.terms.id(text)); }

void SqliteWriteSession::add_mixed(RowFeed& rows, std::string_view text) {
  if (text.size() > kLongestTermBytes) {
    rows.add(text);
  } else {
    add_term(rows, text);
  }
}

// Of value_data, value_type and details. A term that wraps the data stands in place of it, from which it is read
// (Part::kUnwrapped); data that only looks like that stands in its row.
void SqliteWriteSession::add_value_data(RowFeed& rows, const cim::RegistryRecord& record) {
  const bool is_wrapped = !record.details.empty() && record.details.size() <= kLongestTermBytes &&
                          cim::value_data_of(record.details).data == record.value_data;
  if (is_wrapped) {
    add_term(rows, record.details);
  } else if (!cim::value_data_of(record.value_data).type.empty()) {
    rows.add(record.value_data);
  } else {
    add_mixed(rows, record.value_data);
  }
  add_term(rows, record.value_type);
  add_mixed(rows, is_wrapped ? std::string_view() : record.details);
}

core::Result<bool> SqliteWriteSession::insert_row(Statement& statement) {
  RW_CHECK(statement.run());
  return connection_.changes() > 0;
}

core::Result<std::int64_t> SqliteWriteSession::add(RowFeed& rows, const cim::RegistryRecord& record) {
  RW_TRY(const Dictionary::EventIds ids, dictionary_.event_ids(record.source));
  add_base(rows, record);
  rows.add(ids.source);
  rows.add(ids.origin);
  rows.add(dictionary_.path_id(record));
  rows.add(dictionary_.actor_id(record));
  add_term(rows, cim::action_name(record.action));
  add_value_data(rows, record);
  add_mixed(rows, record.extra);
  return ids.origin;
}

core::Result<std::int64_t> SqliteWriteSession::add(RowFeed& rows, const cim::ProcessRecord& record) {
  RW_TRY(const Dictionary::EventIds ids, dictionary_.event_ids(record.source));
  add_base(rows, record);
  rows.add(ids.source);
  rows.add(ids.origin);
  add_term(rows, record.user);
  add_term(rows, record.user_domain);
  add_term(rows, record.parent_user);
  add_term(rows, record.parent_user_domain);
  add_mixed(rows, record.process);
  add_term(rows, record.process_path);
  add_term(rows, record.process_id);
  add_mixed(rows, record.process_guid);
  add_term(rows, record.process_hash);
  add_term(rows, record.process_integrity_level);
  add_mixed(rows, record.process_current_directory);
  add_term(rows, record.original_file_name);
  add_mixed(rows, record.parent_process);
  add_term(rows, record.parent_process_path);
  add_term(rows, record.parent_process_id);
  add_mixed(rows, record.parent_process_guid);
  add_term(rows, record.image_version);
  add_term(rows, record.session);
  add_mixed(rows, record.extra);
  return ids.origin;
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
