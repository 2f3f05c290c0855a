// Which record ids of one event log have reached us. Windows numbers the events of a log (of one host and channel) one
// by one, so an id that never came is an event that was lost, or that its forwarder left out on purpose. Remembered as
// ranges, never as counts: an event that comes twice is seen once, and a late one fills the hole it left.
// Pure; used by the thread that merges sources.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/time.h"

namespace rw::storage {

// Ids that came one after the other, each one more than the last, with their event times.
struct RecordRun {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // included
  core::Micros first_time;
  core::Micros last_time;  // the newest of them
};

struct RecordRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // included
  std::uint64_t size() const { return last - first + 1; }

  friend bool operator==(const RecordRange&, const RecordRange&) = default;
};

// Most forwarders send only some kinds of events, and then most ids are missing by intention. So a hole is called a
// gap only in a log that came whole until then: kEvidence ids before the hole were looked for, and at most kTolerated
// of them had not come, each earlier gap counted as one. Any other hole is a skip: counted as missing, alarming nobody.
//
// A log that begins again (cleared, restored, another machine of that name) shows lower ids with newer times; its ids
// are then counted anew, on top of what was seen and missed before. An id that is at most kReorder below the newest is
// late or a duplicate, never a new beginning, unless it is less than half of it.
class RecordIds {
 public:
  static constexpr std::uint64_t kEvidence = 1000;
  static constexpr std::uint64_t kTolerated = 10;
  static constexpr std::uint64_t kReorder = 1000;
  static constexpr std::size_t kMaxRanges = 32;  // of gaps and of skips; of more, the oldest are only counted
  // Greater ids are no record ids of Windows; they are ignored.
  static constexpr std::uint64_t kLargest = (std::uint64_t{1} << 53) - 1;

  // Takes runs in the order of their arrival. Ids below the first one seen are not counted: they were logged before we
  // were sent to.
  void add(std::span<const RecordRun> runs);

  // All there is to know, as it is stored: gaps and skips as texts of ranges ("5-9 12-12").
  struct State {
    std::uint64_t first = 0;  // of the log as it is now; 0 with last 0: none seen
    std::uint64_t last = 0;
    core::Micros newest_time;
    std::uint64_t seen = 0;     // ids
    std::uint64_t missing = 0;  // ids, in gaps and skips, also those no longer remembered as ranges
    std::uint64_t lost = 0;     // of missing: in gaps
    std::uint64_t resets = 0;
    std::string gaps;
    std::string skips;
  };
  State state() const;
  // Errors: InvalidInput (a text of ranges that is none).
  static core::Result<RecordIds> restore(const State& state);

  std::optional<std::uint64_t> last() const { return empty() ? std::nullopt : std::optional(last_); }
  // A hole that opened now would be a gap.
  bool complete() const;

 private:
  bool empty() const { return last_ == 0 && seen_ == 0; }
  bool begins_anew(const RecordRun& run, std::uint64_t newest_id, core::Micros newest_time) const;
  void start(const RecordRun& run);
  void extend(const RecordRun& run);
  void fill(std::vector<RecordRange>& ranges, const RecordRange& arrived, bool are_gaps);

  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
  core::Micros newest_time_;
  std::uint64_t seen_ = 0;
  std::uint64_t missing_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t resets_ = 0;
  std::vector<RecordRange> gaps_;  // ascending, as skips_
  std::vector<RecordRange> skips_;
};

// "5-9 12-12": as State has them. Errors: InvalidInput.
std::string format_ranges(std::span<const RecordRange> ranges);
core::Result<std::vector<RecordRange>> parse_ranges(std::string_view text);

}  // namespace rw::storage
