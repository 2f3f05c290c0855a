// A queue between threads whose limit is bytes, not items: memory stays bounded whatever the items hold.
// push() says "full" instead of growing; what to do then is the caller's business. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "daemon/core/mutex.h"

namespace rw::core {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  // False: full or closed, and the item was not taken. An item larger than the limit is taken when the queue is empty.
  bool try_push(T& item, std::size_t bytes) {
    {
      Lock lock(mutex_);
      if (closed_ || !has_room(bytes)) return false;
      add(item, bytes);
    }
    filled_.notify_one();
    return true;
  }

  // As try_push, but waits for room until the deadline.
  bool push_until(T& item, std::size_t bytes, std::chrono::steady_clock::time_point deadline) {
    {
      Lock lock(mutex_);
      while (!closed_ && !has_room(bytes)) {
        if (drained_.wait_until(mutex_, deadline) == std::cv_status::timeout) break;
      }
      if (closed_ || !has_room(bytes)) return false;
      add(item, bytes);
    }
    filled_.notify_one();
    return true;
  }

  // Waits for at least one item, then takes all that are there up to max_bytes (at least one).
  // Empty: closed and drained, or nothing came within the time.
  std::vector<T> pop_all(std::size_t max_bytes, std::chrono::milliseconds wait) {
    std::vector<T> taken;
    {
      Lock lock(mutex_);
      const auto deadline = std::chrono::steady_clock::now() + wait;
      while (items_.empty() && !closed_) {
        if (filled_.wait_until(mutex_, deadline) == std::cv_status::timeout) break;
      }
      std::size_t bytes = 0;
      while (!items_.empty() && (taken.empty() || bytes + items_.front().second <= max_bytes)) {
        bytes += items_.front().second;
        taken.push_back(std::move(items_.front().first));
        items_.pop_front();
      }
      used_bytes_ -= bytes;
    }
    drained_.notify_all();
    return taken;
  }

  // No item is taken any more; what is there can still be popped.
  void close() {
    {
      Lock lock(mutex_);
      closed_ = true;
    }
    filled_.notify_all();
    drained_.notify_all();
  }

  bool closed() const {
    Lock lock(mutex_);
    return closed_;
  }
  bool empty() const {
    Lock lock(mutex_);
    return items_.empty();
  }
  std::size_t used_bytes() const {
    Lock lock(mutex_);
    return used_bytes_;
  }
  std::size_t limit_bytes() const { return limit_bytes_; }

 private:
  bool has_room(std::size_t bytes) const RW_REQUIRES(mutex_) {
    return used_bytes_ == 0 || used_bytes_ + bytes <= limit_bytes_;
  }
  void add(T& item, std::size_t bytes) RW_REQUIRES(mutex_) {
    items_.emplace_back(std::move(item), bytes);
    used_bytes_ += bytes;
  }

  const std::size_t limit_bytes_;

  mutable Mutex mutex_;
  CondVar filled_;
  CondVar drained_;
  std::deque<std::pair<T, std::size_t>> items_ RW_GUARDED_BY(mutex_);
  std::size_t used_bytes_ RW_GUARDED_BY(mutex_) = 0;
  bool closed_ RW_GUARDED_BY(mutex_) = false;
};

}  // namespace rw::core
