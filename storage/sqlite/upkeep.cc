#include "storage/sqlite/upkeep.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "storage/sqlite/data_dir.h"

namespace rw::storage::sqlite {
namespace {

using std::chrono::hours;

// A database that is too large is brought this far down, so that it is not at it with every commit.
constexpr std::uint64_t kEnoughPercent = 95;
// Storing outruns deleting.
constexpr std::uint64_t kPressingPercent = 105;
// What counts of the write-ahead log, and the most of it as a part of max_size. It grows when a reader holds an old
// state of the database for long, and deleting only makes it longer: it must not make all events go.
constexpr std::uint64_t kMostLogBytes = 128 * core::kMiB;
constexpr std::uint64_t kLogPart = 8;

// A sweep reads all events: after this share of them went, and once a day for what duplicates have left behind.
constexpr std::int64_t kSweepShare = 10;
constexpr std::int64_t kLeastDeleted = 50'000;
constexpr hours kSweepPeriod{24};
// Before events go for want of room, unless there was a sweep of late: texts of duplicates may be what takes it.
constexpr hours kFreshSweep{1};

// After another process has spoilt a mark (an import that goes on writing would spoil the next one, too).
constexpr std::chrono::minutes kSweepPause{10};

// Free pages are what the next events are stored in. Only where there are many, they are given back.
constexpr std::int64_t kLeastFreePages = 4096;
constexpr std::int64_t kFreeShare = 10;
constexpr const char* kFreeStep = "PRAGMA incremental_vacuum(256)";

// Rounds without anything to do are written down this often.
constexpr hours kRoundPeriod{1};

// Rounds are seconds apart. After a gap like this the daemon was down, or the clock has leapt: nothing goes by age for
// a while, so that a clock that was wrong can be set right.
constexpr hours kLeap{24};
constexpr hours kLeapPause{1};

}  // namespace

core::Result<std::unique_ptr<Upkeep>> Upkeep::open(Connection& connection, Dictionary& dictionary, std::string path,
                                                   const Retention& retention) {
  std::unique_ptr<Upkeep> upkeep(new Upkeep(connection, dictionary, std::move(path), retention));
  RW_CHECK(upkeep->prepare());
  return upkeep;
}

Upkeep::~Upkeep() { end_sweep(); }

core::Result<void> Upkeep::prepare() {
  RW_CHECK(expiry_.prepare(connection_));
  RW_CHECK(blocks_.prepare(connection_));
  RW_TRY(data_version_, connection_.prepare("PRAGMA data_version"));
  RW_TRY(page_count_, connection_.prepare("PRAGMA page_count"));
  RW_TRY(free_count_, connection_.prepare("PRAGMA freelist_count"));
  RW_TRY(page_bytes_, connection_.query_integer("PRAGMA page_size"));
  RW_TRY(const auto auto_vacuum, connection_.query_integer("PRAGMA auto_vacuum"));
  can_shrink_ = auto_vacuum == 2;
  RW_TRY(const auto swept, connection_.query_integer("SELECT swept FROM upkeep"));
  RW_TRY(const auto time, connection_.query_integer("SELECT time FROM upkeep"));
  swept_ = core::from_us(swept);
  round_ended_ = core::from_us(time);
  return {};
}

core::Result<UpkeepStep> Upkeep::step(core::Micros now, const Transaction& transaction) {
  UpkeepStep done;
  if (task_ == Task::kEnd) begin_round(now);
  while (task_ != Task::kEnd) {
    RW_TRY(const bool worked, run(task_, transaction, done));
    done.pressing = pressing_;
    if (worked) {
      done.more = true;
      return done;
    }
    task_ = next_of(task_);
  }
  RW_CHECK(end_round(transaction, done));
  done.finished = true;
  return done;
}

void Upkeep::set_retention(const Retention& retention) {
  retention_ = retention;
  if (task_ <= Task::kSize) begin_round(now_);
}

void Upkeep::begin_round(core::Micros now) {
  now_ = now;
  const auto before = [&](const std::optional<std::chrono::microseconds>& age) {
    return age && !leapt() ? std::optional(now - *age) : std::nullopt;
  };
  events_before_ = before(retention_.events);
  findings_before_ = before(retention_.findings);
  registry_walk_ = process_walk_ = risk_walk_ = notable_walk_ = trigger_walk_ = run_walk_ = {};
  deleted_ = false;
  blocks_looked_for_ = false;
  task_ = Task::kEvents;
}

// Whether to wait until it is clear that the time is right.
bool Upkeep::leapt() {
  if (round_ended_ == core::Micros() || now_ <= round_ended_ + kLeap) {
    wait_until_.reset();
    return false;
  }
  if (!wait_until_ || *wait_until_ > now_ + kLeapPause) wait_until_ = now_ + kLeapPause;
  return now_ < *wait_until_;
}

Upkeep::Task Upkeep::next_of(Task task) const {
  // The texts of the events that went take room, too.
  if (task == Task::kSweep && shrinking_) return Task::kSize;
  return static_cast<Task>(static_cast<int>(task) + 1);
}

core::Result<bool> Upkeep::run(Task task, const Transaction& transaction, UpkeepStep& done) {
  switch (task) {
    case Task::kEvents:
      return delete_events(transaction, done);
    case Task::kFindings:
      return delete_findings(transaction, done);
    case Task::kRuns:
      return delete_runs(transaction, done);
    case Task::kSize:
      return shrink(transaction, done);
    case Task::kBlocks:
      return write_blocks(transaction);
    case Task::kMark:
      return mark(transaction);
    case Task::kSweep:
      return sweep(transaction, done);
    case Task::kFreePages:
      return free_pages();
    case Task::kEnd:
      break;
  }
  return false;
}

void Upkeep::count_events(UpkeepStep& done, std::int64_t registry, std::int64_t processes) {
  done.registry_events += static_cast<std::uint64_t>(registry);
  done.process_events += static_cast<std::uint64_t>(processes);
  deleted_since_sweep_ += registry + processes;
  deleted_ = deleted_ || registry + processes > 0;
}

core::Result<bool> Upkeep::delete_events(const Transaction& transaction, UpkeepStep& done) {
  if (!events_before_ || (registry_walk_.over && process_walk_.over)) return false;
  std::int64_t registry = 0;
  std::int64_t processes = 0;
  const core::Result<void> walked = transaction([&]() -> core::Result<void> {
    const auto walk = [&](cim::Dataset dataset, Expiry::Walk& at, std::int64_t& deleted) -> core::Result<void> {
      if (at.over) return {};
      RW_TRY(deleted, delete_older(dataset, *events_before_, at));
      return {};
    };
    RW_CHECK(walk(cim::Dataset::kRegistry, registry_walk_, registry));
    return walk(cim::Dataset::kProcesses, process_walk_, processes);
  });
  if (!walked.ok()) return walked.error();
  count_events(done, registry, processes);
  return true;
}

core::Result<std::int64_t> Upkeep::delete_older(cim::Dataset dataset, core::Micros before, Expiry::Walk& walk) {
  const bool registry = dataset == cim::Dataset::kRegistry;
  const std::int64_t from = walk.after;
  RW_TRY(const std::int64_t deleted,
         expiry_.delete_older(registry ? Expiry::Rows::kRegistryEvents : Expiry::Rows::kProcessEvents, before, now_,
                              walk));
  if (deleted > 0) RW_CHECK(blocks_.forget_ids(dataset, from, walk.after));
  return deleted;
}

core::Result<std::int64_t> Upkeep::delete_before(cim::Dataset dataset, core::Micros before) {
  const bool registry = dataset == cim::Dataset::kRegistry;
  RW_TRY(const std::int64_t deleted,
         expiry_.delete_before(registry ? Expiry::Events::kRegistry : Expiry::Events::kProcesses, before));
  if (deleted > 0) RW_CHECK(blocks_.forget_before(dataset, before));
  return deleted;
}

core::Result<bool> Upkeep::delete_findings(const Transaction& transaction, UpkeepStep& done) {
  if (!findings_before_) return false;
  std::int64_t deleted = 0;
  const auto walk = [&](Expiry::Rows rows, Expiry::Walk& at) {
    return transaction([&]() -> core::Result<void> {
      RW_TRY(deleted, expiry_.delete_older(rows, *findings_before_, now_, at));
      return {};
    });
  };
  // Findings first: one that is there must find its trigger when its window is searched again.
  if (!risk_walk_.over) {
    RW_CHECK(walk(Expiry::Rows::kRiskEvents, risk_walk_));
  } else if (!notable_walk_.over) {
    RW_CHECK(walk(Expiry::Rows::kNotables, notable_walk_));
  } else if (!trigger_walk_.over) {
    RW_CHECK(walk(Expiry::Rows::kThrottleTriggers, trigger_walk_));
    deleted_ = deleted_ || deleted > 0;
    return true;
  } else {
    return false;
  }
  done.findings += static_cast<std::uint64_t>(deleted);
  deleted_ = deleted_ || deleted > 0;
  return true;
}

core::Result<bool> Upkeep::delete_runs(const Transaction& transaction, UpkeepStep& done) {
  if (!events_before_ || run_walk_.over) return false;
  std::int64_t deleted = 0;
  RW_CHECK(transaction([&]() -> core::Result<void> {
    RW_TRY(deleted, expiry_.delete_older(Expiry::Rows::kRuns, *events_before_, now_, run_walk_));
    return {};
  }));
  done.runs += static_cast<std::uint64_t>(deleted);
  deleted_ = deleted_ || deleted > 0;
  return true;
}

core::Result<bool> Upkeep::shrink(const Transaction& transaction, UpkeepStep& done) {
  RW_TRY(const StoreState state, look());
  done.state = state;
  if (!retention_.max_size_bytes) return false;
  const std::uint64_t most = *retention_.max_size_bytes;
  const std::uint64_t percent = most / 100;
  if (state.used_bytes > most && !shrinking_) {
    shrinking_ = true;
    sweep_wanted_ = now_ - swept_ >= kFreshSweep;
  }
  if (state.used_bytes <= percent * kEnoughPercent) {
    shrinking_ = false;
    out_of_events_ = false;
  }
  pressing_ = shrinking_ && state.used_bytes > percent * kPressingPercent;
  if (!shrinking_) return false;
  RW_TRY(const bool sweep_first, enough_deleted());
  if ((sweep_first || sweep_wanted_) && now_ >= no_mark_before_) return false;

  std::int64_t registry = 0;
  std::int64_t processes = 0;
  RW_CHECK(transaction([&]() -> core::Result<void> {
    RW_TRY(const auto before, expiry_.oldest_step());
    if (!before) return {};
    RW_TRY(registry, delete_before(cim::Dataset::kRegistry, *before));
    RW_TRY(processes, delete_before(cim::Dataset::kProcesses, *before));
    // Where clocks are ahead, the first to arrive are as old as the others, whatever time they say.
    Expiry::Walk registry_start;
    Expiry::Walk process_start;
    RW_TRY(const auto more_registry, delete_older(cim::Dataset::kRegistry, *before, registry_start));
    RW_TRY(const auto more_processes, delete_older(cim::Dataset::kProcesses, *before, process_start));
    registry += more_registry;
    processes += more_processes;
    return {};
  }));
  count_events(done, registry, processes);
  if (registry + processes > 0) return true;
  shrinking_ = false;
  pressing_ = false;
  done.out_of_events = !out_of_events_;
  out_of_events_ = true;
  return false;
}

core::Result<bool> Upkeep::enough_deleted() {
  RW_TRY(const std::int64_t events, expiry_.events_at_most());
  return deleted_since_sweep_ >= std::max(kLeastDeleted, events / kSweepShare);
}

core::Result<bool> Upkeep::sweep_is_due() {
  if (!retention_.events && !retention_.max_size_bytes) return false;
  if (now_ < no_mark_before_) return false;
  if (sweep_wanted_) return true;
  if (now_ - swept_ >= kSweepPeriod || swept_ > now_ + kSweepPeriod) return true;
  return enough_deleted();
}

core::Result<bool> Upkeep::write_blocks(const Transaction& transaction) {
  if (!blocks_looked_for_) {
    blocks_looked_for_ = true;
    RW_CHECK(blocks_.look());
  }
  if (blocks_.over()) return false;
  RW_CHECK(transaction([this] { return blocks_.step(); }));
  return true;
}

core::Result<bool> Upkeep::mark(const Transaction& transaction) {
  if (sweep_ != nullptr) return false;
  if (mark_ == nullptr) {
    RW_TRY(const bool due, sweep_is_due());
    if (!due) return false;
    // In a transaction the maps are brought up to date, and from there on they hold as long as nobody else writes.
    RW_CHECK(transaction([&]() -> core::Result<void> {
      RW_TRY(marked_version_, read(data_version_));
      return {};
    }));
    RW_TRY(mark_, Mark::begin(path_));
    dictionary_.note_in(&mark_->in_use());
    deleted_since_sweep_ = 0;
    sweep_wanted_ = false;
    return true;
  }
  RW_TRY(const std::int64_t version, read(data_version_));
  if (version != marked_version_) return spoilt();
  core::Result<bool> complete = mark_->step();
  if (!complete.ok()) {
    end_sweep();
    return std::move(complete).error();
  }
  if (!*complete) return true;
  sweep_ = std::make_unique<Sweep>(connection_, dictionary_, mark_->in_use());
  return true;
}

core::Result<bool> Upkeep::sweep(const Transaction& transaction, UpkeepStep& done) {
  if (sweep_ == nullptr) return false;
  bool valid = true;
  std::int64_t deleted = 0;
  core::Result<void> swept = transaction([&]() -> core::Result<void> {
    RW_TRY(const auto version, read(data_version_));
    valid = version == marked_version_;
    if (!valid) return {};
    if (!sweep_->prepared()) RW_CHECK(sweep_->prepare());
    RW_TRY(deleted, sweep_->step());
    if (!sweep_->over()) return {};
    return connection_.execute(fmt::format("UPDATE upkeep SET swept = {}", core::to_us(now_)).c_str());
  });
  if (!swept.ok()) {
    end_sweep();
    return std::move(swept).error();
  }
  if (!valid) return spoilt();
  if (deleted > 0) dictionary_.count_sweep();
  done.dictionary_rows += static_cast<std::uint64_t>(deleted);
  deleted_ = deleted_ || deleted > 0;
  if (!sweep_->over()) return true;
  swept_ = now_;
  end_sweep();
  return false;
}

// Another process has written: what it has looked up is not in the mark.
bool Upkeep::spoilt() {
  end_sweep();
  no_mark_before_ = now_ + kSweepPause;
  return false;
}

void Upkeep::end_sweep() {
  if (mark_ != nullptr) dictionary_.note_in(nullptr);
  sweep_.reset();
  mark_.reset();
}

core::Result<bool> Upkeep::free_pages() {
  if (!can_shrink_) return false;
  RW_TRY(const std::int64_t pages, read(page_count_));
  RW_TRY(const std::int64_t free, read(free_count_));
  const std::int64_t many = std::max(kLeastFreePages, pages / kFreeShare);
  if (free > many) freeing_ = true;
  if (free <= many / 2) freeing_ = false;
  if (!freeing_) return false;
  RW_CHECK(connection_.execute(kFreeStep));
  return true;
}

core::Result<void> Upkeep::end_round(const Transaction& transaction, UpkeepStep& done) {
  RW_TRY(done.state, look());
  if (wait_until_ && now_ < *wait_until_) return {};  // the time of this round may be wrong
  if (!deleted_ && now_ - round_ended_ < kRoundPeriod && round_ended_ <= now_) return {};
  RW_CHECK(transaction(
      [&] { return connection_.execute(fmt::format("UPDATE upkeep SET time = {}", core::to_us(now_)).c_str()); }));
  round_ended_ = now_;
  return {};
}

core::Result<std::int64_t> Upkeep::read(Statement& pragma) {
  RW_TRY(const bool row, pragma.step());
  RW_ASSERT(row);
  const std::int64_t value = pragma.integer(0);
  pragma.reset();
  return value;
}

core::Result<StoreState> Upkeep::look() {
  RW_TRY(const std::int64_t pages, read(page_count_));
  RW_TRY(const std::int64_t free, read(free_count_));
  StoreState state;
  state.seen = now_;
  state.file_bytes = size_of_file(path_);
  state.log_bytes = size_of_file(path_ + "-wal");
  const std::uint64_t most_of_log =
      std::min(kMostLogBytes, retention_.max_size_bytes.value_or(kMostLogBytes * kLogPart) / kLogPart);
  state.used_bytes = static_cast<std::uint64_t>((pages - free) * page_bytes_) + std::min(state.log_bytes, most_of_log);
  RW_TRY(state.oldest, expiry_.oldest_event());
  return state;
}

}  // namespace rw::storage::sqlite
