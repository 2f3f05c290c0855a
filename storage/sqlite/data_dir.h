// The data directory, made so that it is still there after a power failure: SQLite syncs the entries of its files in
// the directory, but nobody syncs the directory's own entry in its parent. And where the database is in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "daemon/core/result.h"

namespace rw::storage::sqlite {

// Makes the directory and all that is missing above it, each one's entry synced before the next. Errors: Io.
core::Result<void> make_data_dir(const std::filesystem::path& dir);

std::string database_file(const std::string& data_dir);
// The same, for those who make none. Errors: NotFound.
core::Result<std::string> existing_database(const std::string& data_dir);
// 0: it is not there.
std::uint64_t size_of_file(const std::string& path);

// fsync(2) of a directory. Errors: Io.
core::Result<void> sync_directory(const std::filesystem::path& dir);

// make_data_dir() with another way to sync; for tests.
using SyncDirectory = std::function<core::Result<void>(const std::filesystem::path&)>;
core::Result<void> make_data_dir(const std::filesystem::path& dir, const SyncDirectory& sync);

}  // namespace rw::storage::sqlite
