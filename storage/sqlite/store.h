// The SQLite engine: DATA_DIR/regwarden.db in WAL mode. Any number of processes may read and write it side by side;
// the daemon alone holds the DataDirLock.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "storage/retention.h"
#include "storage/sqlite/write_ahead_log.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

struct Options {
  std::string data_dir;
  bool create = true;      // make the directory and the file where they are missing
  bool exclusive = false;  // hold the DataDirLock as long as the store is open
  // What the writer deletes of itself; unset: nothing. Only for the one who holds the lock.
  std::optional<Retention> retention = std::nullopt;
  // What the writer keeps in memory of paths, processes and texts, so that they are stored once: at most this, and
  // those of one transaction.
  std::size_t dictionary_bytes = std::size_t{64} * 1024 * 1024;
  std::string vfs = {};  // SQLite's name of the file system to use; empty: that of the operating system
  int checkpoint_pages = kCheckpointPages;  // see SqliteWriteSession
};

// Opens and migrates. Errors: NotFound (create is false and nothing is there), Io, Busy (another daemon serves the
// directory), Unsupported.
core::Result<std::unique_ptr<Store>> open(const Options& options);

}  // namespace rw::storage::sqlite
