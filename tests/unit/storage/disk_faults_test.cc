// The disk fails, at each of its operations in turn: once, or until it is repaired; with an I/O error, or because it is
// full; and then, for some, the power too. A commit that failed is tried again, as the writer does. What commit() had
// returned for is there, once.
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <random>

#include "storage/writer.h"
#include "tests/support/platter.h"
#include "tests/unit/storage/script.h"

namespace rw::storage::test {
namespace {

using rw::test::DiskImage;
using rw::test::DiskOperation;
using rw::test::MemoryDisk;
using rw::test::Platter;
using rw::test::Survival;
using Fault = MemoryDisk::Fault;

constexpr std::size_t kBatches = 6;
constexpr int kTriesWhileBroken = 2;

// Writes a script to a disk that may fail; what fails is tried again, and the disk is repaired after some tries.
class Run {
 public:
  Run(const Script& script, MemoryDisk& disk) : script_(script), disk_(disk) {}

  // Looks at what the power leaves, at the first return of commit() after a failure, and at the end.
  void whole(bool power_fails) {
    retry([&]() -> core::Result<void> {
      RW_TRY(on_, StoreOnDisk::open(disk_));
      return {};
    });
    for (std::size_t group = 0; group < script_.groups(); ++group) {
      const std::uint64_t failures = disk_.failures();
      retry([&]() -> core::Result<void> {
        RW_TRY(const auto outcomes, on_.session->commit(script_.group(group)));
        REQUIRE(outcomes.size() == script_.group(group).size());
        return {};
      });
      const std::size_t kept = script_.group_begin(group + 1);
      if (power_fails && disk_.failures() != failures) lose_power(kept);
      if (const auto kept_up = on_.session->checkpoint(); !kept_up.ok()) {
        REQUIRE(kept_up.error().code == core::ErrorCode::kIo);
        ++checkpoint_failures_;
      }
    }
    disk_.repair();
    if (power_fails) lose_power(script_.size());
    REQUIRE(Script::difference(Script::rows_in(disk_), script_.rows(script_.size())) == std::vector<std::string>());
  }

  std::size_t checkpoint_failures() const { return checkpoint_failures_; }

 private:
  template <class Try>
  void retry(const Try& attempt) {
    for (int tries = 1;; ++tries) {
      const core::Result<void> done = attempt();
      if (done.ok()) return;
      INFO(core::render(done.error()));
      REQUIRE(done.error().code == core::ErrorCode::kIo);
      REQUIRE(tries <= kTriesWhileBroken);
      if (tries == kTriesWhileBroken) disk_.repair();
    }
  }

  void lose_power(std::size_t kept) {
    std::mt19937 chance(static_cast<std::uint32_t>(disk_.log().size()));
    Platter platter;
    for (const DiskOperation& operation : disk_.log()) platter.take(operation);
    for (const Survival survival : {Survival::kSynced, Survival::kSome}) {
      MemoryDisk left(platter.left(survival, chance));
      (void)must(StoreOnDisk::open(left));
      REQUIRE(Script::difference(Script::rows_in(left), script_.rows(kept)) == std::vector<std::string>());
    }
  }

