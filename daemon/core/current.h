// What is in force now, and may be replaced while others use it: whoever asks keeps what was given for as long as
// needed. Thread-safe.
#pragma once

#include <memory>
#include <utility>

#include "daemon/core/mutex.h"

namespace rw::core {

template <class T>
class Current {
 public:
  explicit Current(std::shared_ptr<const T> value) : value_(std::move(value)) {}  // never null

  std::shared_ptr<const T> get() const {
    Lock lock(mutex_);
    return value_;
  }
  void set(std::shared_ptr<const T> value) {
    Lock lock(mutex_);
    value_ = std::move(value);
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const T> value_ RW_GUARDED_BY(mutex_);
};

}  // namespace rw::core
