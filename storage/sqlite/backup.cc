#include "storage/sqlite/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "daemon/core/file_descriptor.h"
#include "daemon/core/units.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/data_dir.h"

namespace rw::storage::sqlite {
namespace {

constexpr int kPagesAtOnce = 1024;  // 4 MiB

core::Error backup_fault(const std::string& file, int code) {
  return {core::ErrorCode::kIo, fmt::format("{}: {}", file, std::strerror(code))};
}

struct FinishBackup {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

core::Result<void> sync(const std::string& path, int flags) {
  const core::FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC));
  if (file.get() < 0 || ::fsync(file.get()) != 0) return backup_fault(path, errno);
  return {};
}

// The unfinished copy: gone with this, unless it got its name.
class PartFile {
 public:
  static core::Result<std::unique_ptr<PartFile>> create(const std::string& file) {
    const std::string path = file + ".part";
    const core::FileDescriptor made(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    if (made.get() >= 0) return std::unique_ptr<PartFile>(new PartFile(path));
    if (errno != EEXIST) return backup_fault(path, errno);
    return core::Error{core::ErrorCode::kInvalidInput, path + ": is there already",
                       "another backup is under way, or one was broken off: then remove it"};
  }
  ~PartFile() {
    for (const char* rest : {"", "-journal", "-wal", "-shm"}) ::unlink((path_ + rest).c_str());
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::string& path() const { return path_; }

  core::Result<void> finish(const std::string& file) {
    RW_CHECK(sync(path_, O_RDONLY));
    // Unlike a rename, a link never replaces.
    if (::link(path_.c_str(), file.c_str()) != 0) return backup_fault(file, errno);
    ::unlink(path_.c_str());
    const std::filesystem::path folder = std::filesystem::path(file).parent_path();
    return sync(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
  }

 private:
  explicit PartFile(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

core::Result<void> expect_room(const std::string& file, std::uint64_t bytes) {
  const std::filesystem::path parent = std::filesystem::path(file).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  if (error) return core::Error{core::ErrorCode::kIo, fmt::format("{}: {}", folder, error.message())};
  if (space.available >= bytes) return {};
  return core::Error{core::ErrorCode::kIo,
                     fmt::format("{}: the copy needs {} MiB, there are {} MiB free", folder, bytes / core::kMiB + 1,
                                 space.available / core::kMiB),
                     "free some space, or name a file on another disk"};
}

core::Result<void> copy(Connection& source, Connection& target, std::int64_t page_bytes,
                        const BackupProgress& progress) {
  const std::unique_ptr<sqlite3_backup, FinishBackup> backup(
      sqlite3_backup_init(target.raw(), "main", source.raw(), "main"));
  if (backup == nullptr) return error_of(target.raw(), "backup");
  while (true) {
    const int code = sqlite3_backup_step(backup.get(), kPagesAtOnce);
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_OK) {
      return core::Error{core::ErrorCode::kIo, fmt::format("backup: {}", sqlite3_errstr(code)), "check the disk"};
    }
    if (!progress) continue;
    const std::int64_t total = sqlite3_backup_pagecount(backup.get());
    const std::int64_t done = total - sqlite3_backup_remaining(backup.get());
    progress(static_cast<std::uint64_t>(done * page_bytes), static_cast<std::uint64_t>(total * page_bytes));
  }
}

core::Result<std::int64_t> check_copy(Connection& copy, const std::string& path) {
  RW_TRY(Statement check, copy.prepare("PRAGMA integrity_check(1)"));
  RW_TRY(const bool row, check.step());
  if (!row || check.text(0) != "ok") {
    return core::Error{core::ErrorCode::kIo, fmt::format("{}: the copy is damaged: {}", path, row ? check.text(0) : ""),
                       "is the database? 'regwarden db check' tells"};
  }
  return copy.query_integer("SELECT (SELECT count(*) FROM registry_event) + (SELECT count(*) FROM process_event)");
}

}  // namespace

core::Result<BackupReport> back_up(const std::string& data_dir, const std::string& file,
                                   const BackupProgress& progress) {
  RW_TRY(const std::string database, existing_database(data_dir));
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(file, error))) {
    return core::Error{core::ErrorCode::kInvalidInput, file + ": is there already",
                       "a backup replaces nothing: name a new file"};
  }
  RW_TRY(Connection source, Connection::open(database, Connection::Mode::kReadOnly));
  // One state of the database for the whole copy: without it, every commit of the daemon would begin it anew.
  RW_CHECK(source.execute("BEGIN"));
  RW_TRY(const std::int64_t page_bytes, source.query_integer("PRAGMA page_size"));
  RW_TRY(const std::int64_t pages, source.query_integer("SELECT count(*) * 0 + (SELECT * FROM pragma_page_count)"
                                                        " FROM sqlite_master"));
  BackupReport report;
  report.bytes = static_cast<std::uint64_t>(pages * page_bytes);
  RW_CHECK(expect_room(file, report.bytes));
  RW_TRY(const auto part, PartFile::create(file));
  {
    RW_TRY(Connection target, Connection::open(part->path(), Connection::Mode::kReadWrite));
    RW_CHECK(target.execute("PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE"));  // synced when complete
    RW_CHECK(copy(source, target, page_bytes, progress));
    RW_CHECK(source.execute("COMMIT"));
    RW_TRY(report.events, check_copy(target, part->path()));
  }
  RW_CHECK(part->finish(file));
  return report;
}

}  // namespace rw::storage::sqlite
