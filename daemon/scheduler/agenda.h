// Whose turn it is: for each detection served the next thing to do and when, handed out oldest first. A turn that is
// taken is away until it is said to be done, so a detection has at most one at a time, and memory does not grow with
// what is owed. Turns that were taken together come back together, or those that catch up would drift apart and each
// search the same windows by itself. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "daemon/core/mutex.h"
#include "daemon/core/time.h"

namespace rw::scheduler {

struct Turn {
  core::Micros due{};  // scheduled time of the oldest run that is owed
  // It reads what the others find: its turn comes when all of those that are due by then are done, or have
  // failed and are to be tried again.
  bool reads_findings = false;
  core::Micros earliest{};  // the window of that run
  core::Micros latest{};
  std::size_t detection = 0;    // which one: the roster's slot
  core::Micros served_until{};  // as in the ledger
  bool in_ledger = true;        // false: the detection is new, and the ledger must say so first

  friend auto operator<=>(const Turn&, const Turn&) = default;  // NOLINT(modernize-use-nullptr): clang 14 sees a 0
};

// What turns of one tick have in common.
using TickKey = std::tuple<core::Micros, bool, core::Micros, core::Micros>;
inline TickKey tick_of(const Turn& turn) { return {turn.due, turn.reads_findings, turn.earliest, turn.latest}; }

class Agenda {
 public:
  explicit Agenda(const core::Clock& clock) : clock_(clock) {}

  // Waits until a turn is due and takes it, with all others that are due at the same time over the same window. Empty:
  // closed. Looks at the clock when the first turn should be due, and at least every 30 s, since clocks jump.
  std::vector<Turn> take();

  // Turns that are not away.
  void add(const Turn& turn);
  // A turn that was taken is done; `next` (none: it does not come again) waits from when all that were taken with it
  // are done.
  void done(const Turn& turn, const std::optional<Turn>& next);
  // The same after a pause: for turns that failed in a way that trying again at once would not mend.
  void done_later(const Turn& turn, const std::optional<Turn>& next, std::chrono::steady_clock::duration pause);
  // Each turn that waits is replaced by what `renewed` says, or goes. It must not call the agenda.
  void renew(const std::function<std::optional<Turn>(const Turn&)>& renewed);

  // Some turn is away.
  bool any_away();

  // Those who wait look at the clock again.
  void wake();
  // No turn is handed out any more.
  void close();

 private:
  struct Away {
    std::size_t turns = 0;
    std::vector<Turn> next;  // of those that are done
  };

  // The first turn that may be taken now; the end: none.
  std::set<Turn>::iterator first_due(core::Micros now) RW_REQUIRES(mutex_);
  void come_back(const Turn& turn, const std::optional<Turn>& next) RW_REQUIRES(mutex_);

  const core::Clock& clock_;

  core::Mutex mutex_;
  core::CondVar changed_;
  std::set<Turn> turns_ RW_GUARDED_BY(mutex_);
  std::map<TickKey, Away> away_ RW_GUARDED_BY(mutex_);
  std::vector<std::pair<std::chrono::steady_clock::time_point, Turn>> paused_ RW_GUARDED_BY(mutex_);
  bool closed_ RW_GUARDED_BY(mutex_) = false;
};

}  // namespace rw::scheduler
