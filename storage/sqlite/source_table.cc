#include "storage/sqlite/source_table.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "daemon/core/text.h"
#include "storage/record_ids.h"

namespace rw::storage::sqlite {
namespace {

std::int64_t ms_of(std::chrono::microseconds delay) {
  return std::chrono::floor<std::chrono::milliseconds>(delay).count();
}

std::int64_t hour_of(core::Micros time) {
  return std::chrono::floor<std::chrono::hours>(time.time_since_epoch()).count();
}

// The smaller of what is there.
std::optional<std::int64_t> smaller(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a) return b;
  return b ? std::min(*a, *b) : a;
}

std::int64_t signed_of(std::uint64_t number) { return static_cast<std::int64_t>(number); }

}  // namespace

struct SourceTable::Row {
  std::optional<std::int64_t> id;
  std::string host, channel, peer, input, format;
  std::optional<std::int64_t> first_event, last_event;
  std::int64_t received = 0;
  std::int64_t events = 0, stored = 0, duplicates = 0;
  std::optional<std::int64_t> last_delay_ms, delay_hour, hour_delay_ms, earlier_delay_ms;
  RecordIds ids;
  std::optional<std::int64_t> silent_since;

  // All but the runs. True: it is a sign of life of the host.
  bool add(const SourceSeen& seen) {
    events += signed_of(seen.events);
    if (seen.first_event) first_event = smaller(first_event, core::to_us(*seen.first_event));
    const bool imported = seen.input == kImportInput;
    if (imported && !input.empty() && input != kImportInput) return false;
    peer = seen.peer;
    input = seen.input;
    format = seen.format;
    received = core::to_us(seen.received);
    if (seen.last_event) last_event = core::to_us(*seen.last_event);
    if (imported) return false;
    if (seen.last_event) add_delays(seen);
    return true;
  }

  void add_delays(const SourceSeen& seen) {
    last_delay_ms = ms_of(seen.last_delay);
    const std::int64_t hour = hour_of(seen.received);
    if (!delay_hour || hour > *delay_hour) {
      earlier_delay_ms = delay_hour && hour == *delay_hour + 1 ? hour_delay_ms : std::nullopt;
      hour_delay_ms = std::nullopt;
      delay_hour = hour;
    }
    hour_delay_ms = smaller(hour_delay_ms, ms_of(seen.min_delay));
  }
};

core::Result<void> SourceTable::prepare(Connection& connection) {
  const std::pair<Statement*, const char*> table[] = {
      {&select_, "SELECT * FROM log_source WHERE host_key = ?1 AND channel_key = ?2"},
      {&replace_,
       "REPLACE INTO log_source VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
       " ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31)"},
      {&silence_,
       "UPDATE log_source SET silent_since = ?2 WHERE host_key = ?1 AND NOT EXISTS"
       " (SELECT 1 FROM log_source WHERE host_key = ?1 AND input <> ?3 AND time > ?2)"},
      {&forget_, "DELETE FROM log_source WHERE host_key = ?1"},
      {&end_silence_, "UPDATE log_source SET silent_since = NULL WHERE host_key = ?1 AND silent_since IS NOT NULL"},
  };
  for (const auto& [statement, sql] : table) {
    RW_TRY(*statement, connection.prepare(sql));
  }
  return {};
}

core::Result<std::uint64_t> SourceTable::merge(std::span<const Batch> batches, const StoredOf& stored_of) {
  std::map<Key, std::vector<const SourceSeen*>> by_key;
  for (const Batch& batch : batches) {
    for (const SourceSeen& seen : batch.sources) {
      by_key[{core::fold(seen.host), core::fold(seen.channel)}].push_back(&seen);
    }
  }
  std::uint64_t overflow = 0;
  for (const auto& [key, seen] : by_key) {
    const bool taken = std::ranges::any_of(seen, [](const SourceSeen* item) { return item->taken != 0; });
    std::uint64_t stored = 0;
    if (taken) {
      RW_TRY(stored, stored_of(key.host, key.channel));
    }
    RW_TRY(const bool merged, merge(key, seen, stored));
    if (merged) continue;
    for (const SourceSeen* item : seen) overflow += item->events;
  }
  return overflow;
}

core::Result<bool> SourceTable::merge(const Key& key, const std::vector<const SourceSeen*>& seen,
                                      std::uint64_t stored) {
  Row row;
  RW_TRY(const bool known, read(key, row));
  if (!known) {
    if (count_ >= static_cast<std::int64_t>(kMaxSources)) return false;
    row.host = seen.front()->host;
    row.channel = seen.front()->channel;
  }
  // One list of all runs: what came by several ways at once is then put in order.
  std::vector<RecordRun> runs;
  bool alive = false;
  std::uint64_t taken = 0;
  for (const SourceSeen* item : seen) {
    taken += item->taken;
    runs.insert(runs.end(), item->runs.begin(), item->runs.end());
    alive = row.add(*item) || alive;
  }
  row.ids.add(runs);
  row.stored += signed_of(std::min(stored, taken));
  row.duplicates += signed_of(taken - std::min(stored, taken));
  if (alive && (!known || row.silent_since)) {
    end_silence_.bind(1, std::string_view(key.host));
    RW_CHECK(end_silence_.run());
    row.silent_since.reset();
  }
  RW_CHECK(write(key, row));
  if (!known) ++count_;
  return true;
}

