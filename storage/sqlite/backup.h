// A copy of the database, made while others write to it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "daemon/core/result.h"

namespace rw::storage::sqlite {

struct BackupReport {
  std::uint64_t bytes = 0;
  std::int64_t events = 0;  // registry and process events in it
};

// Copies DATA_DIR/regwarden.db as it is at one moment, the call's: all that was committed (acknowledged) before is in
// it. Writers go on, but the write-ahead log grows while it lasts, since nothing of it can be taken over.
// The copy is written to FILE.part, synced, checked (PRAGMA integrity_check), and only then gets its name. FILE must
// not be there. progress: bytes copied, and of how many; may be empty.
// Errors: InvalidInput (FILE or FILE.part is there), NotFound (no database), Io (space, damage).
using BackupProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;
core::Result<BackupReport> back_up(const std::string& data_dir, const std::string& file,
                                   const BackupProgress& progress);

}  // namespace rw::storage::sqlite
