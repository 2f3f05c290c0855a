// The data directory, made so that it is still there after a power failure: SQLite syncs the entries of its files in
// the directory, but nobody syncs the directory's own entry in its parent.
#pragma once

#include <filesystem>
#include <functional>

#include "daemon/core/result.h"

namespace rw::storage::sqlite {

// Makes the directory and all that is missing above it, each one's entry synced before the next. Errors: Io.
core::Result<void> make_data_dir(const std::filesystem::path& dir);

// fsync(2) of a directory. Errors: Io.
core::Result<void> sync_directory(const std::filesystem::path& dir);

// make_data_dir() with another way to sync; for tests.
using SyncDirectory = std::function<core::Result<void>(const std::filesystem::path&)>;
core::Result<void> make_data_dir(const std::filesystem::path& dir, const SyncDirectory& sync);

}  // namespace rw::storage::sqlite
