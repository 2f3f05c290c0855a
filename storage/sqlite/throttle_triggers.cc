#include "storage/sqlite/throttle_triggers.h"

#include <string_view>

namespace rw::storage::sqlite {
namespace {

// Of a statement that says EXISTS.
core::Result<bool> is_true(Statement& statement) {
  RW_TRY(const bool row, statement.step());
  RW_ASSERT(row);
  const bool value = statement.integer(0) != 0;
  statement.reset();
  return value;
}

}  // namespace

core::Result<void> ThrottleTriggers::prepare(Connection& connection) {
  RW_TRY(triggered_, connection.prepare("SELECT EXISTS (SELECT 1 FROM throttle_trigger"
                                        " WHERE detection_id = ?1 AND key = ?2 AND row = ?3)"));
  // Before or after: windows are not always searched in their order.
  RW_TRY(near_, connection.prepare("SELECT EXISTS (SELECT 1 FROM throttle_trigger"
                                   " WHERE detection_id = ?1 AND key = ?2 AND time > ?3 AND time < ?4)"));
  RW_TRY(insert_, connection.prepare("INSERT INTO throttle_trigger (detection_id, key, row, time, created)"
                                     " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING"));
  return {};
}

core::Result<bool> ThrottleTriggers::admit(const cim::ThrottledRow& row) {
  // All keys are asked before one is written: a row that one of them holds back must not hold back others.
  for (const auto& [key, period] : row.keys) {
    triggered_.bind(1, std::string_view(row.detection_id));
    triggered_.bind(2, std::string_view(key));
    triggered_.bind(3, std::string_view(row.row));
    RW_TRY(const bool itself, is_true(triggered_));
    if (itself) continue;
    near_.bind(1, std::string_view(row.detection_id));
    near_.bind(2, std::string_view(key));
    near_.bind(3, core::to_us(row.scheduled_time - period));
    near_.bind(4, core::to_us(row.scheduled_time + period));
    RW_TRY(const bool held_back, is_true(near_));
    if (held_back) return false;
  }
  for (const auto& [key, period] : row.keys) {
    insert_.bind(1, std::string_view(row.detection_id));
    insert_.bind(2, std::string_view(key));
    insert_.bind(3, std::string_view(row.row));
    insert_.bind(4, core::to_us(row.scheduled_time));
    insert_.bind(5, core::to_us(row.created));
    RW_CHECK(insert_.run());
  }
  return true;
}

}  // namespace rw::storage::sqlite
