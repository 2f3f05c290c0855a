// The power fails at every moment of a store's life: while its file is made, brought to the newest schema, written,
// checkpointed, closed. What commit() had returned for is there afterwards, whole; what it had not is there whole or
// not at all.
#include <array>
#include <functional>
#include <iostream>
#include <random>
#include <set>
#include <tuple>

#include "storage/sqlite/data_dir.h"
#include "storage/sqlite/schema.h"
#include "tests/support/platter.h"
#include "tests/unit/storage/script.h"

namespace rw::storage::test {
namespace {

using rw::test::DiskImage;
using rw::test::MemoryDisk;
using rw::test::Platter;
using rw::test::Survival;

constexpr std::array kSurvivals = {Survival::kSynced, Survival::kAll, Survival::kLastTorn, Survival::kSome,
                                   Survival::kSomeGarbage};

// How far the script was at each operation of the disk.
struct Progress {
  struct Step {
    std::size_t operations;  // of the log
    std::size_t begun;       // batches handed to commit()
    std::size_t kept;        // batches that it has returned for
  };
  std::vector<Step> steps;

  const Step& at(std::size_t operations) const {
    const Step* found = &steps.front();
    for (const Step& step : steps) {
      if (step.operations <= operations) found = &step;
    }
    return *found;
  }
};

// Writes groups of the script from the given one on, checkpointing as the writer does, and closes the store.
void write(const Script& script, const MemoryDisk& disk, std::size_t first_group, Progress& progress) {
  StoreOnDisk on = must(StoreOnDisk::open(disk));
  for (std::size_t group = first_group; group < script.groups(); ++group) {
    const std::size_t end = script.group_begin(group + 1);
    progress.steps.push_back({disk.log().size(), end, script.group_begin(group)});
    must(on.session->commit(script.group(group)));
    progress.steps.push_back({disk.log().size(), end, end});
    must(on.session->checkpoint());
  }
}

// Opens what is left and looks at it; on_with_it: writes the rest of the script, too.
void recover(const Script& script, const DiskImage& left, const Progress::Step& step, bool on_with_it) {
  MemoryDisk disk(left);
  const auto store = must(sqlite::open(StoreOnDisk::options(disk)));
  const auto rows = Script::rows_in(disk);
  const std::size_t there = Script::batches_in(rows);
  REQUIRE(there >= step.kept);
  REQUIRE(there <= step.begun);
  REQUIRE(Script::difference(rows, script.rows(there)) == std::vector<std::string>());
  if (!on_with_it || there == script.size()) return;
  must(must(store->open_writer())->commit(script.from(there)));
  REQUIRE(Script::difference(Script::rows_in(disk), script.rows(script.size())) == std::vector<std::string>());
}

struct Cuts {
  std::size_t images = 0;
  std::size_t distinct = 0;  // the others were looked at before
};

Cuts fail_everywhere(const Script& script, const MemoryDisk& disk, const Progress& progress, std::uint32_t seed) {
  std::mt19937 chance(seed);
  Platter platter;
  Cuts cuts;
  std::set<std::tuple<std::size_t, std::size_t, std::size_t>> seen;  // the image's hash, and what must be in it
  for (std::size_t done = 0; done <= disk.log().size(); ++done) {
    const Progress::Step& step = progress.at(done);
    for (const Survival survival : kSurvivals) {
      if (done % REGWARDEN_SAMPLE != 0) continue;
      ++cuts.images;
      const DiskImage left = platter.left(survival, chance);
      std::string all;
      for (const auto& [path, content] : left) all += path + content;
      if (!seen.emplace(std::hash<std::string>()(all), step.begun, step.kept).second) continue;
      ++cuts.distinct;
      INFO("after operation " << done << " of " << disk.log().size() << ", survival " << static_cast<int>(survival));
      recover(script, left, step, survival == Survival::kSome);
    }
    if (done < disk.log().size()) platter.take(disk.log()[done]);
  }
  return cuts;
}

std::size_t count(const MemoryDisk& disk, rw::test::DiskOperation::Kind kind) {
  std::size_t found = 0;
  for (const auto& operation : disk.log()) found += operation.kind == kind ? 1U : 0U;
  return found;
}

}  // namespace

TEST_CASE("power lost at any moment: what was acknowledged is there, and everything whole") {
  const Script script(16);
  MemoryDisk disk;
  Progress progress{{{0, 0, 0}}};
  write(script, disk, 0, progress);
  REQUIRE(Script::difference(Script::rows_in(disk), script.rows(script.size())) == std::vector<std::string>());
  // Checkpoints ran while it was written: the log began anew instead of growing.
  CHECK(count(disk, rw::test::DiskOperation::Kind::kSync) > 2 * script.groups());

  const Cuts cuts = fail_everywhere(script, disk, progress, 20261011);
  std::cout << "power loss: " << cuts.images << " images (" << cuts.distinct << " distinct) of "
            << disk.log().size() / REGWARDEN_SAMPLE + 1 << " moments, all recovered\n";
  CHECK(disk.log().size() > 400);
  CHECK(cuts.distinct > 1500 / REGWARDEN_SAMPLE);
}

TEST_CASE("power lost at any moment of bringing an old database to the newest schema") {
  const auto open = [](const MemoryDisk& disk) {
    return must(sqlite::Connection::open("/tmp/regwarden.db", sqlite::Connection::Mode::kReadWrite, disk.vfs()));
  };
  DiskImage old;
  {
    MemoryDisk disk;
    auto connection = open(disk);
    must(sqlite::migrate(connection, 2));
    for (int i = 1; i <= 100; ++i) {
      const std::string number = std::to_string(i);
      must(connection.execute(("INSERT INTO term VALUES (" + number + ", 'kept')").c_str()));
      must(connection.execute(("INSERT INTO run VALUES (" + number + ", 'd', 'D', 'scheduled', " + number +
                               ", 0, 0, 0, 0, 'done', 0, NULL)")
                                  .c_str()));
    }
    old = disk.seen();  // as after a crash: the log is there
  }
  std::vector<std::string> newest;
  {
    MemoryDisk disk;
    (void)must(StoreOnDisk::open(disk));
    auto connection = open(disk);
    newest = rows_of(connection, "SELECT type, name, sql FROM sqlite_master ORDER BY name");
  }

  MemoryDisk disk(old);
  (void)must(StoreOnDisk::open(disk));
  std::mt19937 chance(20261011);
  Platter platter(old);
  for (std::size_t done = 0; done <= disk.log().size(); ++done) {
    for (const Survival survival : kSurvivals) {
      if (done % REGWARDEN_SAMPLE != 0) continue;
      INFO("after operation " << done << " of " << disk.log().size() << ", survival " << static_cast<int>(survival));
      const MemoryDisk left(platter.left(survival, chance));
      (void)must(sqlite::open(StoreOnDisk::options(left)));
      auto connection = open(left);
      REQUIRE(rows_of(connection, "PRAGMA integrity_check") == std::vector<std::string>{"ok"});
      REQUIRE(rows_of(connection, "SELECT type, name, sql FROM sqlite_master ORDER BY name") == newest);
      REQUIRE(rows_of(connection, "SELECT count(*), min(text), max(text) FROM term") ==
              std::vector<std::string>{"100|kept|kept"});
      REQUIRE(rows_of(connection, "SELECT count(*), sum(scheduled_time) FROM run") ==
              std::vector<std::string>{"100|5050"});
    }
    if (done < disk.log().size()) platter.take(disk.log()[done]);
  }
  std::cout << "migration: " << disk.log().size() / REGWARDEN_SAMPLE + 1 << " moments, all recovered\n";
  CHECK(disk.log().size() > 50);
}

TEST_CASE("a new data directory is durable before a file is in it") {
  const Folder folder;
  std::vector<std::string> synced;
  const auto sync = [&](const std::filesystem::path& dir) -> core::Result<void> {
    synced.push_back(std::filesystem::relative(dir, folder.path()).string());
    return sqlite::sync_directory(dir);
  };
  const std::filesystem::path dir = std::filesystem::path(folder.path()) / "var" / "lib" / "regwarden";
  must(sqlite::make_data_dir(dir, sync));
  CHECK(synced == std::vector<std::string>{".", "var", "var/lib"});
  must(sqlite::make_data_dir(dir, sync));
  CHECK(synced.size() == 3);

  const auto failed = sqlite::make_data_dir(dir / "more", [](const auto&) -> core::Result<void> {
    return core::Error{core::ErrorCode::kIo, "broken"};
  });
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().message == "broken");
  const auto missing = sqlite::sync_directory(dir / "none");
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().message == (dir / "none").string() + ": No such file or directory");
}

}  // namespace rw::storage::test
