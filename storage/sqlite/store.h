// The SQLite engine: DATA_DIR/regwarden.db in WAL mode. Any number of processes may read and write it side by side;
// the daemon alone holds the DataDirLock.
#pragma once

#include <memory>
#include <string>

#include "storage/sqlite/write_ahead_log.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

struct Options {
  std::string data_dir;
  bool create = true;      // make the directory and the file where they are missing
  bool exclusive = false;  // hold the DataDirLock as long as the store is open
  std::string vfs = {};    // SQLite's name of the file system to use; empty: that of the operating system
  int checkpoint_pages = kCheckpointPages;  // see SqliteWriteSession
};

// Opens and migrates. Errors: NotFound (create is false and nothing is there), Io, Busy (another daemon serves the
// directory), Unsupported.
core::Result<std::unique_ptr<Store>> open(const Options& options);

}  // namespace rw::storage::sqlite
