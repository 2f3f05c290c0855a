// What a channel does with findings and messages: which findings it tells, which it tells together, when it tries
// again, and when no more. This is the part that decides; notifier.h has the threads. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/time.h"
#include "daemon/notify/message.h"
#include "daemon/notify/options.h"
#include "storage/notification.h"
#include "storage/record_ids.h"

namespace rw::notify {

// Whether the channel tells such a finding.
bool passes(const ChannelOptions& options, const Finding& finding);

// Findings of one kind that came since the cursor and are not in a message yet.
class Group {
 public:
  static constexpr std::uint64_t kMost = 10'000;  // then it is a message at once

  // `most`: findings in one message.
  explicit Group(const ChannelOptions& options, std::uint64_t most = kMost) : options_(&options), most_(most) {}

  // In the order of ids. False: it is full, and the finding not taken; make it a message first.
  bool add(const Finding& finding, core::Micros now);
  bool empty() const { return urgent_.count + others_.count == 0; }
  // From the first finding's making on it collects for group_for.
  bool due(core::Micros now) const;
  // What it becomes: one message at once, and one when quiet hours end where some may wait. `held`: a message that
  // waits for that already; it then takes the others, too.
  std::vector<storage::Notification> messages(FindingKind kind, core::Micros now, const core::TimeZone& zone,
                                              const storage::Notification* held) const;
  void clear();

 private:
  struct Some {
    std::vector<storage::RecordRange> ids;
    std::uint64_t count = 0;
    void add(std::int64_t id);
  };

  const ChannelOptions* options_;
  std::uint64_t most_;
  Some urgent_;  // not kept by quiet hours
  Some others_;
  std::optional<core::Micros> since_;
};

// How an attempt ended.
struct Delivery {
  enum class Outcome {
    kSent,
    kRetry,    // could work later
    kRefused,  // will not work later either
  };
  Outcome outcome = Outcome::kSent;
  std::string error = {};                                          // without secrets
  std::optional<std::chrono::seconds> retry_after = std::nullopt;  // asked for by the receiver
};

inline constexpr std::chrono::seconds kFirstPause{5};
inline constexpr std::chrono::seconds kLongestPause{3600};

// The pause after so many attempts that failed: 5 s, 10 s, 20 s, … at most an hour, each between three quarters and
// five quarters of it. chance: 0 to 1.
std::chrono::microseconds pause_after(std::int64_t attempts, double chance);

// The message after an attempt.
storage::Notification after(storage::Notification message, const Delivery& delivery, core::Micros now,
                            const ChannelOptions& options, double chance);

// Of no finding is anything left to tell.
storage::Notification skipped(storage::Notification message, core::Micros now);

}  // namespace rw::notify
