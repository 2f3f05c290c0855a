// The detections that are in service now: what the API shows and the scheduler runs. Whoever asks keeps what was given
// for as long as needed; a reload puts another in its place. Thread-safe.
#pragma once

#include <memory>
#include <utility>

#include "daemon/core/mutex.h"
#include "daemon/detect/load.h"

namespace rw::detect {

class CurrentCatalogue {
 public:
  explicit CurrentCatalogue(std::shared_ptr<const Catalogue> catalogue) : catalogue_(std::move(catalogue)) {}

  std::shared_ptr<const Catalogue> get() const {
    core::Lock lock(mutex_);
    return catalogue_;
  }
  void set(std::shared_ptr<const Catalogue> catalogue) {
    core::Lock lock(mutex_);
    catalogue_ = std::move(catalogue);
  }

 private:
  mutable core::Mutex mutex_;
  std::shared_ptr<const Catalogue> catalogue_ RW_GUARDED_BY(mutex_);  // never null
};

}  // namespace rw::detect
