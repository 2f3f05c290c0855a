#include "storage/sqlite/glance.h"

#include <fmt/format.h>

#include <utility>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/data_dir.h"
#include "storage/sqlite/lock.h"
#include "storage/sqlite/reader.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/write_ahead_log.h"

namespace rw::storage::sqlite {
namespace {

constexpr int kFaultsShown = 5;
constexpr int kStepsBetweenLooks = 10'000;  // of SQLite's virtual machine

using Deadline = std::chrono::steady_clock::time_point;

// Without a log, a reader of the usual kind would make one, and its index.
Connection::Mode mode_for(const std::string& data_dir, const std::string& file) {
  const bool at_rest = size_of_file(file + "-wal") == 0 && !lock_holder(data_dir);
  return at_rest ? Connection::Mode::kImmutable : Connection::Mode::kReadOnly;
}

core::Result<Connection> open_to_look(const std::string& data_dir, const std::string& file) {
  RW_TRY(Connection connection, Connection::open(file, mode_for(data_dir, file)));
  leave_log_on_close(connection);
  return connection;
}

core::Result<int> schema_version_of(Connection& connection) {
  RW_TRY(const auto version, connection.query_integer("SELECT coalesce(max(version), 0) FROM schema_version"));
  return static_cast<int>(version);
}

int is_over(void* deadline) { return std::chrono::steady_clock::now() > *static_cast<const Deadline*>(deadline); }

}  // namespace

core::Result<Glance> glance(const std::string& data_dir, std::chrono::milliseconds patience) {
  RW_TRY(const std::string file, existing_database(data_dir));
  RW_TRY(Connection connection, open_to_look(data_dir, file));
  Glance seen;
  seen.newest_version = newest_schema_version();
  RW_TRY(seen.schema_version, schema_version_of(connection));
  Deadline deadline = std::chrono::steady_clock::now() + patience;
  RW_TRY(Statement statement, connection.prepare(fmt::format("PRAGMA quick_check({})", kFaultsShown)));
  sqlite3_progress_handler(connection.raw(), kStepsBetweenLooks, is_over, &deadline);
  while (true) {
    const auto row = statement.step();
    if (!row.ok() && row.error().code == core::ErrorCode::kCancelled) {
      seen.is_whole = false;
      break;
    }
    if (!row.ok()) {
      seen.faults.push_back(row.error().message);
      break;
    }
    if (!*row) break;
    if (statement.text(0) != "ok") seen.faults.emplace_back(statement.text(0));
  }
  sqlite3_progress_handler(connection.raw(), 0, nullptr, nullptr);
  return seen;
}

core::Result<std::unique_ptr<Reader>> open_reader(const std::string& data_dir) {
  RW_TRY(const std::string file, existing_database(data_dir));
  {
    RW_TRY(Connection connection, open_to_look(data_dir, file));
    RW_TRY(const int version, schema_version_of(connection));
    if (version != newest_schema_version()) {
      return core::Error{core::ErrorCode::kUnsupported,
                         fmt::format("{} has schema {}, this program's is {}", file, version, newest_schema_version())};
    }
  }
  return SqliteReader::open(file, {}, mode_for(data_dir, file));
}

}  // namespace rw::storage::sqlite
