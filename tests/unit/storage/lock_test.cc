#include "storage/sqlite/lock.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/storage/database.h"

namespace rw::storage::test {

TEST_CASE("a second daemon on a data directory is refused until the first is gone") {
  const Folder folder;
  {
    const auto store = must(sqlite::open({.data_dir = folder.path(), .exclusive = true}));
    CHECK(sqlite::lock_holder(folder.path()) == ::getpid());
    const auto second = sqlite::open({.data_dir = folder.path(), .exclusive = true});
    REQUIRE_FALSE(second.ok());
    CHECK(second.error() == core::Error{core::ErrorCode::kBusy,
                                        folder.path() + ": another regwarden (process " + std::to_string(::getpid()) +
                                            ") serves this data directory",
                                        "stop it, or give this one its own data_dir"});
    CHECK(sqlite::open({.data_dir = folder.path()}).ok());  // the tools go in beside the daemon
  }
  CHECK(sqlite::lock_holder(folder.path()) == std::nullopt);  // the file is there, with the number of who had it
  CHECK(sqlite::open({.data_dir = folder.path(), .exclusive = true}).ok());
}

TEST_CASE("nobody holds the lock of a directory that is not there") {
  CHECK(sqlite::lock_holder("/nowhere") == std::nullopt);
}

TEST_CASE("a daemon that was killed leaves no lock behind") {
  const Folder folder;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto lock = sqlite::DataDirLock::acquire(folder.path());
    const char said = lock.ok() ? '+' : '-';
    if (::write(ready[1], &said, 1) != 1) ::_exit(1);
    while (true) ::pause();
  }
  char said = 0;
  REQUIRE(::read(ready[0], &said, 1) == 1);
  CHECK(said == '+');
  const auto refused = sqlite::DataDirLock::acquire(folder.path());
  ::kill(child, SIGKILL);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  ::close(ready[0]);
  ::close(ready[1]);

  REQUIRE_FALSE(refused.ok());
  CHECK_THAT(refused.error().message, Catch::Contains("(process " + std::to_string(child) + ")"));
  CHECK(sqlite::DataDirLock::acquire(folder.path()).ok());
}

TEST_CASE("a lock in a directory that is not there is an error") {
  const auto lock = sqlite::DataDirLock::acquire("/nonexistent/data");
  REQUIRE_FALSE(lock.ok());
  CHECK(lock.error().code == core::ErrorCode::kIo);
  CHECK(lock.error().message == "/nonexistent/data/regwarden.lock: No such file or directory");
}

}  // namespace rw::storage::test
