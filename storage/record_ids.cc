#include "storage/record_ids.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace rw::storage {
namespace {

// Events of one log are written by several threads, and some formats cut their times to the second.
constexpr std::chrono::seconds kTimeTolerance{2};

// A sender can make up a log that is lost from end to end again and again.
void add_saturated(std::uint64_t& sum, std::uint64_t ids) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  sum = ids > kMost - sum ? kMost : sum + ids;
}

void subtract(std::uint64_t& sum, std::uint64_t ids) { sum -= std::min(sum, ids); }

void remember(std::vector<RecordRange>& ranges, const RecordRange& range) {
  if (ranges.size() >= RecordIds::kMaxRanges) ranges.erase(ranges.begin());
  ranges.push_back(range);
}

}  // namespace

void RecordIds::add(std::span<const RecordRun> runs) {
  std::vector<RecordRun> sorted;
  sorted.reserve(runs.size());
  std::uint64_t newest_id = last_;
  core::Micros newest_time = newest_time_;
  bool known = !empty();
  bool new_beginning = false;
  for (const RecordRun& run : runs) {
    if (run.last > kLargest || run.first > run.last) continue;
    new_beginning = new_beginning || (known && begins_anew(run, newest_id, newest_time));
    newest_id = std::max(newest_id, run.last);
    newest_time = known ? std::max(newest_time, run.last_time) : run.last_time;
    known = true;
    sorted.push_back(run);
  }
  // What came by several ways is out of order only between them: sorted, it leaves no holes that are filled at once.
  if (!new_beginning) {
    std::ranges::stable_sort(sorted, {}, &RecordRun::first);
  }
  for (const RecordRun& run : sorted) {
    if (empty()) {
      start(run);
    } else if (new_beginning && begins_anew(run, last_, newest_time_)) {
      add_saturated(resets_, 1);
      start(run);
    } else {
      extend(run);
    }
  }
}

bool RecordIds::begins_anew(const RecordRun& run, std::uint64_t newest_id, core::Micros newest_time) const {
  if (run.first >= newest_id || run.first_time <= newest_time + kTimeTolerance) return false;
  return newest_id - run.first > kReorder || run.first < newest_id / 2;
}

void RecordIds::start(const RecordRun& run) {
  first_ = run.first;
  last_ = run.last;
  newest_time_ = run.last_time;
  gaps_.clear();
  skips_.clear();
  add_saturated(seen_, run.last - run.first + 1);
}

void RecordIds::extend(const RecordRun& run) {
  newest_time_ = std::max(newest_time_, run.last_time);
  if (run.first <= last_ && run.last >= first_) {
    const RecordRange arrived{std::max(run.first, first_), std::min(run.last, last_)};
    fill(gaps_, arrived, true);
    fill(skips_, arrived, false);
  }
  if (run.last <= last_) return;
  if (run.first > last_ + 1) {
    const RecordRange hole{last_ + 1, run.first - 1};
    add_saturated(missing_, hole.size());
    if (complete()) {
      add_saturated(lost_, hole.size());
      remember(gaps_, hole);
    } else {
      remember(skips_, hole);
    }
  }
  add_saturated(seen_, run.last - std::max(run.first, last_ + 1) + 1);
  last_ = run.last;
}

void RecordIds::fill(std::vector<RecordRange>& ranges, const RecordRange& arrived, bool are_gaps) {
  std::vector<RecordRange> left;
  bool changed = false;
  for (const RecordRange& range : ranges) {
    if (range.last < arrived.first || range.first > arrived.last) {
      left.push_back(range);
      continue;
    }
    changed = true;
    const RecordRange filled{std::max(range.first, arrived.first), std::min(range.last, arrived.last)};
    add_saturated(seen_, filled.size());
    subtract(missing_, filled.size());
    if (are_gaps) subtract(lost_, filled.size());
    if (range.first < filled.first) left.push_back({range.first, filled.first - 1});
    if (filled.last < range.last) left.push_back({filled.last + 1, range.last});
  }
  if (!changed) return;
  while (left.size() > kMaxRanges) left.erase(left.begin());
  ranges = std::move(left);
}

bool RecordIds::complete() const {
  if (empty()) return false;
  // From the newest id back, over the ids outside of gaps.
  std::uint64_t at = last_;  // the ids up to here are still to look at
  std::uint64_t looked_at = 0;
  std::uint64_t absent = 0;
  auto gap = gaps_.rbegin();
  auto skip = skips_.rbegin();
  while (looked_at < kEvidence && at >= first_ && at != 0) {
    const std::uint64_t gap_end = gap == gaps_.rend() ? 0 : gap->last;
    const std::uint64_t skip_end = skip == skips_.rend() ? 0 : skip->last;
    const std::uint64_t hole_end = std::max(gap_end, skip_end);
    const std::uint64_t solid_from = std::max(hole_end + 1, first_);
    if (at >= solid_from) {
      looked_at += std::min(at - solid_from + 1, kEvidence - looked_at);
      at = solid_from - 1;
      continue;
    }
    if (gap_end >= skip_end) {
      ++absent;
      at = gap->first - 1;
      ++gap;
    } else {
      const std::uint64_t ids = std::min(skip->size(), kEvidence - looked_at);
      absent += ids;
      looked_at += ids;
      at = skip->first - 1;
      ++skip;
    }
    if (absent > kTolerated) return false;
  }
  return looked_at >= kEvidence;
}

RecordIds::State RecordIds::state() const {
  return {.first = first_,
          .last = last_,
          .newest_time = newest_time_,
          .seen = seen_,
          .missing = missing_,
          .lost = lost_,
          .resets = resets_,
          .gaps = format_ranges(gaps_),
          .skips = format_ranges(skips_)};
}

core::Result<RecordIds> RecordIds::restore(const State& state) {
  RecordIds ids;
  ids.first_ = state.first;
  ids.last_ = state.last;
  ids.newest_time_ = state.newest_time;
  ids.seen_ = state.seen;
  ids.missing_ = state.missing;
  ids.lost_ = state.lost;
  ids.resets_ = state.resets;
  RW_TRY(ids.gaps_, parse_ranges(state.gaps));
  RW_TRY(ids.skips_, parse_ranges(state.skips));
  return ids;
}

std::string format_ranges(std::span<const RecordRange> ranges) {
  std::string text;
  for (const RecordRange& range : ranges) {
    text += fmt::format("{}{}-{}", text.empty() ? "" : " ", range.first, range.last);
  }
  return text;
}

core::Result<std::vector<RecordRange>> parse_ranges(std::string_view text) {
  std::vector<RecordRange> ranges;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    RecordRange range;
    const auto first = std::from_chars(at, end, range.first);
    const bool dash = first.ec == std::errc() && first.ptr != end && *first.ptr == '-';
    const auto last = dash ? std::from_chars(first.ptr + 1, end, range.last) : first;
    const bool whole = dash && last.ec == std::errc() && (last.ptr == end || *last.ptr == ' ');
    if (!whole || range.last < range.first || (!ranges.empty() && range.first <= ranges.back().last)) {
      return core::invalid_input(
          fmt::format("record ids '{}': expected ascending ranges such as 5-9 12-12", text.substr(0, 80)));
    }
    ranges.push_back(range);
    at = last.ptr == end ? end : last.ptr + 1;
  }
  return ranges;
}

}  // namespace rw::storage
