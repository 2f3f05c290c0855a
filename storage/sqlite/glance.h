// A look at a database that changes nothing: neither its schema, nor a byte, nor the files beside it. Others may use
// it meanwhile.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "daemon/core/result.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

struct Glance {
  int schema_version = 0;
  int newest_version = 0;  // that this program knows; an older schema is brought there by the next start of the daemon
  std::vector<std::string> faults;  // of PRAGMA quick_check: pages and b-trees, not what is in them; the first few
  bool is_whole = true;             // false: the time was over first
};

// `patience`: for the quick check. Errors: NotFound, Io (it cannot be opened, or is no database).
core::Result<Glance> glance(const std::string& data_dir, std::chrono::milliseconds patience);

// For reading alone. Errors: NotFound, Io, Unsupported (a schema that is older or newer than this program's).
core::Result<std::unique_ptr<Reader>> open_reader(const std::string& data_dir);

}  // namespace rw::storage::sqlite
