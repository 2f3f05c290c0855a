#include "storage/sqlite/data_dir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

namespace rw::storage::sqlite {

std::string database_file(const std::string& data_dir) {
  return (std::filesystem::path(data_dir) / "regwarden.db").string();
}

core::Result<std::string> existing_database(const std::string& data_dir) {
  std::string file = database_file(data_dir);
  std::error_code error;
  if (std::filesystem::exists(file, error)) return file;
  return core::Error{core::ErrorCode::kNotFound, file + ": no such database", "check data_dir"};
}

std::uint64_t size_of_file(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

core::Result<void> sync_directory(const std::filesystem::path& dir) {
  const int fd = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int failed = fd < 0 || ::fsync(fd) != 0 ? errno : 0;
  if (fd >= 0) ::close(fd);
  // EINVAL: a file system that does not know how to sync a directory; SQLite ignores it likewise.
  if (failed == 0 || failed == EINVAL) return {};
  return core::Error{core::ErrorCode::kIo, fmt::format("{}: {}", dir.string(), std::strerror(failed)),
                     "check the disk and the permissions of data_dir"};
}

core::Result<void> make_data_dir(const std::filesystem::path& dir, const SyncDirectory& sync) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(dir, error);
  std::filesystem::path made;
  for (const std::filesystem::path& part : whole) {
    const std::filesystem::path parent = made;
    made /= part;
    if (part.empty() || std::filesystem::is_directory(made, error)) continue;
    std::filesystem::create_directory(made, error);
    if (error) {
      return core::Error{core::ErrorCode::kIo, fmt::format("data_dir {}: {}", dir.string(), error.message()),
                         "make the directory, owned by the user regwarden runs as"};
    }
    RW_CHECK(sync(parent));
  }
  return {};
}

core::Result<void> make_data_dir(const std::filesystem::path& dir) { return make_data_dir(dir, sync_directory); }

}  // namespace rw::storage::sqlite
