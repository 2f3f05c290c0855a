#include "storage/writer.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/core/time.h"

namespace rw::storage {
namespace {

constexpr std::chrono::milliseconds kPopWait{500};
constexpr std::chrono::seconds kSlowCommit{5};
constexpr std::size_t kMostNotedBytes = 1024 * 1024;
constexpr std::chrono::milliseconds kFirstBackOff{50};
constexpr std::chrono::milliseconds kLongestBackOff{2000};

// Between rounds of upkeep, and after a step that failed.
constexpr std::chrono::seconds kUpkeepPause{10};
constexpr std::chrono::seconds kUpkeepRetry{60};
// While batches wait, upkeep gets one part in this many of the time; where the store grows faster than it is cut, more
// than half.
constexpr int kUpkeepParts = 8;

bool worth_retrying(const core::Error& error) {
  return error.code == core::ErrorCode::kBusy || error.code == core::ErrorCode::kIo;
}

}  // namespace

Writer::Writer(std::unique_ptr<WriteSession> session, Options options, core::Counters& counters)
    : session_(std::move(session)),
      options_(options),
      counters_(counters),
      queue_(options.queue_bytes),
      thread_([this] { run(); }) {}

Writer::~Writer() {
  queue_.close();
  begin_stop();
  if (thread_.joinable()) thread_.join();
}

void Writer::begin_stop() {
  {
    core::Lock lock(mutex_);
    stopping_ = true;
  }
  stop_asked_.notify_all();
}

bool Writer::try_submit(Batch& batch) {
  const std::size_t bytes = batch.size_bytes();
  return queue_.try_push(batch, bytes);
}

bool Writer::submit_until(Batch& batch, std::chrono::steady_clock::time_point deadline) {
  const std::size_t bytes = batch.size_bytes();
  return queue_.push_until(batch, bytes, deadline);
}

void Writer::run() {
  while (true) {
    turns_.fetch_add(1, std::memory_order_relaxed);
    std::vector<Batch> batches = queue_.pop_all(options_.commit_bytes, next_wait());
    take_retention();
    add_noted(batches);
    const bool idle = batches.empty();
    if (!idle) {
      commit(std::move(batches));
    } else if (queue_.closed() && queue_.empty()) {
      return;
    }
    if (!queue_.closed()) keep_up(idle);
  }
}

std::chrono::milliseconds Writer::next_wait() const {
  const auto until = std::chrono::ceil<std::chrono::milliseconds>(next_upkeep_ - std::chrono::steady_clock::now());
  return std::clamp(until, std::chrono::milliseconds(0), kPopWait);
}

// A step, if it is time for one.
void Writer::keep_up(bool idle) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  if (given_up_ || start < next_upkeep_) return;
  const core::Result<UpkeepStep> step = session_->keep_up(core::SystemClock().now());
  const Clock::time_point end = Clock::now();
  if (!step.ok()) {
    if (step.error().code == core::ErrorCode::kBusy) {  // another process writes
      next_upkeep_ = end + kUpkeepPause;
      return;
    }
    next_upkeep_ = end + kUpkeepRetry;
    counters_.add(core::Counter::kUpkeepFailures);
    spdlog::error("store: upkeep: {}", core::render(step.error()));
    return;
  }
  checkpoint();
  next_upkeep_ = end;
  if (!step->more) {
    next_upkeep_ += kUpkeepPause;
  } else if (!idle) {
    next_upkeep_ += step->pressing ? (end - start) / 2 : (end - start) * (kUpkeepParts - 1);
  }
  counters_.add(core::Counter::kRegistryDeleted, step->registry_events);
  counters_.add(core::Counter::kProcessDeleted, step->process_events);
  counters_.add(core::Counter::kFindingsDeleted, step->findings);
  counters_.add(core::Counter::kRunsDeleted, step->runs);
  counters_.add(core::Counter::kDictionaryDeleted, step->dictionary_rows);
  counters_.add(core::Counter::kDictionaryForgotten, step->forgotten_entries);
  if (step->finished) counters_.add(core::Counter::kUpkeepRounds);
  if (step->out_of_events) {
    spdlog::warn("store: larger than storage.retention.max_size, and there is no event left to delete");
  }
  if (!step->state) return;
  core::Lock lock(mutex_);
  store_state_ = step->state;
}

void Writer::set_retention(const Retention& retention) {
  core::Lock lock(mutex_);
  new_retention_ = retention;
}

void Writer::take_retention() {
  core::Lock lock(mutex_);
  if (!new_retention_) return;
  session_->set_retention(*new_retention_);
  new_retention_.reset();
  next_upkeep_ = {};
}

std::optional<StoreState> Writer::store_state() const {
  core::Lock lock(mutex_);
  return store_state_;
}

bool Writer::note(std::vector<SourceSeen>& sources) {
  std::size_t bytes = 0;
  for (const SourceSeen& seen : sources) bytes += seen.size_bytes();
  core::Lock lock(mutex_);
  if (noted_bytes_ + bytes > kMostNotedBytes) return false;
  noted_bytes_ += bytes;
  noted_.insert(noted_.end(), std::make_move_iterator(sources.begin()), std::make_move_iterator(sources.end()));
  sources.clear();
  return true;
}

