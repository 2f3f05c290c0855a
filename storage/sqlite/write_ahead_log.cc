#include "storage/sqlite/write_ahead_log.h"

#include <algorithm>
#include <vector>

namespace rw::storage::sqlite {
namespace {

// SQLite itself writes a page at a time, and its file system for Unix cannot write 128 KiB in one piece.
constexpr sqlite3_int64 kPieceBytes = 64 * 1024;

core::Error log_error(int code, std::string_view doing) {
  return {core::ErrorCode::kIo, "write-ahead log: " + std::string(doing) + ": " + sqlite3_errstr(code),
          code == SQLITE_FULL ? "free some space on the disk of data_dir" : "check the disk of data_dir"};
}

core::Result<void> rewrite(sqlite3_file& log) {
  sqlite3_int64 size = 0;
  if (const int code = log.pMethods->xFileSize(&log, &size); code != SQLITE_OK) return log_error(code, "size");
  if (size == 0) return {};
  std::vector<char> piece(static_cast<std::size_t>(std::min(size, kPieceBytes)));
  for (sqlite3_int64 at = 0; at < size; at += kPieceBytes) {
    const int bytes = static_cast<int>(std::min(size - at, kPieceBytes));
    if (const int code = log.pMethods->xRead(&log, piece.data(), bytes, at); code != SQLITE_OK) {
      return log_error(code, "read");
    }
    if (const int code = log.pMethods->xWrite(&log, piece.data(), bytes, at); code != SQLITE_OK) {
      return log_error(code, "write");
    }
  }
  if (const int code = log.pMethods->xSync(&log, SQLITE_SYNC_NORMAL); code != SQLITE_OK) {
    return log_error(code, "sync");
  }
  return {};
}

}  // namespace

core::Result<void> make_log_durable(Connection& connection) {
  if (const auto begun = connection.execute("BEGIN IMMEDIATE"); !begun.ok()) {  // nobody may append meanwhile
    if (begun.error().code == core::ErrorCode::kBusy) return {};
    return begun.error();
  }
  sqlite3_file* log = nullptr;
  sqlite3_file_control(connection.raw(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  core::Result<void> done;
  if (log != nullptr && log->pMethods != nullptr) done = rewrite(*log);
  RW_CHECK(connection.execute("ROLLBACK"));
  return done;
}

void leave_log_on_close(Connection& connection) {
  sqlite3_db_config(connection.raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Checkpointer::Checkpointer(Connection& connection, int pages) : pages_(pages) {
  sqlite3_wal_hook(connection.raw(), on_commit, this);
}

int Checkpointer::on_commit(void* self, sqlite3*, const char*, int pages) {
  static_cast<Checkpointer*>(self)->pages_in_log_ = pages;
  return SQLITE_OK;
}

core::Result<void> Checkpointer::run(Connection& connection) {
  if (pages_in_log_ < pages_) return {};
  const int code = sqlite3_wal_checkpoint_v2(connection.raw(), "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED) return {};
  return error_of(connection.raw(), "checkpoint");
}

}  // namespace rw::storage::sqlite
