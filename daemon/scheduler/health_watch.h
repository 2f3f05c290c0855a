// The thread that looks after regwarden's own health: gathers the facts every few seconds, lets HealthRule decide, and
// hands its notables to the writer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/mutex.h"
#include "daemon/core/time.h"
#include "daemon/scheduler/health.h"
#include "storage/store.h"
#include "storage/writer.h"

namespace rw::scheduler {

// What lasts, as of the last look. Thread-safe.
class HealthBoard {
 public:
  void set(std::vector<HealthCondition> conditions);
  std::vector<HealthCondition> current() const;

 private:
  mutable core::Mutex mutex_;
  std::vector<HealthCondition> conditions_ RW_GUARDED_BY(mutex_);
};

// What is looked at, and shown to; all of it outlives the watch.
struct HealthSources {
  storage::Store& store;
  storage::Writer& writer;
  const core::Counters& counters;
  const core::Clock& clock;
  HealthBoard& board;
  std::string data_dir;
  // Those of all listeners; on the watch's thread.
  std::function<std::vector<Certificate>()> certificates = {};
  std::function<std::vector<FailingNotifications>()> notifications = {};  // on the watch's thread
};

class HealthWatch {
 public:
  // Errors: those of Store::open_reader; Io (no more threads).
  static core::Result<std::unique_ptr<HealthWatch>> start(HealthOptions options, HealthSources sources);
  virtual ~HealthWatch() = default;  // ends a look that is under way, joins
  HealthWatch(const HealthWatch&) = delete;
  HealthWatch& operator=(const HealthWatch&) = delete;

 protected:
  HealthWatch() = default;
};

// Bytes that the daemon's user may still write on the disk of the directory; unset: not known.
std::optional<std::uint64_t> free_bytes_of(const std::string& dir);

// Detections whose last `runs` scheduled runs, or more, all failed. Errors: those of Reader::list.
core::Result<std::vector<FailingDetection>> failing_detections(storage::Reader& reader, std::uint64_t runs);

}  // namespace rw::scheduler
