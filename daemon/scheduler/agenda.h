// Whose turn it is: for each detection served the next thing to do and when, handed out oldest first. A turn that is
// taken is away until it is put back, so a detection has at most one at a time, and memory does not grow with what is
// owed. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "daemon/core/mutex.h"
#include "daemon/core/time.h"

namespace rw::scheduler {

struct Turn {
  core::Micros due{};           // scheduled time of the oldest run that is owed
  std::size_t detection = 0;    // which one: the scheduler's index
  core::Micros served_until{};  // as in the ledger
  bool in_ledger = true;        // false: the detection is new, and the ledger must say so first

  friend auto operator<=>(const Turn&, const Turn&) = default;  // NOLINT(modernize-use-nullptr): clang 14 sees a 0
};

class Agenda {
 public:
  explicit Agenda(const core::Clock& clock) : clock_(clock) {}

  // Waits until a turn is due and takes it. nullopt: closed. Looks at the clock when the first turn should be due, and
  // at least every 30 s, since clocks jump.
  std::optional<Turn> take();

  void put_back(const Turn& turn);
  // Puts it back after a pause: for turns that failed in a way that trying again at once would not mend.
  void put_back_later(const Turn& turn, std::chrono::steady_clock::duration pause);

  // Those who wait look at the clock again.
  void wake();
  // No turn is handed out any more.
  void close();

 private:
  const core::Clock& clock_;

  core::Mutex mutex_;
  core::CondVar changed_;
  std::set<Turn> turns_ RW_GUARDED_BY(mutex_);
  std::vector<std::pair<std::chrono::steady_clock::time_point, Turn>> paused_ RW_GUARDED_BY(mutex_);
  bool closed_ RW_GUARDED_BY(mutex_) = false;
};

}  // namespace rw::scheduler
