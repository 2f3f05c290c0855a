// One I/O thread: its io_context, its Pipeline, and the back-pressure between sockets and writer. A batch goes to the
// writer when it is large or has waited max_batch_delay; when the writer has no room, blocked() is true and it is tried
// again every few milliseconds.
// Except for start(), context() and join(), everything is called on the thread itself.
#pragma once

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/time.h"
#include "daemon/ingest/net/syslog_inputs.h"
#include "daemon/ingest/pipeline.h"
#include "storage/writer.h"

namespace rw::ingest {

// Where a message came from. Views need to live only for the call.
struct Origin {
  core::Micros received;
  std::string_view input;  // see input_name()
  std::string_view peer;   // "address:port"
  const core::TimeZone& zone;
};

class IoThread {
 public:
  static constexpr std::size_t kReadBytes = 64 * 1024;

  // All of them outlive the thread.
  IoThread(const SyslogOptions& options, storage::Writer& writer, core::Counters& counters, KeyDeletions& key_deletions,
           const core::Clock& clock);
  ~IoThread();

  boost::asio::io_context& context() { return context_; }
  void start();
  // Waits for the end that finish() brings about.
  void join();

  core::Micros now() const { return clock_.now(); }
  core::Counters& counters() { return counters_; }
  // One for all connections of the thread: what is read is consumed before the next read.
  char* read_buffer() { return read_buffer_->data(); }

  // A whole syslog message, or the first part of one that was cut. False: it was rejected.
  bool take(std::string_view text, std::uint64_t cut_bytes, const Origin& origin);
  void reject(std::string_view bytes, std::string reason, const Origin& origin);

  // Calls `then` once, on this thread and never within this call: true when all that was taken or rejected until now is
  // committed to disk, false when the store refused some of it or it was given up.
  using Committed = std::function<void(bool stored)>;
  void when_committed(Committed then);
  // Does not wait for max_batch_delay.
  void flush_now() {
    if (!blocked_) flush();
  }

  // The writer has no room: do not bring more.
  bool blocked() const { return blocked_; }
  // Calls `resume` once, when there is room again.
  void when_room(std::function<void()> resume) { waiting_.push_back(std::move(resume)); }

  // Nothing will come any more: ends the loop; then the thread hands the rest to the writer and ends.
  void finish();

 private:
  // By way of which the writer's thread tells what became of a batch. It may do so when the IoThread is gone.
  class CommitReports;

  void run();
  void flush_last();
  void batch_grew();
  // Hands over the batch; without one, what was counted of events that are not stored.
  void flush();
  void block();
  // The oldest batch that is with the writer.
  void batch_done(bool stored);

  const SyslogOptions& options_;
  core::Counters& counters_;
  const core::Clock& clock_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  Pipeline pipeline_;
  const std::unique_ptr<std::array<char, kReadBytes>> read_buffer_;
  boost::asio::steady_timer flush_timer_;
  bool flush_due_ = false;  // flush_timer_ runs
  boost::asio::steady_timer retry_timer_;
  bool blocked_ = false;
  const std::shared_ptr<CommitReports> reports_;
  // Who waits for the current batch, and for those with the writer, oldest first.
  std::vector<Committed> waits_for_batch_;
  std::deque<std::vector<Committed>> waits_for_commit_;
  std::vector<std::function<void()>> waiting_;
  std::thread thread_;
};

}  // namespace rw::ingest