// In front: it was seen before what waits.
void Writer::add_noted(std::vector<Batch>& batches) {
  Batch batch;
  {
    core::Lock lock(mutex_);
    if (noted_.empty()) return;
    batch.sources.swap(noted_);
    noted_bytes_ = 0;
  }
  batches.insert(batches.begin(), std::move(batch));
}

// False: the writer is stopping, and the store has failed for long enough.
bool Writer::wait_to_retry(std::chrono::milliseconds back_off) {
  turns_.fetch_add(1, std::memory_order_relaxed);
  {
    core::Lock lock(mutex_);
    if (!stopping_) {
      stop_asked_.wait_for(mutex_, back_off);
      return true;
    }
  }
  const auto now = std::chrono::steady_clock::now();
  if (!patience_end_) patience_end_ = now + options_.stop_patience;
  if (now >= *patience_end_) return false;
  std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(back_off, *patience_end_ - now));
  return true;
}

void Writer::give_up(std::vector<Batch> batches) {
  counters_.add(core::Counter::kBatchesFailed, batches.size());
  spdlog::error("store: stopping while the store fails; {} batches are lost to us, unacknowledged", batches.size());
  for (Batch& batch : batches) {
    if (batch.on_done) batch.on_done(*given_up_);
  }
}

std::optional<Writer::Trouble> Writer::stall() const {
  core::Lock lock(mutex_);
  return stall_;
}

std::optional<Writer::Trouble> Writer::checkpoint_failure() const {
  core::Lock lock(mutex_);
  return checkpoint_failure_;
}

// nullptr: it writes.
void Writer::set_stall(const core::Error* error) {
  if (stalled_.exchange(error != nullptr) == (error != nullptr)) return;
  {
    core::Lock lock(mutex_);
    stall_.reset();
    if (error != nullptr) stall_ = Trouble{std::chrono::steady_clock::now(), error->message};
  }
  if (error == nullptr) {
    spdlog::info("store: writing again");
  } else {
    spdlog::error("store: {}; trying again until it works", core::render(*error));
  }
}

void Writer::checkpoint() {
  const core::Result<void> done = session_->checkpoint();
  if (!done.ok()) counters_.add(core::Counter::kCheckpointFailures);
  {
    core::Lock lock(mutex_);
    if (done.ok() == !checkpoint_failure_.has_value()) return;
    checkpoint_failure_.reset();
    if (!done.ok()) checkpoint_failure_ = Trouble{std::chrono::steady_clock::now(), done.error().message};
  }
  if (done.ok()) {
    spdlog::info("store: checkpoints work again");
  } else {
    spdlog::error("store: checkpoint: {}; events are written, but the log grows until it works",
                  core::render(done.error()));
  }
}

void Writer::count_commit_time(std::chrono::steady_clock::duration taken) {
  commit_us_.fetch_add(std::chrono::duration_cast<std::chrono::microseconds>(taken).count(), std::memory_order_relaxed);
  if (taken < kSlowCommit || !slow_commit_.due()) return;
  spdlog::warn("store: a commit took {:.1f} s: the disk is slow, or the machine is busy",
               std::chrono::duration<double>(taken).count());
}

void Writer::commit(std::vector<Batch> batches) {
  if (given_up_) return give_up(std::move(batches));
  auto back_off = kFirstBackOff;
  while (true) {
    const auto start = std::chrono::steady_clock::now();
    core::Result<std::vector<CommitOutcome>> outcomes = session_->commit(batches);
    if (outcomes.ok()) {
      count_commit_time(std::chrono::steady_clock::now() - start);
      set_stall(nullptr);
      counters_.add(core::Counter::kCommits);
      for (std::size_t i = 0; i < batches.size(); ++i) {
        const CommitOutcome& outcome = (*outcomes)[i];
        counters_.add(core::Counter::kRegistryStored, outcome.registry_stored);
        counters_.add(core::Counter::kProcessStored, outcome.processes_stored);
        counters_.add(core::Counter::kDuplicates, outcome.duplicates);
        counters_.add(core::Counter::kRiskEvents, outcome.risk_events_added);
        counters_.add(core::Counter::kNotables, outcome.notables_added);
        counters_.add(core::Counter::kRowsExcepted, batches[i].rows_excepted);
        counters_.add(core::Counter::kRowsSuppressed, outcome.rows_suppressed);
        counters_.add(core::Counter::kSourceOverflow, outcome.source_overflow);
        counters_.add(core::Counter::kLateEvents, outcome.late);
        if (batches[i].on_done) batches[i].on_done(outcome);
      }
      checkpoint();
      return;
    }

    counters_.add(core::Counter::kCommitFailures);
    if (!worth_retrying(outcomes.error())) {
      if (batches.size() > 1) {  // one of them is at fault: the others must not pay for it
        for (Batch& batch : batches) {
          std::vector<Batch> single;
          single.push_back(std::move(batch));
          commit(std::move(single));
        }
        return;
      }
      counters_.add(core::Counter::kBatchesFailed);
      spdlog::error("store: a batch of {} events was refused for good: {}", batches.front().events(),
                    outcomes.error().message);
      if (batches.front().on_done) batches.front().on_done(outcomes.error());
      return;
    }

    set_stall(&outcomes.error());
    if (!wait_to_retry(back_off)) {
      given_up_ = std::move(outcomes).error();
      give_up(std::move(batches));
      return;
    }
    back_off = std::min(back_off * 2, kLongestBackOff);
  }
}

}  // namespace rw::storage
