#include "storage/sqlite/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "storage/row_meter.h"
#include "storage/sqlite/authorizer.h"
#include "storage/sqlite/event_pages.h"
#include "storage/sqlite/functions.h"
#include "storage/sqlite/listing.h"
#include "storage/sqlite/sieve.h"
#include "storage/sqlite/tally.h"

namespace rw::storage::sqlite {
namespace {

constexpr int kProgressSteps = 50'000;  // virtual machine steps between looks at the clock
constexpr std::chrono::seconds kListTimeout{30};
// Of the rows of a page, as far as one row leaves a choice: the API makes its answer of them in memory.
constexpr std::size_t kPageBytes = std::size_t{4} * 1024 * 1024;
// Of a value and of a row: what an aggregate such as values() may grow to. Far above what an event may hold.
constexpr int kMostValueBytes = 64 * 1024 * 1024;

std::vector<std::string> columns_of(const Statement& statement) {
  std::vector<std::string> columns;
  for (int i = 0; i < statement.column_count(); ++i) columns.emplace_back(statement.column_name(i));
  return columns;
}

// What to do about a list that takes too long.
core::Error of_lists(core::Error error) {
  if (error.code == core::ErrorCode::kLimit && error.hint.empty()) error.hint = "narrow earliest and latest, or filter";
  return error;
}

}  // namespace

core::Result<std::unique_ptr<Reader>> SqliteReader::open(const std::string& path, const std::string& vfs,
                                                         Connection::Mode mode) {
  RW_TRY(Connection connection, Connection::open(path, mode, vfs));
  RW_CHECK(
      connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA temp_store = FILE;"
                         "PRAGMA trusted_schema = OFF"));
  RW_CHECK(register_functions(connection));
  sqlite3_limit(connection.raw(), SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(connection.raw(), SQLITE_LIMIT_LENGTH, kMostValueBytes);
  // SQLite sets the function up as a table at its first use, which the authorizer would take for writing.
  RW_CHECK(connection.execute("SELECT 1 FROM json_each('[]')"));
  allow_reading_only(connection);
  std::unique_ptr<SqliteReader> reader(new SqliteReader(std::move(connection)));
  sqlite3_progress_handler(reader->connection_.raw(), kProgressSteps, on_progress, reader.get());
  return std::unique_ptr<Reader>(std::move(reader));
}

int SqliteReader::on_progress(void* self) {
  const auto& reader = *static_cast<const SqliteReader*>(self);
  return reader.cancelled_.load(std::memory_order_relaxed) || std::chrono::steady_clock::now() > reader.deadline_;
}

void SqliteReader::cancel() { cancelled_.store(true, std::memory_order_relaxed); }

core::Result<void> SqliteReader::start_clock(std::chrono::milliseconds timeout) {
  if (cancelled_.load(std::memory_order_relaxed)) return core::Error{core::ErrorCode::kCancelled, "read: cancelled"};
  timeout_ = timeout;
  deadline_ = std::chrono::steady_clock::now() + timeout;
  return {};
}

core::Result<bool> SqliteReader::step(Statement& statement) {
  core::Result<bool> row = statement.step();
  if (!row.ok() && row.error().code == core::ErrorCode::kCancelled && !cancelled_.load(std::memory_order_relaxed)) {
    return core::Error{core::ErrorCode::kLimit, fmt::format("the search took longer than {} ms", timeout_.count())};
  }
  return row;
}

core::Result<Statement> SqliteReader::start(const Query& query, std::chrono::milliseconds timeout) {
  RW_CHECK(start_clock(timeout));
  RW_TRY(Statement statement, prepare(query.sql));
  for (std::size_t i = 0; i < query.binds.size(); ++i) statement.bind(static_cast<int>(i) + 1, query.binds[i]);
  return statement;
}

core::Result<std::optional<std::vector<Value>>> SqliteReader::next(Statement& statement) {
  RW_TRY(const bool row, step(statement));
  if (!row) return std::optional<std::vector<Value>>();
  const int columns = statement.column_count();
  std::vector<Value> values;
  values.reserve(static_cast<std::size_t>(columns));
  for (int i = 0; i < columns; ++i) values.push_back(statement.value(i));
  return std::optional(std::move(values));
}

core::Result<void> SqliteReader::scan(const Query& query, std::chrono::milliseconds timeout, const RowSink& sink) {
  RW_TRY(Statement statement, start(query, timeout));
  while (true) {
    RW_TRY(std::optional<std::vector<Value>> row, next(statement));
    if (!row) return {};
    RW_CHECK(sink(*std::move(row)));
  }
}

core::Result<Table> SqliteReader::query(const Query& query, const SearchLimits& limits) {
  RW_TRY(Statement statement, start(query, limits.timeout));
  Table table;
  table.columns = columns_of(statement);
  RowMeter meter(limits);
  while (true) {
    RW_TRY(std::optional<std::vector<Value>> row, next(statement));
    if (!row) return table;
    RW_CHECK(meter.add(*row));
    table.rows.push_back(*std::move(row));
  }
}

core::Result<std::unique_ptr<Sieve>> SqliteReader::open_sieve(std::vector<Filter> filters) {
  return SqliteSieve::open(*this, filters);
}

core::Result<ListPage> SqliteReader::list(const ListRequest& request) {
  RW_CHECK(start_clock(kListTimeout));
  auto picked = pick_events(*this, request);
  if (!picked.ok()) return of_lists(std::move(picked).error());
  RW_TRY(ListQuery list, list_query(request, *picked));
  RW_TRY(Statement statement, start(list.query, kListTimeout));
  Table table;
  table.columns = columns_of(statement);
  std::size_t bytes = 0;
  bool cut = false;
  while (!cut) {
    core::Result<std::optional<std::vector<Value>>> row = next(statement);
    if (!row.ok()) return of_lists(std::move(row).error());
    if (!*row) break;
    bytes += size_bytes(**row);
    cut = !table.rows.empty() && (bytes > kPageBytes || table.rows.size() == static_cast<std::size_t>(request.limit));
    if (!cut) table.rows.push_back(**std::move(row));
  }
  return page_of(std::move(table), cut, std::move(list));
}

core::Result<std::vector<TallyGroup>> SqliteReader::tally(const TallyRequest& request) {
  RW_CHECK(start_clock(kListTimeout));
  core::Result<std::vector<TallyGroup>> groups = sqlite::tally(*this, request);
  if (!groups.ok()) return of_lists(std::move(groups).error());
  return groups;
}

core::Result<std::vector<LedgerEntry>> SqliteReader::ledger() {
  // A window that was searched again has several runs of one scheduled time: the newest tells how it ended.
  RW_TRY(Table table, query({"SELECT d.id, d.since, r.scheduled_time, r.status, r.result_count, ifnull(r.error, '')"
                             " FROM detection d LEFT JOIN run r ON r.id ="
                             " (SELECT id FROM run WHERE detection_id = d.id AND kind = 'scheduled'"
                             " ORDER BY scheduled_time DESC, id DESC LIMIT 1)",
                             {}},
                            SearchLimits{}));
  std::vector<LedgerEntry> entries;
  for (auto& row : table.rows) {
    LedgerEntry& entry = entries.emplace_back();
    entry.detection_id = std::get<std::string>(std::move(row[0]));
    entry.served_until = core::from_us(std::get<std::int64_t>(row[1]));
    if (row[2].is_null()) continue;
    entry.last_run = LastRun{.scheduled_time = core::from_us(std::get<std::int64_t>(row[2])),
                             .status = std::get<std::string>(std::move(row[3])),
                             .result_count = std::get<std::int64_t>(row[4]),
                             .error = std::get<std::string>(std::move(row[5]))};
    entry.served_until = std::max(entry.served_until, entry.last_run->scheduled_time);
  }
  return entries;
}

core::Result<std::vector<HostSeen>> SqliteReader::hosts() {
  // With max(), the other columns are those of the row it came from.
  RW_TRY(Table table, query({"SELECT host, max(time), silent_since, count(*), peer, input FROM log_source"
                             " WHERE input <> ?1 GROUP BY host_key ORDER BY host_key",
                             {std::string(kImportInput)}},
                            SearchLimits{}));
  std::vector<HostSeen> hosts;
  for (auto& row : table.rows) {
    HostSeen& host = hosts.emplace_back();
    host.host = std::get<std::string>(std::move(row[0]));
    host.last_received = core::from_us(std::get<std::int64_t>(row[1]));
    if (!row[2].is_null()) host.silent_since = core::from_us(std::get<std::int64_t>(row[2]));
    host.sources = std::get<std::int64_t>(row[3]);
    host.peer = std::get<std::string>(std::move(row[4]));
    host.input = std::get<std::string>(std::move(row[5]));
  }
  return hosts;
}

core::Result<AccessState> SqliteReader::access() {
  const auto text = [](Value& value) { return std::get<std::string>(std::move(value)); };
  const auto time = [](const Value& value) { return core::from_us(std::get<std::int64_t>(value)); };
  AccessState state;
  RW_TRY(Table tokens,
         query({"SELECT id, name, hash, scopes, expires FROM api_token WHERE revoked IS NULL", {}}, SearchLimits{}));
  for (auto& row : tokens.rows) {
    StoredToken& token = state.tokens.emplace_back();
    token.id = std::get<std::int64_t>(row[0]);
    token.name = text(row[1]);
    token.hash = text(row[2]);
    token.scopes = text(row[3]);
    if (!row[4].is_null()) token.expires = time(row[4]);
  }
  RW_TRY(Table users, query({"SELECT id, name, password, scopes, disabled FROM api_user", {}}, SearchLimits{}));
  for (auto& row : users.rows) {
    state.users.push_back({.id = std::get<std::int64_t>(row[0]),
                           .name = text(row[1]),
                           .password = text(row[2]),
                           .scopes = text(row[3]),
                           .disabled = std::get<std::int64_t>(row[4]) != 0});
  }
  RW_TRY(Table sessions, query({"SELECT hash, user, created, last_used FROM api_session", {}}, SearchLimits{}));
  for (auto& row : sessions.rows) {
    state.sessions.push_back({.hash = text(row[0]),
                              .user = std::get<std::int64_t>(row[1]),
                              .created = time(row[2]),
                              .last_used = time(row[3])});
  }
  return state;
}

core::Result<std::vector<LateSpan>> SqliteReader::late_spans(std::size_t limit) {
  RW_TRY(Table table,
         query({"SELECT dataset, minute, first_id, last_id FROM late_span ORDER BY minute, dataset LIMIT ?1",
                {static_cast<std::int64_t>(limit)}},
               SearchLimits{}));
  std::vector<LateSpan> spans;
  for (const auto& row : table.rows) {
    const bool registry = std::get<std::string>(row[0]) == cim::dataset_prefix(cim::Dataset::kRegistry);
    spans.push_back({.dataset = registry ? cim::Dataset::kRegistry : cim::Dataset::kProcesses,
                     .minute = core::from_us(std::get<std::int64_t>(row[1])),
                     .first_id = std::get<std::int64_t>(row[2]),
                     .last_id = std::get<std::int64_t>(row[3])});
  }
  return spans;
}

core::Result<std::vector<SearchedWindow>> SqliteReader::searched_windows(const cim::Window& span) {
  std::vector<SearchedWindow> windows;
  RW_CHECK(scan({"SELECT detection_id, scheduled_time, earliest, latest FROM run"
                 " WHERE kind = 'scheduled' AND status <> 'missed' AND latest > ?1 AND earliest < ?2"
                 " ORDER BY scheduled_time, id",
                 {core::to_us(span.earliest), core::to_us(span.latest)}},
                SearchLimits{}.timeout, [&](std::vector<Value> row) {
                  windows.push_back({.detection_id = std::get<std::string>(std::move(row[0])),
                                     .scheduled_time = core::from_us(std::get<std::int64_t>(row[1])),
                                     .window = {core::from_us(std::get<std::int64_t>(row[2])),
                                                core::from_us(std::get<std::int64_t>(row[3]))}});
                  return core::Result<void>();
                }));
  return windows;
}

}  // namespace rw::storage::sqlite
