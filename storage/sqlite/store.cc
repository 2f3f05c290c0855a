#include "storage/sqlite/store.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/data_dir.h"
#include "storage/sqlite/dialect.h"
#include "storage/sqlite/lock.h"
#include "storage/sqlite/reader.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/write_ahead_log.h"
#include "storage/sqlite/write_session.h"

namespace rw::storage::sqlite {
namespace {

// Of all connections together: beyond it a page cache that wants more takes a page of its own.
constexpr std::int64_t kSqliteBytes = std::int64_t{96} * 1024 * 1024;

class SqliteStore final : public Store {
 public:
  SqliteStore(std::string path, Options options, std::unique_ptr<DataDirLock> lock)
      : path_(std::move(path)), options_(std::move(options)), lock_(std::move(lock)) {}

  core::Result<std::unique_ptr<WriteSession>> open_writer() override {
    return SqliteWriteSession::open(path_, {.vfs = options_.vfs,
                                            .checkpoint_pages = options_.checkpoint_pages,
                                            .retention = options_.retention,
                                            .dictionary_bytes = options_.dictionary_bytes});
  }
  core::Result<std::unique_ptr<Reader>> open_reader() override { return SqliteReader::open(path_, options_.vfs); }
  const Dialect& dialect() const override { return dialect_; }

 private:
  const std::string path_;
  const Options options_;
  const std::unique_ptr<DataDirLock> lock_;
  const SqliteDialect dialect_;
};

}  // namespace

core::Result<std::unique_ptr<Store>> open(const Options& options) {
  const std::string file = database_file(options.data_dir);
  sqlite3_soft_heap_limit64(kSqliteBytes);
  std::error_code error;
  if (!options.create && !std::filesystem::exists(file, error)) {
    return core::Error{core::ErrorCode::kNotFound, file + ": no such database",
                       "check data_dir, or start the daemon once"};
  }
  if (options.create) {
    RW_CHECK(make_data_dir(options.data_dir));
  }
  std::unique_ptr<DataDirLock> lock;
  if (options.exclusive) {
    RW_TRY(lock, DataDirLock::acquire(options.data_dir));
  }
  RW_TRY(Connection connection, Connection::open(file, Connection::Mode::kReadWrite, options.vfs));
  leave_log_on_close(connection);
  if (core::Result<void> migrated = migrate(connection); !migrated.ok()) {
    core::Error fault = std::move(migrated).error();
    fault.message = fmt::format("{}: {}", file, fault.message);
    return fault;
  }
  return std::unique_ptr<Store>(std::make_unique<SqliteStore>(file, options, std::move(lock)));
}

}  // namespace rw::storage::sqlite
