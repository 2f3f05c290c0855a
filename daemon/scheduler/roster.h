// Who is served: the detections that run, each in a slot that stays its own (by id) however often the set is replaced,
// and the turn that each has next. A turn follows from the ledger and from the detection as it is now; one that was
// taken before a change, and is done or comes back after it, goes on with the new schedule. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/mutex.h"
#include "daemon/core/time.h"
#include "daemon/detect/load.h"
#include "daemon/scheduler/agenda.h"
#include "daemon/scheduler/cron.h"
#include "storage/store.h"

namespace rw::scheduler {

// A detection that is served.
struct Served {
  std::shared_ptr<const detect::Detection> detection;
  Cron cron;
  bool reads_findings = false;
};

class Roster {
 public:
  // The clock outlives the roster.
  Roster(const core::Clock& clock, core::TimeZone zone) : clock_(clock), zone_(zone), agenda_(clock) {}

  // From now on these are served: the enabled ones of the catalogue. A detection that was served goes on from where it
  // is; one that was not is owed what the ledger says; one that is not in the ledger is entered with the present time.
  // One whose cron_schedule does not parse is left out, with an error in the log.
  void serve(const detect::Catalogue& catalogue, const std::vector<storage::LedgerEntry>& ledger);

  struct Due {
    Turn turn;
    std::shared_ptr<const Served> served;
  };
  struct Tick {
    std::vector<Due> due;
    std::uint64_t generation = 0;  // a higher one: serve() was called meanwhile
  };
  // Waits for the turns of one scheduled time and window (see Agenda::take). nullopt: closed.
  std::optional<Tick> take();

  // The turn is done: the ledger says that its detection is served until then.
  void committed(const Turn& turn, core::Micros until);
  // It is not, and comes again after a pause.
  void retry_later(const Turn& turn, std::chrono::steady_clock::duration pause);

  // A run is under way that is not in the ledger yet.
  bool any_away() { return agenda_.any_away(); }
  struct Snapshot {
    std::map<std::string, std::shared_ptr<const Served>, std::less<>> served;  // by id
    std::uint64_t generation = 0;                                              // as in Tick
  };
  Snapshot snapshot();

  void wake() { agenda_.wake(); }
  void close() { agenda_.close(); }

 private:
  struct Slot {
    std::shared_ptr<const Served> served;  // nullptr: not now
    bool has_turn = false;                 // waiting in the agenda, or away
  };

  std::optional<Turn> turn_of(std::size_t slot, core::Micros served_until, bool in_ledger) const RW_REQUIRES(mutex_);
  // The same for a slot whose turn ends with this: none leaves the slot without.
  std::optional<Turn> next_turn(std::size_t slot, core::Micros served_until, bool in_ledger) RW_REQUIRES(mutex_);
  std::size_t slot_of(const std::string& detection_id) RW_REQUIRES(mutex_);

  const core::Clock& clock_;
  const core::TimeZone zone_;
  Agenda agenda_;  // its lock is taken under ours, never the other way round

  core::Mutex mutex_;
  std::vector<Slot> slots_ RW_GUARDED_BY(mutex_);
  std::map<std::string, std::size_t, std::less<>> by_id_ RW_GUARDED_BY(mutex_);
  std::uint64_t generation_ RW_GUARDED_BY(mutex_) = 0;
};

}  // namespace rw::scheduler
