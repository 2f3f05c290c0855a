#include "daemon/cli/file_access.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

namespace rw::cli {
namespace {

namespace fs = std::filesystem;

std::vector<gid_t> groups_of(uid_t user, gid_t group) {
  const passwd* known = ::getpwuid(user);  // commands have one thread
  if (known == nullptr) return {group};
  std::array<gid_t, 128> groups{};
  int count = groups.size();
  if (::getgrouplist(known->pw_name, group, groups.data(), &count) < 0) return {group};
  return {groups.begin(), groups.begin() + count};
}

// bit: 4 to read, 1 to pass through a folder.
bool grants(const fs::path& path, uid_t user, const std::vector<gid_t>& groups, mode_t bit) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return false;
  if (user == 0) return true;
  if (file.st_uid == user) return (file.st_mode >> 6 & bit) != 0;
  if (std::ranges::find(groups, file.st_gid) != groups.end()) return (file.st_mode >> 3 & bit) != 0;
  return (file.st_mode & bit) != 0;
}

// Of a user whom nothing belongs to and who is in no group.
bool grants_all(const fs::path& path, mode_t bit) {
  struct stat file {};
  return ::stat(path.c_str(), &file) == 0 && (file.st_mode & bit) != 0;
}

template <class Grants>
bool reaches(const std::string& file, const Grants& may) {
  std::error_code error;
  const fs::path whole = fs::canonical(file, error);
  if (error || !may(whole, 4)) return false;
  for (fs::path folder = whole.parent_path();; folder = folder.parent_path()) {
    if (!may(folder, 1)) return false;
    if (folder == folder.parent_path()) return true;
  }
}

}  // namespace

bool may_read(const std::string& file, uid_t user, gid_t group) {
  const std::vector<gid_t> groups = groups_of(user, group);
  return reaches(file, [&](const fs::path& path, mode_t bit) { return grants(path, user, groups, bit); });
}

bool is_open_to_all(const std::string& file) { return reaches(file, grants_all); }

}  // namespace rw::cli
