#include "storage/sqlite/expiry.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "storage/sqlite/columns.h"

namespace rw::storage::sqlite {
namespace {

constexpr std::string_view kEventTables[] = {"registry_event", "process_event"};

struct AgedRows {
  std::string_view table;
  std::string_view age;
  std::string_view condition = {};
};
// In the order of Expiry::Rows.
constexpr AgedRows kAgedRows[] = {
    {"registry_event", "time + delay_ms * 1000"},
    {"process_event", "time + delay_ms * 1000"},
    {"risk_event", "created"},
    {"notable", "created"},
    {"throttle_trigger", "created"},
    {"run", "finished",
     " AND EXISTS (SELECT 1 FROM run later WHERE later.detection_id = t.detection_id AND later.kind = t.kind"
     " AND later.scheduled_time > t.scheduled_time)"},
};

// Further ahead than this is a clock that was wrong.
constexpr std::chrono::hours kAhead{24};

// The statement's only value; nullopt: no row, or null.
core::Result<std::optional<std::int64_t>> value_of(Statement& statement) {
  std::optional<std::int64_t> value;
  RW_TRY(const bool row, statement.step());
  if (row && !statement.is_null(0)) value = statement.integer(0);
  statement.reset();
  return value;
}

}  // namespace

core::Result<void> Expiry::prepare(Connection& connection) {
  connection_ = &connection;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const auto prepare = [&](Statement& statement, std::string_view sql) -> core::Result<void> {
      RW_TRY(statement,
             connection.prepare(fmt::format(fmt::runtime(sql), kEventTables[i], before("?1"), kSecond, kAnySecond)));
      return {};
    };
    // With the sign no index is taken for the id: that of the time is.
    RW_CHECK(prepare(events_[i].remove,
                     "DELETE FROM {0} WHERE id IN (SELECT e.id FROM {0} e WHERE {1}"
                     " AND +e.id < (SELECT max(id) FROM {0}) ORDER BY {2} LIMIT ?2)"));
    RW_CHECK(prepare(events_[i].oldest,
                     "SELECT e.time FROM {0} e WHERE {3} AND +e.id < (SELECT max(id) FROM {0})"
                     " ORDER BY {2}, e.time LIMIT 1"));
    RW_CHECK(prepare(events_[i].nth,
                     "SELECT max(time) FROM (SELECT e.time FROM {0} e WHERE {3} AND +e.id < (SELECT max(id) FROM {0})"
                     " ORDER BY {2}, e.time LIMIT ?1)"));
    RW_CHECK(prepare(events_[i].first, "SELECT e.time FROM {0} e WHERE {3} ORDER BY {2}, e.time LIMIT 1"));
    RW_CHECK(prepare(events_[i].span, "SELECT (SELECT max(id) FROM {0}) - (SELECT min(id) FROM {0}) + 1"));
  }
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const AgedRows& rows = kAgedRows[i];
    RW_TRY(rows_[i].slice,
           connection.prepare(fmt::format("SELECT count(*), max(id), total(age < ?3), total(age > ?4) FROM"
                                          " (SELECT id, {} AS age FROM {} WHERE id > ?1 ORDER BY id LIMIT ?2)",
                                          rows.age, rows.table)));
    RW_TRY(rows_[i].remove, connection.prepare(fmt::format("DELETE FROM {0} AS t WHERE id > ?1 AND id <= ?2"
                                                           " AND {1} < ?3 AND id < (SELECT max(id) FROM {0}){2}",
                                                           rows.table, rows.age, rows.condition)));
  }
  return {};
}

core::Result<std::int64_t> Expiry::delete_before(Events events, core::Micros before) {
  Statement& remove = events_[static_cast<std::size_t>(events)].remove;
  remove.bind(1, core::to_us(before));
  remove.bind(2, kStepRows);
  RW_CHECK(remove.run());
  return connection_->changes();
}

core::Result<std::int64_t> Expiry::delete_older(Rows rows, core::Micros before, core::Micros now, Walk& walk) {
  auto& [slice, remove] = rows_[static_cast<std::size_t>(rows)];
  slice.bind(1, walk.after);
  slice.bind(2, kStepRows);
  slice.bind(3, core::to_us(before));
  slice.bind(4, core::to_us(now + kAhead));
  RW_TRY(const bool row, slice.step());
  RW_ASSERT(row);
  const std::int64_t seen = slice.integer(0);
  const std::int64_t last = slice.integer(1);
  const std::int64_t old = slice.integer(2);
  const std::int64_t ahead = slice.integer(3);
  slice.reset();
  walk.over = old == 0 && (seen < kStepRows || ahead < seen);
  if (old == 0) {
    walk.after = last;
    return 0;
  }
  remove.bind(1, walk.after);
  remove.bind(2, last);
  remove.bind(3, core::to_us(before));
  RW_CHECK(remove.run());
  walk.after = last;
  return connection_->changes();
}

core::Result<std::optional<core::Micros>> Expiry::oldest_step() {
  OfEvents* table = nullptr;
  std::int64_t oldest = 0;
  for (OfEvents& events : events_) {
    RW_TRY(const auto time, value_of(events.oldest));
    if (!time || (table != nullptr && *time >= oldest)) continue;
    table = &events;
    oldest = *time;
  }
  if (table == nullptr) return std::optional<core::Micros>();
  table->nth.bind(1, kStepRows);
  RW_TRY(const auto last, value_of(table->nth));
  RW_ASSERT(last.has_value());
  return std::optional(core::from_us(*last + 1));
}

core::Result<std::optional<core::Micros>> Expiry::oldest_event() {
  std::optional<core::Micros> oldest;
  for (OfEvents& events : events_) {
    RW_TRY(const auto time, value_of(events.first));
    if (time && (!oldest || core::from_us(*time) < *oldest)) oldest = core::from_us(*time);
  }
  return oldest;
}

core::Result<std::int64_t> Expiry::events_at_most() {
  std::int64_t count = 0;
  for (OfEvents& events : events_) {
    RW_TRY(const auto span, value_of(events.span));
    count += span.value_or(0);
  }
  return count;
}

}  // namespace rw::storage::sqlite
