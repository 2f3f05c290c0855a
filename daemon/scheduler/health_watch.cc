#include "daemon/scheduler/health_watch.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include "daemon/core/log.h"
#include "daemon/scheduler/loss_log.h"
#include "daemon/scheduler/watch_thread.h"

namespace rw::scheduler {
namespace {

constexpr std::chrono::microseconds kLongestHealthInterval = std::chrono::seconds(5);
constexpr std::chrono::microseconds kShortestHealthInterval = std::chrono::milliseconds(100);
constexpr std::chrono::milliseconds kWaitForWriter{200};

std::size_t column_of(const storage::Table& table, std::string_view name) {
  const auto found = std::ranges::find(table.columns, name);
  RW_ASSERT(found != table.columns.end());
  return static_cast<std::size_t>(found - table.columns.begin());
}

core::Result<storage::ListPage> runs_of(storage::Reader& reader, const std::string& detection_id,
                                        std::optional<std::string> status, std::uint64_t limit) {
  storage::ListRequest request;
  request.listing = storage::Listing::kRuns;
  request.filters = {{"detection_id", detection_id}, {"kind", "scheduled"}};
  if (status) request.filters.emplace_back("status", *std::move(status));
  request.limit = static_cast<int>(limit);
  return reader.list(request);
}

std::string text_of(const storage::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string() : *text;
}

}  // namespace

void HealthBoard::set(std::vector<HealthCondition> conditions) {
  core::Lock lock(mutex_);
  conditions_ = std::move(conditions);
}

std::vector<HealthCondition> HealthBoard::current() const {
  core::Lock lock(mutex_);
  return conditions_;
}

std::optional<std::uint64_t> free_bytes_of(const std::string& dir) {
  std::error_code error;
  const auto disk = std::filesystem::space(dir, error);
  if (error) return std::nullopt;
  return disk.available;
}

core::Result<std::vector<FailingDetection>> failing_detections(storage::Reader& reader, std::uint64_t runs) {
  std::vector<FailingDetection> failing;
  if (runs == 0) return failing;
  RW_TRY(const auto ledger, reader.ledger());
  for (const storage::LedgerEntry& entry : ledger) {
    if (!entry.last_run || entry.last_run->status != cim::run_status_name(cim::RunStatus::kFailed)) continue;
    RW_TRY(const storage::ListPage last, runs_of(reader, entry.detection_id, std::nullopt, runs));
    const auto& rows = last.table.rows;
    const std::size_t status = column_of(last.table, "status");
    const bool all_failed = rows.size() == runs && std::ranges::all_of(rows, [&](const auto& row) {
                              return text_of(row[status]) == cim::run_status_name(cim::RunStatus::kFailed);
                            });
    if (!all_failed) continue;
    FailingDetection& found = failing.emplace_back();
    found.detection_id = entry.detection_id;
    found.detection = text_of(rows.front()[column_of(last.table, "detection")]);
    found.last_failed = entry.last_run->scheduled_time;
    found.error = entry.last_run->error;
    RW_TRY(const storage::ListPage done,
           runs_of(reader, entry.detection_id, std::string(cim::run_status_name(cim::RunStatus::kDone)), 1));
    if (done.table.rows.empty()) continue;
    const auto& time = done.table.rows.front()[column_of(done.table, "scheduled_time")];
    found.last_done = core::from_us(std::get<std::int64_t>(time));
  }
  return failing;
}

namespace {

class ThreadedHealthWatch final : public HealthWatch {
 public:
  ThreadedHealthWatch(HealthOptions options, HealthSources sources, std::unique_ptr<storage::Reader> reader)
      : options_(options),
        sources_(std::move(sources)),
        reader_(std::move(reader)),
        rule_(std::move(options), sources_.clock.now(), std::chrono::steady_clock::now()) {}

  ~ThreadedHealthWatch() override {
    thread_.ask_stop();
    reader_->cancel();
  }

  core::Result<void> begin() {
    return thread_.begin("health", [this] { watch(); });
  }

