#include "daemon/cli/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

namespace rw::cli {
namespace {

// What a child process that has given up its rights exits with.
int in_sandbox(const std::string& data_dir, const std::function<int()>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool whole = enter_sandbox(data_dir).empty();
    ::_exit(whole ? act() : 99);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

// 0, or errno.
int make_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  return fd < 0 ? errno : ::close(fd);
}

// Empty: there is none that those in the sandbox may not write to, but we may.
std::filesystem::path place_outside() {
  const char* const home = std::getenv("HOME");
  for (const std::filesystem::path& place :
       {std::filesystem::current_path(), std::filesystem::path(home ? home : "/")}) {
    const std::string text = place.string() + "/";
    const bool inside = text.starts_with("/tmp/") || text.starts_with("/var/tmp/") || text.starts_with("/dev/");
    if (!inside && ::access(place.c_str(), W_OK) == 0) return place;
  }
  return {};
}

}  // namespace

TEST_CASE("who has entered the sandbox writes to the data directory alone") {
  const std::filesystem::path place = place_outside();
  if (::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) < 1 || place.empty()) {
    WARN("not tried: this kernel has no Landlock, or all that may be written to lies in /tmp");
    return;
  }
  const std::string folder = place / ("sandbox-" + std::to_string(::getpid()));
  const std::string data_dir = folder + "/data";
  std::filesystem::create_directories(data_dir);
  const std::string outside = folder + "/outside";
  REQUIRE(make_file(outside) == 0);

  CHECK(in_sandbox(data_dir, [&] { return make_file(data_dir + "/made"); }) == 0);
  CHECK(std::filesystem::exists(data_dir + "/made"));
  CHECK(in_sandbox(data_dir, [&] { return ::rename((data_dir + "/made").c_str(), (data_dir + "/moved").c_str()); }) ==
        0);
  CHECK(in_sandbox(data_dir, [&] { return ::unlink((data_dir + "/moved").c_str()); }) == 0);
  CHECK(in_sandbox(data_dir, [&] { return make_file("/tmp/regwarden-" + std::to_string(::getpid())); }) == 0);
  CHECK(in_sandbox(data_dir, [&] { return make_file("/dev/null"); }) == 0);

  CHECK(in_sandbox(data_dir, [&] { return make_file(folder + "/new"); }) == EACCES);
  CHECK(in_sandbox(data_dir, [&] { return make_file(outside); }) == EACCES);
  CHECK(in_sandbox(data_dir, [&] { return ::unlink(outside.c_str()) == 0 ? 0 : errno; }) == EACCES);
  CHECK(in_sandbox(data_dir, [&] { return ::open(outside.c_str(), O_RDONLY | O_CLOEXEC) < 0 ? errno : 0; }) == 0);
  // Threads that begin later, too.
  CHECK(in_sandbox(data_dir, [&] {
          int error = 0;
          std::thread([&] { error = make_file(outside); }).join();
          return error;
        }) == EACCES);
  std::filesystem::remove_all(folder);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
TEST_CASE("who has entered the sandbox starts no program") {
  const auto start = [] {
    const char* const arguments[] = {"true", nullptr};
    ::execv("/bin/true", const_cast<char* const*>(arguments));  // NOLINT: execv's own type
    return errno;
  };
  CHECK(in_sandbox("/tmp", start) == EPERM);
}
#endif

}  // namespace rw::cli
