#include "daemon/scheduler/tick_sieves.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "daemon/detect/search.h"

namespace rw::scheduler {

bool reads_findings(const detect::Detection& detection) {
  return detection.search != nullptr && detection.search->reads(cim::Dataset::kRisk);
}

core::Result<const detect::SiftedQueries*> TickSieves::sift(
    const std::vector<std::shared_ptr<const detect::Detection>>& detections, const cim::Window& window,
    const storage::SearchLimits& limits) {
  sifted_.reset();
  std::vector<std::shared_ptr<const detect::Search>> searches;
  for (const auto& detection : detections) {
    if (detection->search != nullptr && !reads_findings(*detection)) searches.push_back(detection->search);
  }
  if (searches.size() < 2) return nullptr;
  try {
    auto found = std::ranges::find(kept_, searches, &Kept::searches);
    if (found == kept_.end()) {
      RW_TRY(detect::Tick tick, detect::Tick::open(reader_, searches));
      kept_.push_front({std::move(searches), std::move(tick)});
      if (kept_.size() > kKept) kept_.pop_back();
    } else {
      kept_.splice(kept_.begin(), kept_, found);
    }
    auto sifted = kept_.front().tick.sift(window, limits);
    if (!sifted.ok()) {
      kept_.pop_front();  // who knows what state it is in
      return std::move(sifted).error();
    }
    sifted_ = std::move(sifted).value();
  } catch (const std::exception& exception) {  // out of memory, or a fault in a library
    kept_.clear();
    return core::Error{core::ErrorCode::kInternal, exception.what()};
  }
  return &*sifted_;
}

}  // namespace rw::scheduler
