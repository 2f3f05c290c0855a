#include "daemon/notify/outbox.h"

#include <algorithm>
#include <utility>

#include "daemon/core/hash.h"
#include "daemon/notify/quiet.h"

namespace rw::notify {
namespace {

bool matches_any(const std::vector<core::TextPattern>& patterns, std::string_view name) {
  return std::ranges::any_of(patterns, [&](const core::TextPattern& pattern) { return pattern.matches(name); });
}

// Of the first finding: no other message of the channel begins with it, and a message of which is not known whether it
// was stored gets the same when it is made again.
std::string key_of(const std::string& channel, FindingKind kind, std::uint64_t first_id, core::Micros since) {
  core::StableHash hash;
  hash.add(channel);
  hash.add(kind_name(kind));
  hash.add(static_cast<std::int64_t>(first_id));
  hash.add(core::to_us(since));
  return "msg_" + hash.hex();
}

// A message may have waited so long before it was tried at all.
std::chrono::microseconds quiet_length(const ChannelOptions& options) {
  if (!options.quiet_hours) return std::chrono::microseconds(0);
  const auto length = options.quiet_hours->to - options.quiet_hours->from;
  return length < std::chrono::minutes(0) ? length + std::chrono::hours(24) : length;
}

}  // namespace

bool passes(const ChannelOptions& options, const Finding& finding) {
  if (finding.kind == FindingKind::kRiskEvent && !options.risk_events) return false;
  if (finding.urgency < options.severity || !finding.is_new) return false;
  if (!options.detections.empty() && !matches_any(options.detections, finding.detection)) return false;
  return !matches_any(options.exclude, finding.detection);
}

void Group::Some::add(std::int64_t id) {
  const auto number = static_cast<std::uint64_t>(id);
  if (!ids.empty() && ids.back().last + 1 == number) {
    ids.back().last = number;
  } else {
    ids.push_back({number, number});
  }
  ++count;
}

bool Group::add(const Finding& finding, core::Micros now) {
  if (!passes(*options_, finding)) return true;
  if (urgent_.count + others_.count >= most_) return false;
  const bool waits =
      options_->quiet_hours && !(options_->quiet_hours->except && finding.urgency >= *options_->quiet_hours->except);
  (waits ? others_ : urgent_).add(finding.id);
  if (!since_) since_ = std::min(now, finding.created);
  return true;
}

bool Group::due(core::Micros now) const {
  if (empty()) return false;
  // A clock that was set back must not keep it for long.
  return urgent_.count + others_.count >= most_ || now - *since_ >= options_->group_for || now < *since_;
}

std::vector<storage::Notification> Group::messages(FindingKind kind, core::Micros now, const core::TimeZone& zone,
                                                   const storage::Notification* held) const {
  std::vector<storage::Notification> messages;
  const auto add = [&](const Some& some, core::Micros when) {
    storage::Notification& message = messages.emplace_back();
    message.key = key_of(options_->name, kind, some.ids.front().first, *since_);
    message.created = now;
    message.channel = options_->name;
    message.kind = kind_name(kind);
    message.findings = static_cast<std::int64_t>(some.count);
    message.ids = storage::format_ranges(some.ids);
    message.next_attempt = when;
  };
  const auto until = options_->quiet_hours ? quiet_until(*options_->quiet_hours, now, zone) : std::nullopt;
  if (!until) {
    Some all = urgent_;
    for (const storage::RecordRange& range : others_.ids) all.ids.push_back(range);
    std::ranges::sort(all.ids, {}, &storage::RecordRange::first);
    all.count += others_.count;
    if (all.count != 0) add(all, now);
    return messages;
  }
  if (urgent_.count != 0) add(urgent_, now);
  if (others_.count == 0) return messages;
  if (held == nullptr) {
    add(others_, *until);
    return messages;
  }
  storage::Notification& more = messages.emplace_back(*held);
  more.findings += static_cast<std::int64_t>(others_.count);
  more.ids += " " + storage::format_ranges(others_.ids);
  more.next_attempt = until;
  return messages;
}

void Group::clear() {
  urgent_ = {};
  others_ = {};
  since_.reset();
}

std::chrono::microseconds pause_after(std::int64_t attempts, double chance) {
  auto pause = std::chrono::duration_cast<std::chrono::microseconds>(kFirstPause);
  for (std::int64_t i = 1; i < attempts && pause < kLongestPause; ++i) pause *= 2;
  pause = std::min<std::chrono::microseconds>(pause, kLongestPause);
  return std::chrono::microseconds(static_cast<std::int64_t>(static_cast<double>(pause.count()) * (0.75 + chance / 2)));
}

storage::Notification after(storage::Notification message, const Delivery& delivery, core::Micros now,
                            const ChannelOptions& options, double chance) {
  ++message.attempts;
  message.next_attempt.reset();
  if (delivery.outcome == Delivery::Outcome::kSent) {
    message.state = "sent";
    message.sent = now;
    message.error.clear();
    return message;
  }
  message.error = delivery.error;
  if (delivery.outcome == Delivery::Outcome::kRefused) {
    message.state = "failed";
    return message;
  }
  std::chrono::microseconds pause = pause_after(message.attempts, chance);
  if (delivery.retry_after) {
    // A receiver may ask for years.
    const auto asked = std::min(*delivery.retry_after, std::chrono::seconds(std::chrono::hours(24)));
    pause = std::max<std::chrono::microseconds>(pause, asked);
  }
  const core::Micros next = now + pause;
  if (next - message.created > options.give_up_after + quiet_length(options)) {
    message.state = "given_up";
  } else {
    message.next_attempt = next;
  }
  return message;
}

storage::Notification skipped(storage::Notification message, core::Micros now) {
  message.state = "skipped";
  message.next_attempt.reset();
  message.sent = now;
  return message;
}

}  // namespace rw::notify
