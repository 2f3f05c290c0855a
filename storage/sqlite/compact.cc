#include "storage/sqlite/compact.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "daemon/core/units.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/data_dir.h"
#include "storage/sqlite/store.h"
#include "storage/sqlite/write_ahead_log.h"

namespace rw::storage::sqlite {

core::Result<CompactReport> compact(const std::string& data_dir) {
  RW_TRY(const auto store, open({.data_dir = data_dir, .create = false, .exclusive = true}));
  const std::string file = database_file(data_dir);
  RW_TRY(Connection connection, Connection::open(file, Connection::Mode::kReadWrite));
  RW_CHECK(make_log_durable(connection));
  RW_TRY(const std::int64_t used,
         connection.query_integer("SELECT (SELECT * FROM pragma_page_count) * (SELECT * FROM pragma_page_size)"
                                  " - (SELECT * FROM pragma_freelist_count) * (SELECT * FROM pragma_page_size)"));
  // The new database is made in a temporary file, and then written into the old one by way of the log.
  const std::uint64_t needed = static_cast<std::uint64_t>(used) * 2;
  std::error_code error;
  const auto space = std::filesystem::space(data_dir, error);
  if (!error && space.available < needed) {
    return core::Error{core::ErrorCode::kIo,
                       fmt::format("{}: compacting needs {} MiB, there are {} MiB free", data_dir,
                                   needed / core::kMiB + 1, space.available / core::kMiB),
                       "free some space; nothing was changed"};
  }
  CompactReport report;
  RW_CHECK(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  report.bytes_before = size_of_file(file);
  sqlite3_temp_directory = sqlite3_mprintf("%s", data_dir.c_str());  // /tmp may be small
  const core::Result<void> done = connection.execute(
      "PRAGMA temp_store = FILE; PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  sqlite3_free(sqlite3_temp_directory);
  sqlite3_temp_directory = nullptr;
  if (!done.ok()) return done.error();
  report.bytes_after = size_of_file(file);
  return report;
}

}  // namespace rw::storage::sqlite
