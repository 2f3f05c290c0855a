#include "daemon/detect/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace rw::detect {
namespace {

namespace fs = std::filesystem;

// Deeper than any content repository; ends a walk that symbolic links make endless.
constexpr int kMaxDepth = 32;

bool is_yaml(const fs::path& path) { return path.extension() == ".yml" || path.extension() == ".yaml"; }

void report(core::Problems& problems, const std::string& path, std::string message) {
  problems.push_back({.file = path, .message = std::move(message)});
}

}  // namespace

bool FileList::is_new(const std::string& path) {
  std::error_code error;
  const fs::path canonical = fs::canonical(path, error);
  return seen_.insert(error ? path : canonical.string()).second;
}

void FileList::add_folder(const std::string& folder, int depth, std::vector<std::string>& files,
                          core::Problems& problems) {
  if (!is_new(folder)) return;
  if (depth > kMaxDepth) {
    report(problems, folder, fmt::format("folders are nested more than {} deep", kMaxDepth));
    return;
  }
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!it->path().filename().string().starts_with('.')) entries.push_back(it->path());
  }
  if (error) {
    report(problems, folder, fmt::format("cannot read the folder: {}", error.message()));
    return;
  }
  std::ranges::sort(entries);
  for (const fs::path& entry : entries) {
    std::error_code ignored;  // a dangling link is neither folder nor file: opening a .yml one reports it
    if (fs::is_directory(entry, ignored)) {
      add_folder(entry.string(), depth + 1, files, problems);
    } else if (is_yaml(entry) && is_new(entry.string())) {
      files.push_back(entry.string());
    }
  }
}

std::vector<std::string> FileList::add(const std::string& path, core::Problems& problems) {
  std::vector<std::string> files;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    report(problems, path, "no such file or folder");
  } else if (error) {
    report(problems, path, fmt::format("cannot read: {}", error.message()));
  } else if (fs::is_directory(status)) {
    add_folder(path, 1, files, problems);
  } else if (is_new(path)) {
    files.push_back(path);
  }
  return files;
}

}  // namespace rw::detect