core::Result<void> SourceTable::count_rows(Connection& connection) {
  RW_TRY(count_, connection.query_integer("SELECT count(*) FROM log_source"));
  return {};
}

core::Result<bool> SourceTable::read(const Key& key, Row& row) {
  select_.bind(1, std::string_view(key.host));
  select_.bind(2, std::string_view(key.channel));
  RW_TRY(const bool found, select_.step());
  if (!found) {
    select_.reset();
    return false;
  }
  const auto text = [&](int column) { return std::string(select_.text(column)); };
  const auto number = [&](int column) {
    return select_.is_null(column) ? std::nullopt : std::optional(select_.integer(column));
  };
  const auto count = [&](int column) { return static_cast<std::uint64_t>(select_.integer(column)); };
  row.id = select_.integer(0);
  row.host = text(3);
  row.channel = text(4);
  row.peer = text(5);
  row.input = text(6);
  row.format = text(7);
  row.first_event = number(8);
  row.last_event = number(9);
  row.received = select_.integer(10);
  row.events = select_.integer(11);
  row.stored = select_.integer(12);
  row.duplicates = select_.integer(13);
  row.last_delay_ms = number(14);
  row.delay_hour = number(16);
  row.hour_delay_ms = number(17);
  row.earlier_delay_ms = number(18);
  const RecordIds::State state{.first = count(19),
                               .last = count(20),
                               .newest_time = core::from_us(select_.integer(21)),
                               .seen = count(22),
                               .missing = count(23),
                               .lost = count(27),
                               .resets = count(29),
                               .gaps = text(26),
                               .skips = text(28)};
  row.silent_since = number(30);
  select_.reset();
  RW_TRY(row.ids, RecordIds::restore(state));
  return true;
}

core::Result<void> SourceTable::write(const Key& key, const Row& row) {
  const auto bind = [&](int index, std::optional<std::int64_t> value) {
    if (value) {
      replace_.bind(index, *value);
    } else {
      replace_.bind_null(index);
    }
  };
  const auto text = [&](int index, const std::string& value) { replace_.bind(index, std::string_view(value)); };
  const RecordIds::State ids = row.ids.state();
  const bool numbered = row.ids.last().has_value();
  bind(1, row.id);
  text(2, key.host);
  text(3, key.channel);
  text(4, row.host);
  text(5, row.channel);
  text(6, row.peer);
  text(7, row.input);
  text(8, row.format);
  bind(9, row.first_event);
  bind(10, row.last_event);
  bind(11, row.received);
  bind(12, row.events);
  bind(13, row.stored);
  bind(14, row.duplicates);
  bind(15, row.last_delay_ms);
  bind(16, smaller(row.hour_delay_ms, row.earlier_delay_ms));
  bind(17, row.delay_hour);
  bind(18, row.hour_delay_ms);
  bind(19, row.earlier_delay_ms);
  bind(20, signed_of(ids.first));
  bind(21, numbered ? std::optional(signed_of(ids.last)) : std::nullopt);
  bind(22, core::to_us(ids.newest_time));
  bind(23, signed_of(ids.seen));
  bind(24, signed_of(ids.missing));
  if (numbered) {
    replace_.bind(25,
                  static_cast<double>(ids.seen) / (static_cast<double>(ids.seen) + static_cast<double>(ids.missing)));
    bind(26, row.ids.complete() ? 1 : 0);
  } else {
    replace_.bind_null(25);
    replace_.bind_null(26);
  }
  text(27, ids.gaps);
  bind(28, signed_of(ids.lost));
  text(29, ids.skips);
  bind(30, signed_of(ids.resets));
  bind(31, row.silent_since);
  return replace_.run();
}

core::Result<void> SourceTable::set(const HostSilence& silence) {
  const std::string key = core::fold(silence.host);
  Statement& statement = silence.since ? silence_ : end_silence_;
  statement.bind(1, std::string_view(key));
  if (silence.since) {
    statement.bind(2, core::to_us(*silence.since));
    statement.bind(3, kImportInput);
  }
  return statement.run();
}

core::Result<std::uint64_t> SourceTable::forget(const std::string& host, Connection& connection) {
  const std::string key = core::fold(host);
  forget_.bind(1, std::string_view(key));
  RW_CHECK(forget_.run());
  const std::int64_t rows = connection.changes();
  count_ -= rows;
  return static_cast<std::uint64_t>(rows);
}

}  // namespace rw::storage::sqlite
