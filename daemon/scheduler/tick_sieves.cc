#include "daemon/scheduler/tick_sieves.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "daemon/detect/search.h"

namespace rw::scheduler {

bool reads_findings(const detect::Detection& detection) {
  return detection.search != nullptr && detection.search->reads(cim::Dataset::kRisk);
}

template <class Value, class Use>
core::Result<Value> TickSieves::with(Searches searches, const Use& use) {
  try {
    auto found = std::ranges::find(kept_, searches, &Kept::searches);
    if (found == kept_.end()) {
      RW_TRY(detect::Tick tick, detect::Tick::open(reader_, searches));
      kept_.push_front({std::move(searches), std::move(tick)});
    } else {
      kept_.splice(kept_.begin(), kept_, found);
    }
    core::Result<Value> value = use(kept_.front().tick);
    if (!value.ok()) {
      kept_.pop_front();
    } else {
      drop_too_many();
    }
    return value;
  } catch (const std::exception& exception) {  // out of memory, or a fault in a library
    kept_.clear();
    return core::Error{core::ErrorCode::kInternal, exception.what()};
  }
}

void TickSieves::drop_too_many() {
  std::size_t count = 1;
  std::size_t bytes = 0;
  auto kept = std::next(kept_.begin());
  while (kept != kept_.end() && ++count <= kMostKept && (bytes += kept->tick.size_bytes()) <= kMostBytes) ++kept;
  kept_.erase(kept, kept_.end());
}

core::Result<const detect::SiftedQueries*> TickSieves::sift(
    const std::vector<std::shared_ptr<const detect::Detection>>& detections, const cim::Window& window,
    const storage::SearchLimits& limits) {
  sifted_.reset();
  Searches searches;
  for (const auto& detection : detections) {
    if (detection->search != nullptr && !reads_findings(*detection)) searches.push_back(detection->search);
  }
  if (searches.empty()) return nullptr;
  RW_TRY(sifted_, with<detect::SiftedQueries>(std::move(searches),
                                              [&](detect::Tick& tick) { return tick.sift(window, limits); }));
  return &*sifted_;
}

core::Result<std::vector<bool>> TickSieves::concerned(
    const std::vector<std::shared_ptr<const detect::Detection>>& detections, const cim::Window& window,
    const storage::NewEvents& events, const storage::SearchLimits& limits) {
  Searches searches;
  for (const auto& detection : detections) searches.push_back(detection->search);
  return with<std::vector<bool>>(std::move(searches),
                                 [&](detect::Tick& tick) { return tick.concerned(window, events, limits); });
}

}  // namespace rw::scheduler
