#include "daemon/ingest/net/io_thread.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <iterator>
#include <utility>

#include "daemon/core/mutex.h"
#include "daemon/ingest/syslog/header.h"

namespace rw::ingest {
namespace {

constexpr std::chrono::milliseconds kRetryDelay{5};
// How long the last batch of a stopping thread waits for room in the writer's queue.
constexpr std::chrono::seconds kLastFlushPatience{5};

}  // namespace

class IoThread::CommitReports {
 public:
  explicit CommitReports(IoThread& thread) : thread_(&thread) {}

  // On the writer's thread. The order of reports is that of the batches.
  void report(bool stored) {
    core::Lock lock(mutex_);
    if (thread_ == nullptr) return;
    boost::asio::post(thread_->context_, [thread = thread_, stored] { thread->batch_done(stored); });
  }
  void close() {
    core::Lock lock(mutex_);
    thread_ = nullptr;
  }

 private:
  core::Mutex mutex_;
  IoThread* thread_ RW_GUARDED_BY(mutex_);
};

IoThread::IoThread(const SyslogOptions& options, storage::Writer& writer, core::Counters& counters,
                   KeyDeletions& key_deletions, const core::Clock& clock)
    : options_(options),
      counters_(counters),
      clock_(clock),
      work_(boost::asio::make_work_guard(context_)),
      pipeline_(writer, counters, key_deletions),
      read_buffer_(std::make_unique<std::array<char, kReadBytes>>()),
      flush_timer_(context_),
      retry_timer_(context_),
      reports_(std::make_shared<CommitReports>(*this)) {}

IoThread::~IoThread() { reports_->close(); }

void IoThread::start() {
  thread_ = std::thread([this] { run(); });
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::run() {
  while (true) {
    try {
      context_.run();
      break;
    } catch (const std::exception& error) {  // a handler ran out of memory: the others go on
      spdlog::error("syslog: {}", error.what());
    }
  }
  flush_last();
}

void IoThread::flush_last() {
  if (pipeline_.flush_until(std::chrono::steady_clock::now() + kLastFlushPatience)) return;
  counters_.add(core::Counter::kBatchesFailed);
  spdlog::error("syslog: stopping while the store takes nothing; the last batch is lost");
}

void IoThread::finish() {
  work_.reset();
  context_.stop();
}

bool IoThread::take(std::string_view text, std::uint64_t cut_bytes, const Origin& origin) {
  counters_.add(core::Counter::kSyslogMessages);
  if (cut_bytes != 0) counters_.add(core::Counter::kSyslogTruncated);
  const SyslogMessage message = parse_syslog(text, origin.received, origin.zone);
  const MessageContext context{
      .received = origin.received,
      .input = origin.input,
      .peer = origin.peer,
      .fallback = {.time = message.timestamp, .host = message.hostname},
      .header = &message,
      .zone = &origin.zone,
      .cut_bytes = cut_bytes,
  };
  const bool taken = pipeline_.add(message.msg, context).ok();
  batch_grew();
  return taken;
}

void IoThread::reject(std::string_view bytes, std::string reason, const Origin& origin) {
  pipeline_.reject(bytes, bytes.size(), std::move(reason),
                   {.received = origin.received, .input = origin.input, .peer = origin.peer});
  batch_grew();
}

void IoThread::batch_grew() {
  if (blocked_ || (pipeline_.empty() && !pipeline_.has_counts())) return;
  if (pipeline_.large()) {
    flush();
  } else if (!flush_due_) {
    flush_due_ = true;
    flush_timer_.expires_after(options_.max_batch_delay);
    flush_timer_.async_wait([this](const boost::system::error_code&) {
      flush_due_ = false;
      flush_now();
    });
  }
}

void IoThread::flush() {
  if (pipeline_.empty()) {
    pipeline_.flush();  // there may be counts alone, for which nobody waits
    return;
  }
  const bool taken = pipeline_.flush(
      [reports = reports_](const core::Result<storage::CommitOutcome>& outcome) { reports->report(outcome.ok()); });
  if (taken) {
    waits_for_commit_.push_back(std::exchange(waits_for_batch_, {}));
  } else {
    block();
  }
}

void IoThread::when_committed(Committed then) {
  if (!pipeline_.empty()) {
    waits_for_batch_.push_back(std::move(then));
  } else if (!waits_for_commit_.empty()) {
    waits_for_commit_.back().push_back(std::move(then));
  } else {
    boost::asio::post(context_, [then = std::move(then)] { then(true); });
  }
}

void IoThread::batch_done(bool stored) {
  std::vector<Committed> waiting = std::move(waits_for_commit_.front());
  waits_for_commit_.pop_front();
  if (!stored) {
    // Those who wait for a later batch may have had a part of theirs in this one.
    const auto add = [&waiting](std::vector<Committed>& more) {
      std::ranges::move(more, std::back_inserter(waiting));
      more.clear();
    };
    for (std::vector<Committed>& later : waits_for_commit_) add(later);
    add(waits_for_batch_);
  }
  for (Committed& then : waiting) then(stored);
}

void IoThread::block() {
  blocked_ = true;
  retry_timer_.expires_after(kRetryDelay);
  retry_timer_.async_wait([this](const boost::system::error_code&) {
    blocked_ = false;
    flush();
    if (blocked_) return;
    // One that blocks us again is followed by those that then wait anew.
    for (std::function<void()>& resume : std::exchange(waiting_, {})) resume();
  });
}

}  // namespace rw::ingest
