#include "daemon/scheduler/agenda.h"

#include <algorithm>

namespace rw::scheduler {
namespace {

constexpr std::chrono::seconds kLongestSleep{30};

}  // namespace

std::optional<Turn> Agenda::take() {
  core::Lock lock(mutex_);
  while (!closed_) {
    const auto steady_now = std::chrono::steady_clock::now();
    auto until = steady_now + kLongestSleep;
    for (auto it = paused_.begin(); it != paused_.end();) {
      if (it->first <= steady_now) {
        turns_.insert(it->second);
        it = paused_.erase(it);
      } else {
        until = std::min(until, it->first);
        ++it;
      }
    }
    if (!turns_.empty()) {
      const Turn first = *turns_.begin();
      const core::Micros now = clock_.now();
      if (first.due <= now) {
        turns_.erase(turns_.begin());
        return first;
      }
      if (first.due < now + kLongestSleep) until = std::min(until, steady_now + (first.due - now));
    }
    changed_.wait_until(mutex_, until);
  }
  return std::nullopt;
}

void Agenda::put_back(const Turn& turn) {
  {
    core::Lock lock(mutex_);
    turns_.insert(turn);
  }
  changed_.notify_all();
}

void Agenda::put_back_later(const Turn& turn, std::chrono::steady_clock::duration pause) {
  {
    core::Lock lock(mutex_);
    paused_.emplace_back(std::chrono::steady_clock::now() + pause, turn);
  }
  changed_.notify_all();
}

void Agenda::wake() {
  { const core::Lock lock(mutex_); }  // whoever has read the clock already waits by now, and hears us
  changed_.notify_all();
}

void Agenda::close() {
  {
    core::Lock lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

}  // namespace rw::scheduler