 private:
  void watch() {
    do {
      try {
        look();
      } catch (const std::exception& exception) {  // out of memory
        spdlog::error("health: cannot look: {}", exception.what());
      }
    } while (!thread_.wait(interval()));
  }

  // Often enough for the shortest time that is watched.
  std::chrono::microseconds interval() const {
    auto interval = kLongestHealthInterval;
    for (const auto after : {options_.store_stalled_after, options_.queue_full_after}) {
      if (after > std::chrono::microseconds(0)) interval = std::min(interval, after / 4);
    }
    return std::max(interval, kShortestHealthInterval);
  }

  void look() {
    rule_.look(facts());
    for (const std::string& line : losses_.look(sources_.counters, std::chrono::steady_clock::now())) {
      spdlog::warn("{}", line);
    }
    sources_.board.set(rule_.current());
    if (rule_.unwritten().empty() || sources_.writer.stalled()) return;
    storage::Batch batch;
    batch.notables = rule_.unwritten();
    // What finds no room is tried again after the next look.
    if (sources_.writer.submit_until(batch, std::chrono::steady_clock::now() + kWaitForWriter)) rule_.set_written();
  }

  HealthFacts facts() {
    HealthFacts facts;
    facts.now = sources_.clock.now();
    facts.steady_now = std::chrono::steady_clock::now();
    const auto seen_from = [&](const std::optional<storage::Writer::Trouble>& trouble) {
      std::optional<HealthFacts::Trouble> seen;
      if (!trouble) return seen;
      const auto lasted = std::chrono::duration_cast<std::chrono::microseconds>(facts.steady_now - trouble->since);
      seen = HealthFacts::Trouble{facts.now - lasted, trouble->message};
      return seen;
    };
    facts.stall = seen_from(sources_.writer.stall());
    facts.checkpoint_failure = seen_from(sources_.writer.checkpoint_failure());
    facts.queued_bytes = sources_.writer.queued_bytes();
    facts.queue_limit_bytes = sources_.writer.queue_limit_bytes();
    facts.data_dir = sources_.data_dir;
    facts.free_bytes = free_bytes_of(sources_.data_dir);
    facts.udp_dropped = sources_.counters.value(core::Counter::kUdpDropped);
    facts.udp_kernel_dropped = sources_.counters.value(core::Counter::kUdpKernelDropped);
    facts.runs_missed = sources_.counters.value(core::Counter::kRunsMissed);
    // Runs are counted when they are in the ledger. What cannot be read now is as it was.
    const std::uint64_t runs =
        sources_.counters.value(core::Counter::kRunsDone) + sources_.counters.value(core::Counter::kRunsFailed);
    if (runs == runs_read_) {
      // Nothing is new.
    } else if (auto failing = failing_detections(*reader_, options_.failed_runs); failing.ok()) {
      failing_ = std::move(failing).value();
      runs_read_ = runs;
    } else if (failing.error().code != core::ErrorCode::kCancelled && unreadable_.due()) {
      spdlog::error("health: cannot read the runs: {}; trying again", core::render(failing.error()));
    }
    facts.failing = failing_;
    if (sources_.certificates) facts.certificates = sources_.certificates();
    if (sources_.notifications) facts.notifications = sources_.notifications();
    return facts;
  }

  const HealthOptions options_;
  const HealthSources sources_;
  const std::unique_ptr<storage::Reader> reader_;
  HealthRule rule_;  // of the thread, as these
  LossLog losses_;
  std::vector<FailingDetection> failing_;
  std::optional<std::uint64_t> runs_read_;  // so many when failing_ was read
  core::OncePerMinute unreadable_;

  WatchThread thread_;  // last
};

}  // namespace

core::Result<std::unique_ptr<HealthWatch>> HealthWatch::start(HealthOptions options, HealthSources sources) {
  RW_TRY(auto reader, sources.store.open_reader());
  auto watch = std::make_unique<ThreadedHealthWatch>(std::move(options), std::move(sources), std::move(reader));
  RW_CHECK(watch->begin());
  return std::unique_ptr<HealthWatch>(std::move(watch));
}

}  // namespace rw::scheduler
