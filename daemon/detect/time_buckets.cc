#include "daemon/detect/time_buckets.h"

#include <algorithm>

namespace rw::detect {
namespace {

// Offsets change at most a few times a year and never twice within a day.
constexpr std::chrono::hours kStep{24};
// Zone rules beyond are a guess, and walking to the year 9999 would take long.
constexpr core::Micros kLastChange = std::chrono::sys_days(std::chrono::year(2100) / 1 / 1);

std::int64_t offset_us(const core::TimeZone& zone, core::Micros t) { return zone.offset(t).count() * 1'000'000; }

// The first instant, in (begin, end], with another offset than at `begin`; whole seconds.
core::Micros find_change(const core::TimeZone& zone, core::Micros begin, core::Micros end) {
  const auto before = zone.offset(begin);
  while (end - begin > std::chrono::seconds(1)) {
    const core::Micros middle = std::chrono::floor<std::chrono::seconds>(begin + (end - begin) / 2);
    (zone.offset(middle) == before ? begin : end) = middle;
  }
  return std::chrono::floor<std::chrono::seconds>(end);
}

std::int64_t positive_mod(std::int64_t a, std::int64_t b) { return ((a % b) + b) % b; }

std::int64_t aligned(std::int64_t t, std::int64_t offset, std::int64_t span) {
  return t - positive_mod(t + offset, span);
}

}  // namespace

std::vector<BucketRange> bucket_ranges(const cim::Window& window, std::chrono::seconds span,
                                       const core::TimeZone& zone) {
  const std::int64_t span_us = span.count() * 1'000'000;
  std::vector<BucketRange> ranges;
  // The first bucket may begin up to a day before the window, beyond a change of the offset.
  core::Micros at = std::chrono::floor<std::chrono::seconds>(std::max(window.earliest, core::from_us(0)) - 2 * kStep);
  std::int64_t offset = offset_us(zone, at);
  const core::Micros last = std::min(window.latest, kLastChange);
  while (at < last) {
    const core::Micros next = at + kStep;
    if (offset_us(zone, next) == offset) {
      at = next;
      continue;
    }
    const core::Micros change = find_change(zone, at, next);
    if (change >= window.latest) break;
    ranges.push_back({change, false, 0, offset});
    const std::int64_t change_us = core::to_us(change);
    const std::int64_t new_offset = offset_us(zone, change);
    // Where the clock stood at the change, and where it went on.
    const std::int64_t from = change_us + offset;
    const std::int64_t to = change_us + new_offset;
    const bool skips = to > from && aligned(to, 0, span_us) >= from;
    // Times after the change and before the next aligned reading belong to the bucket that was open, or to one that
    // begins at the jump.
    const std::int64_t open = skips ? change_us : bucket_start_us(ranges, span, core::from_us(change_us - 1));
    const std::int64_t next_aligned = aligned(change_us + span_us - 1, new_offset, span_us);
    if (next_aligned > change_us) ranges.push_back({core::from_us(next_aligned), true, open, 0});
    offset = new_offset;
    at = change;
  }
  ranges.push_back({core::Micros::max(), false, 0, offset});
  // What lies before the window was only needed on the way.
  const auto first = std::find_if(ranges.begin(), ranges.end(),
                                  [&](const BucketRange& range) { return range.until > window.earliest; });
  ranges.erase(ranges.begin(), first);
  return ranges;
}

std::int64_t bucket_start_us(const std::vector<BucketRange>& ranges, std::chrono::seconds span, core::Micros time) {
  for (const BucketRange& range : ranges) {
    if (time >= range.until) continue;
    return range.is_fixed ? range.start_us : aligned(core::to_us(time), range.offset_us, span.count() * 1'000'000);
  }
  return core::to_us(time);
}

}  // namespace rw::detect
