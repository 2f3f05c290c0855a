// What a database holds, and what it takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/time.h"

namespace rw::storage::sqlite {

struct TableStats {
  std::string name;
  std::int64_t rows = 0;
  std::uint64_t bytes = 0;        // its pages
  std::uint64_t index_bytes = 0;  // those of its indexes
};

struct DatabaseStats {
  std::int64_t schema_version = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t log_bytes = 0;   // of the write-ahead log
  std::uint64_t used_bytes = 0;  // of the file: without the pages that are free in it
  std::uint64_t free_bytes = 0;
  bool shrinks = false;            // upkeep can give free pages back
  std::vector<TableStats> tables;  // the largest first
  std::int64_t events = 0;         // registry and process events
  std::uint64_t event_bytes = 0;   // of all that events need: their tables, what these refer to, and indexes
  std::optional<core::Micros> oldest, newest;  // times of events
  std::optional<core::Micros> upkeep, swept;   // when the last round, the last sweep was complete
};

// Reads the whole database. Errors: NotFound, Unsupported (an older or newer schema), Io.
core::Result<DatabaseStats> stats(const std::string& data_dir);

}  // namespace rw::storage::sqlite
