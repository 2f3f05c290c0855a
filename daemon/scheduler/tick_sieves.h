// The sieves of one thread that runs ticks: one for each set of detections that is due together, kept, since what a
// sieve has learnt of paths and processes serves it again at the next tick. One reader, one thread at a time.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/detect/detection.h"
#include "daemon/detect/tick.h"
#include "storage/store.h"

namespace rw::scheduler {

// It searches Risk.All_Risk, so it must run after those whose findings it reads.
bool reads_findings(const detect::Detection& detection);

class TickSieves {
 public:
  // Schedules with windows of their own are few; one that is gone costs its detections a start.
  static constexpr std::size_t kMostKept = 32;
  static constexpr std::size_t kMostBytes = std::size_t{64} * 1024 * 1024;  // of those kept besides the latest

  // The reader outlives the sieves.
  explicit TickSieves(storage::Reader& reader) : reader_(reader) {}

  // For RunMeans::sifted of a run of each of the detections over this window. nullptr: each looks at the window itself,
  // since all read findings. The answer lives until the next call.
  // Errors: those of Tick::open and Tick::sift; the detections can still be run one by one.
  core::Result<const detect::SiftedQueries*> sift(
      const std::vector<std::shared_ptr<const detect::Detection>>& detections, const cim::Window& window,
      const storage::SearchLimits& limits);

  // Which of the detections (none reads findings) new events of this window may concern, one answer each.
  // Errors: those of Tick::open and Tick::concerned.
  core::Result<std::vector<bool>> concerned(const std::vector<std::shared_ptr<const detect::Detection>>& detections,
                                            const cim::Window& window, const storage::NewEvents& events,
                                            const storage::SearchLimits& limits);

  // The set of detections has changed: their searches are others.
  void clear() { kept_.clear(); }

 private:
  struct Kept {
    std::vector<std::shared_ptr<const detect::Search>> searches;
    detect::Tick tick;
  };

  using Searches = std::vector<std::shared_ptr<const detect::Search>>;

  // What `use` gives for the tick of these searches. One that fails is not kept: who knows what state it is in.
  template <class Value, class Use>
  core::Result<Value> with(Searches searches, const Use& use);
  void drop_too_many();

  storage::Reader& reader_;
  std::list<Kept> kept_;  // the one used last comes first
  std::optional<detect::SiftedQueries> sifted_;
};

}  // namespace rw::scheduler
