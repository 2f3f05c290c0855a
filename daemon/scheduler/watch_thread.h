// A thread that looks at something now and then, until its owner goes. The owner keeps it as its last member, so that
// it is joined while all that it looks at is there.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>
#include <thread>

#include "daemon/core/mutex.h"
#include "daemon/core/result.h"

namespace rw::scheduler {

class WatchThread {
 public:
  WatchThread() = default;
  ~WatchThread() { ask_stop(); }  // and joins
  WatchThread(const WatchThread&) = delete;
  WatchThread& operator=(const WatchThread&) = delete;

  // Once. `watch` returns soon after wait() has said that it is to stop; it must not throw. `name` begins the message
  // of the error. Errors: Io (no more threads).
  core::Result<void> begin(std::string_view name, std::function<void()> watch);
  // On the thread. True: it is to stop.
  bool wait(std::chrono::microseconds pause);
  // Thread-safe.
  void ask_stop();

 private:
  core::Mutex mutex_;
  core::CondVar stop_asked_;
  bool stopping_ RW_GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // last: joined while all else is there
};

}  // namespace rw::scheduler
