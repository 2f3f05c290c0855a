// One daemon per data directory: an exclusive flock(2) on DATA_DIR/regwarden.lock for the life of the object. The
// kernel drops it when the process dies, so a crash leaves nothing to clean up.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/core/result.h"

namespace rw::storage::sqlite {

class DataDirLock {
 public:
  // Errors: Busy (another process holds it; the message names its process id), Io.
  static core::Result<std::unique_ptr<DataDirLock>> acquire(const std::string& data_dir);
  ~DataDirLock();
  DataDirLock(const DataDirLock&) = delete;
  DataDirLock& operator=(const DataDirLock&) = delete;

 private:
  explicit DataDirLock(int fd) : fd_(fd) {}
  const int fd_;
};

// The process that holds the lock, without touching it; nothing: none does, or it cannot be told (no /proc).
std::optional<int> lock_holder(const std::string& data_dir);

}  // namespace rw::storage::sqlite
