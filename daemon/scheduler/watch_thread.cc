#include "daemon/scheduler/watch_thread.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace rw::scheduler {

core::Result<void> WatchThread::begin(std::string_view name, std::function<void()> watch) {
  try {
    thread_ = std::jthread(std::move(watch));
  } catch (const std::system_error& error) {
    return core::Error{core::ErrorCode::kIo, fmt::format("{}: cannot start a thread: {}", name, error.what()),
                       "raise the limit of tasks (TasksMax=)"};
  }
  return {};
}

bool WatchThread::wait(std::chrono::microseconds pause) {
  core::Lock lock(mutex_);
  if (!stopping_) stop_asked_.wait_for(mutex_, pause);
  return stopping_;
}

void WatchThread::ask_stop() {
  {
    core::Lock lock(mutex_);
    stopping_ = true;
  }
  stop_asked_.notify_all();
}

}  // namespace rw::scheduler