  const Script& script_;
  MemoryDisk& disk_;
  StoreOnDisk on_;
  std::size_t checkpoint_failures_ = 0;
};

// The disk operations of a run in which nothing fails, but for closing.
std::uint64_t operations_of(const Script& script) {
  MemoryDisk disk;
  Run run(script, disk);
  run.whole(false);
  return disk.operations();
}

// From every operation, or (as the ways through the code are the same) from every so many.
void fail_everywhere(const char* what, const Fault& fault, std::uint64_t every) {
  every *= REGWARDEN_SAMPLE;
  const Script script(kBatches);
  const std::uint64_t operations = operations_of(script);
  std::uint64_t failures = 0;
  std::size_t checkpoint_failures = 0;
  for (std::uint64_t at = 0; at < operations; at += every) {
    INFO(what << ", from operation " << at << " of " << operations);
    MemoryDisk disk;
    disk.fail_at(at, fault);
    Run run(script, disk);
    run.whole(true);
    failures += disk.failures();
    checkpoint_failures += run.checkpoint_failures();
  }
  std::cout << what << ": from " << operations / every << " of " << operations << " operations, " << failures
            << " failures, " << checkpoint_failures << " of checkpoints\n";
  CHECK(operations > 300);
  CHECK(failures >= (fault.kind == Fault::Kind::kIo ? operations / every / 2 : 20 / REGWARDEN_SAMPLE));
  if (REGWARDEN_SAMPLE == 1) CHECK(checkpoint_failures > 0);
}

}  // namespace

TEST_CASE("an operation of the disk fails once: the commit is tried again, nothing is lost or twice") {
  fail_everywhere("I/O error, once", {}, 1);
}

TEST_CASE("the disk fails until it is repaired") { fail_everywhere("I/O errors, lasting", {.lasting = true}, 5); }

TEST_CASE("the disk loses what it says it could not sync") {
  fail_everywhere("I/O error, once, old content back", {.reverts = true}, 5);
}

TEST_CASE("the disk is full until there is room") {
  fail_everywhere("full disk, lasting", {.kind = Fault::Kind::kFull, .lasting = true}, 5);
}

// What fsync could not write stays in memory, marked as written. A daemon that is killed then and started again reads
// it there, and must not take it for durable.
TEST_CASE("a sync fails, the daemon is killed and started again, and then the power fails") {
  const Script script(kBatches);
  const std::uint64_t operations = operations_of(script);
  std::size_t syncs = 0;
  std::size_t seen_beyond = 0;  // restarts that saw a commit that had failed
  for (std::uint64_t at = 0; at < operations; ++at) {
    INFO("operation " << at << " of " << operations);
    MemoryDisk before;
    before.fail_at(at, {});
    std::size_t kept = 0;
    bool broken = false;
    DiskImage seen;
    {
      auto opened = StoreOnDisk::open(before);
      broken = !opened.ok();
      for (std::size_t group = 0; !broken && group < script.groups(); ++group) {
        broken = !opened->session->commit(script.group(group)).ok();
        if (broken) break;
        kept = script.group_begin(group + 1);
        broken = !opened->session->checkpoint().ok();
      }
      if (!broken || before.log().empty() || before.log().back().kind != DiskOperation::Kind::kFailedSync) {
        // Rolling back writes nothing, so that a failed sync is the last of the log.
        continue;
      }
      seen = before.seen();  // killed: nobody closes anything
    }
    ++syncs;
    Platter platter;
    std::mt19937 chance(static_cast<std::uint32_t>(at));
    for (const DiskOperation& operation : before.log()) {
      platter.take(operation);
      if (operation.kind == DiskOperation::Kind::kFailedSync) break;
    }
    const DiskImage durable = platter.left(Survival::kSynced, chance);

    MemoryDisk after(seen, durable);
    std::size_t acknowledged_at = 0;  // operations, when all of the script is
    {
      StoreOnDisk on = must(StoreOnDisk::open(after));
      const std::size_t there = Script::batches_in(Script::rows_in(after));
      REQUIRE(there >= kept);
      if (there > kept) ++seen_beyond;
      if (there < script.size()) must(on.session->commit(script.from(there)));
      acknowledged_at = after.log().size();
      must(on.session->checkpoint());
    }
    Platter second(seen, durable);
    for (std::size_t done = 0; done <= after.log().size(); ++done) {
      INFO("then after operation " << done << " of " << after.log().size());
      for (const Survival survival : {Survival::kSynced, Survival::kSome}) {
        if ((at + done) % REGWARDEN_SAMPLE != 0) continue;
        MemoryDisk left(second.left(survival, chance));
        (void)must(sqlite::open(StoreOnDisk::options(left)));
        const auto rows = Script::rows_in(left);
        const std::size_t batches = Script::batches_in(rows);
        REQUIRE(batches >= (done < acknowledged_at ? kept : script.size()));
        REQUIRE(Script::difference(rows, script.rows(batches)) == std::vector<std::string>());
      }
      if (done < after.log().size()) second.take(after.log()[done]);
    }
  }
  std::cout << "failed syncs before a restart: " << syncs << ", of which " << seen_beyond
            << " left a commit to be seen that was not durable\n";
  CHECK(syncs > 8);
  CHECK(seen_beyond > 3);
}

TEST_CASE("a checkpoint that fails is told, and costs nothing but room") {
  const Script script(kBatches);
  MemoryDisk disk;
  StoreOnDisk on = must(StoreOnDisk::open(disk));
  must(on.session->commit(script.from(0)));
  disk.fail_at(disk.operations(), {.lasting = true});
  for (int i = 0; i < 2; ++i) {
    const auto failed = on.session->checkpoint();
    REQUIRE_FALSE(failed.ok());
    CHECK(failed.error() == core::Error{core::ErrorCode::kIo, "checkpoint: disk I/O error",
                                        "check the disk and the permissions of data_dir"});
  }
  disk.repair();
  must(on.session->checkpoint());
  CHECK(Script::difference(Script::rows_in(disk), script.rows(script.size())).empty());
}

TEST_CASE("a writer on a full disk waits, says so, and goes on by itself") {
  const Script script(kBatches);
  MemoryDisk disk;
  StoreOnDisk on = must(StoreOnDisk::open(disk));
  core::Counters counters;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> done;
  {
    Writer writer(std::move(on.session), {}, counters);
    CHECK_FALSE(writer.stall().has_value());
    disk.fail_at(disk.operations(), {.kind = Fault::Kind::kFull, .lasting = true});
    Batch batch = batch_of({set_value(1)});
    batch.on_done = [&](const core::Result<CommitOutcome>& outcome) {
      const std::lock_guard lock(mutex);
      done.push_back(outcome.ok() ? std::to_string(outcome->registry_stored) : outcome.error().message);
      changed.notify_all();
    };
    const auto before = std::chrono::steady_clock::now();
    REQUIRE(writer.try_submit(batch));
    while (counters.value(core::Counter::kCommitFailures) < 2) std::this_thread::yield();
    const auto stall = writer.stall();
    REQUIRE(stall.has_value());
    CHECK(stall->since >= before);
    CHECK(stall->message == "write: database or disk is full");
    CHECK(writer.stalled());
    {
      const std::lock_guard lock(mutex);
      CHECK(done.empty());
    }
    disk.repair();
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return !done.empty(); }));
    CHECK(done == std::vector<std::string>{"1"});
    CHECK_FALSE(writer.stall().has_value());
  }
  auto reader = must(on.store->open_reader());
  ListRequest all;
  all.listing = Listing::kRegistryEvents;
  CHECK(must(reader->list(all)).table.rows.size() == 1);
}

}  // namespace rw::storage::test
