// Writes the database anew, without the room between its rows, and so that upkeep can give free pages back.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/core/result.h"

namespace rw::storage::sqlite {

struct CompactReport {
  std::uint64_t bytes_before = 0;  // of the file
  std::uint64_t bytes_after = 0;
};

// Takes the DataDirLock. Needs twice the room that the data takes, on the disk of data_dir.
// Errors: Busy (the daemon serves the directory), NotFound, Io (space).
core::Result<CompactReport> compact(const std::string& data_dir);

}  // namespace rw::storage::sqlite
