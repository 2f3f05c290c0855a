// What retention lets go, and what nothing refers to any more, deleted in small steps by the writer between commits. A
// round, in this order: events, findings and runs that are too old; the oldest events, while the database is too large;
// where it is due, the mark and sweep of what no event refers to; and free pages given back to the file system where
// there are many. When the last round is more than a day ago, nothing goes by age for an hour: the clock may be wrong.
// Used on the writer's thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "storage/retention.h"
#include "storage/sqlite/block_upkeep.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/dictionary.h"
#include "storage/sqlite/expiry.h"
#include "storage/sqlite/mark.h"
#include "storage/sqlite/sweep.h"
#include "storage/upkeep.h"

namespace rw::storage::sqlite {

class Upkeep {
 public:
  // Runs the body in a write transaction that other processes' writes were caught up with in. An error rolls back, and
  // the dictionary starts anew.
  using Body = std::function<core::Result<void>()>;
  using Transaction = std::function<core::Result<void>(const Body&)>;

  // Connection and dictionary outlive it. path: of the database.
  static core::Result<std::unique_ptr<Upkeep>> open(Connection& connection, Dictionary& dictionary, std::string path,
                                                    const Retention& retention);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  // Holds at once: a round that is about to delete begins anew.
  void set_retention(const Retention& retention);

  // One step: at most one transaction of a few thousand rows. Errors: those of a commit; the next call goes on.
  core::Result<UpkeepStep> step(core::Micros now, const Transaction& transaction);

 private:
  // In the order of a round.
  enum class Task { kEvents, kFindings, kRuns, kSize, kBlocks, kMark, kSweep, kFreePages, kEnd };

  Upkeep(Connection& connection, Dictionary& dictionary, std::string path, const Retention& retention)
      : connection_(connection), dictionary_(dictionary), path_(std::move(path)), retention_(retention) {}

  core::Result<void> prepare();
  void begin_round(core::Micros now);
  bool leapt();
  // True: it has done something; false: there is nothing (more) to do.
  core::Result<bool> run(Task task, const Transaction& transaction, UpkeepStep& done);
  Task next_of(Task task) const;

  core::Result<bool> delete_events(const Transaction& transaction, UpkeepStep& done);
  core::Result<bool> delete_findings(const Transaction& transaction, UpkeepStep& done);
  core::Result<bool> delete_runs(const Transaction& transaction, UpkeepStep& done);
  core::Result<bool> shrink(const Transaction& transaction, UpkeepStep& done);
  core::Result<bool> write_blocks(const Transaction& transaction);
  core::Result<bool> mark(const Transaction& transaction);
  core::Result<bool> sweep(const Transaction& transaction, UpkeepStep& done);
  core::Result<bool> free_pages();
  core::Result<void> end_round(const Transaction& transaction, UpkeepStep& done);

  // These two also take back what is written down of the blocks that they cut into.
  core::Result<std::int64_t> delete_older(cim::Dataset dataset, core::Micros before, Expiry::Walk& walk);
  core::Result<std::int64_t> delete_before(cim::Dataset dataset, core::Micros before);

  core::Result<bool> sweep_is_due();
  core::Result<bool> enough_deleted();
  bool spoilt();
  void end_sweep();
  void count_events(UpkeepStep& done, std::int64_t registry, std::int64_t processes);
  core::Result<std::int64_t> read(Statement& pragma);
  core::Result<StoreState> look();

  Connection& connection_;
  Dictionary& dictionary_;
  const std::string path_;
  Retention retention_;
  Expiry expiry_;
  BlockUpkeep blocks_;
  Statement data_version_, page_count_, free_count_;
  std::int64_t page_bytes_ = 0;
  bool can_shrink_ = false;  // the file has auto_vacuum = INCREMENTAL

  Task task_ = Task::kEnd;  // no round is under way
  core::Micros now_{};      // of the round
  std::optional<core::Micros> events_before_, findings_before_;
  Expiry::Walk registry_walk_, process_walk_, risk_walk_, notable_walk_, trigger_walk_, run_walk_;
  bool deleted_ = false;                    // in this round
  bool blocks_looked_for_ = false;          // in this round
  std::optional<core::Micros> wait_until_;  // after a leap of the clock

  bool shrinking_ = false;      // until the database is well below max_size
  bool pressing_ = false;       // it grows although it shrinks
  bool sweep_wanted_ = false;   // before more events go
  bool out_of_events_ = false;  // it is too large, and no event can go
  bool freeing_ = false;

  std::int64_t deleted_since_sweep_ = 0;  // events
  core::Micros swept_{};                  // when the last sweep ended
  core::Micros no_mark_before_{};
  core::Micros round_ended_{};  // as the table has it
  std::unique_ptr<Mark> mark_;
  std::int64_t marked_version_ = 0;  // PRAGMA data_version when it began: it holds while nobody else writes
  std::unique_ptr<Sweep> sweep_;
};

}  // namespace rw::storage::sqlite
