#include "daemon/scheduler/health.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/core/hash.h"
#include "daemon/core/text.h"
#include "daemon/core/units.h"
#include "daemon/detect/annotations.h"
#include "daemon/scheduler/own_findings.h"

namespace rw::scheduler {
namespace {

using std::chrono::microseconds;

constexpr microseconds kOff{0};
constexpr microseconds kAtOnce{0};

detect::Detection health_detection(const HealthOptions& options) {
  detect::Detection detection;
  detection.id = "3d9c0a4e-5f0b-4d0e-9f55-7a1c6f3e2b90";
  detection.name = "Health of regwarden";
  detection.source = "regwarden";
  detection.version = 1;
  detection.type = "Anomaly";
  detection.security_domain = "audit";
  detection.creates_risk = false;
  detection.creates_notable = options.creates_notable;
  detection.rule_title = "$title$";
  detection.rule_description = "$message$. $action$.";
  detection.nes_fields = {"condition", "subject"};
  detection.severity = options.severity;
  detection.annotations = detect::annotations_json(detection, {});
  return detection;
}

std::string day_of(core::Micros time) { return core::format_rfc3339(time).substr(0, 10); }

}  // namespace

std::optional<HealthCondition> disk_space_low(const HealthOptions& options, const std::string& data_dir,
                                              std::optional<std::uint64_t> free_bytes, core::Micros now) {
  if (!free_bytes || *free_bytes >= options.min_free_bytes) return std::nullopt;
  return HealthCondition{"disk_space_low", "", now,
                         fmt::format("{} has {} MiB left, less than {}", data_dir, *free_bytes / core::kMiB,
                                     core::format_size(options.min_free_bytes)),
                         "Make room: when the disk is full, nothing is written"};
}

std::optional<HealthCondition> certificate_expires(const HealthOptions& options, const Certificate& certificate,
                                                   core::Micros now) {
  const microseconds within = options.certificate_expires_within;
  if (within == kOff || certificate.expires - now >= within) return std::nullopt;
  const bool over = certificate.expires <= now;
  return HealthCondition{"certificate_expires", certificate.input, now,
                         fmt::format("The certificate of {} {} {}", certificate.input,
                                     over ? "expired on" : "expires on", core::format_rfc3339(certificate.expires)),
                         "Put a new one in its place and send SIGHUP"};
}

HealthCondition detection_failing(const HealthOptions& options, const FailingDetection& failing) {
  return {
      "detection_failing", failing.detection, failing.last_failed,
      fmt::format("The last {} runs or more have failed, the last one with: {}", options.failed_runs, failing.error),
      "Its windows are searched again with `regwarden backfill` once it works"};
}

HealthCondition notification_failing(const FailingNotifications& failing) {
  return {"notification_failing", failing.channel, failing.since,
          fmt::format("Messages to the channel {} do not go out: {}", failing.channel, failing.error),
          "Look at the channel in the configuration, then `regwarden notify test`"};
}

// A condition that holds at this look.
struct HealthRule::Seen {
  HealthCondition condition;
  std::string title;
  std::string token;
  microseconds calm = kAtOnce;
  bool told_at_end = false;
};

HealthRule::HealthRule(HealthOptions options, core::Micros now, std::chrono::steady_clock::time_point steady_now)
    : options_(std::move(options)), detection_(health_detection(options_)), last_now_(now), last_steady_(steady_now) {}

void HealthRule::look(const HealthFacts& facts) {
  for (Seen& seen : see(facts)) {
    const auto key = std::pair(seen.condition.condition, seen.condition.subject);
    const auto known = episodes_.find(key);
    if (known == episodes_.end()) {
      begin(std::move(seen), facts);
    } else {
      known->second.last_seen = facts.now;
      known->second.condition.message = std::move(seen.condition.message);
    }
  }
  for (auto it = episodes_.begin(); it != episodes_.end();) {
    const Episode& episode = it->second;
    // A clock that was set back must not keep it open.
    const bool seen_now = episode.last_seen == facts.now;
    const bool over = !seen_now && (facts.now - episode.last_seen >= episode.calm || facts.now < episode.last_seen);
    if (over) end(episode, facts.now);
    it = over ? episodes_.erase(it) : std::next(it);
  }
  last_now_ = facts.now;
  last_steady_ = facts.steady_now;
}

std::vector<HealthRule::Seen> HealthRule::see(const HealthFacts& facts) {
  std::vector<Seen> seen;
  if (facts.stall && options_.store_stalled_after > kOff &&
      facts.now - facts.stall->since >= options_.store_stalled_after) {
    seen.push_back(
        {.condition = {"store_not_writing", "", facts.stall->since, facts.stall->message,
                       "Senders wait or were told to come again, UDP was lost; look at the disk of data_dir"},
         .title = "Events were not written",
         .token = core::format_rfc3339(facts.stall->since),
         .told_at_end = true});
  }
  if (facts.checkpoint_failure) {
    seen.push_back(
        {.condition = {"checkpoint_failing", "", facts.checkpoint_failure->since, facts.checkpoint_failure->message,
                       "Events are written, but the write-ahead log grows: look at the disk of data_dir"},
         .title = "The store's log cannot be emptied",
         .token = core::format_rfc3339(facts.checkpoint_failure->since)});
  }
  if (auto low = disk_space_low(options_, facts.data_dir, facts.free_bytes, facts.now)) {
    seen.push_back(
        {.condition = *std::move(low), .title = "The disk of data_dir is nearly full", .token = day_of(facts.now)});
  }
  // Full for a sender is when its batch finds no room, which is before the last byte is taken.
  if (facts.queue_limit_bytes == 0 || facts.queued_bytes < facts.queue_limit_bytes / 10 * 9) {
    queue_full_since_.reset();
  } else if (!queue_full_since_ || facts.now < *queue_full_since_) {
    queue_full_since_ = facts.now;
  }
  if (queue_full_since_ && options_.queue_full_after > kOff && !facts.stall &&
      facts.now - *queue_full_since_ >= options_.queue_full_after) {
    seen.push_back(
        {.condition = {"queue_full", "", *queue_full_since_, "More comes in than the store can write: senders wait",
                       "Give data_dir a faster disk, or send less"},
         .title = "More events come in than can be written",
         .token = core::format_rfc3339(*queue_full_since_)});
  }
  for (const FailingDetection& failing : facts.failing) {
    seen.push_back({.condition = detection_failing(options_, failing),
                    .title = "Detection fails: " + failing.detection,
                    .token = failing.detection_id + core::format_rfc3339(failing.last_done)});
  }
  for (const Certificate& certificate : facts.certificates) {
    auto expires = certificate_expires(options_, certificate, facts.now);
    if (!expires) continue;
    const bool over = certificate.expires <= facts.now;
    seen.push_back({.condition = *std::move(expires),
                    .title = (over ? "A certificate has expired: " : "A certificate expires: ") + certificate.input,
                    .token = core::format_rfc3339(certificate.expires)});
  }
  for (const FailingNotifications& failing : facts.notifications) {
    seen.push_back({.condition = notification_failing(failing),
                    .title = "Notifications fail: " + failing.channel,
                    .token = core::format_rfc3339(failing.since)});
  }
  see_counter(facts, "udp_dropped", udp_dropped_, facts.udp_dropped, "UDP messages were dropped",
              "UDP messages dropped because the store was behind", "They are lost: let senders use TCP, TLS or RELP",
              seen);
  see_counter(facts, "udp_kernel_dropped", udp_kernel_dropped_, facts.udp_kernel_dropped,
              "The kernel dropped UDP messages", "UDP messages dropped by the kernel",
              "They are lost: raise net.core.rmem_max, or let senders use TCP, TLS or RELP", seen);
  see_counter(facts, "runs_missed", runs_missed_, facts.runs_missed, "Windows of detections were given up",
              "windows of detections given up, being older than scheduler.catch_up",
              "Search them with `regwarden backfill`", seen);
  see_clock(facts, seen);
  return seen;
}

void HealthRule::see_counter(const HealthFacts& facts, std::string_view condition, Watched& watched,
                             std::uint64_t value, std::string_view title, std::string_view what,
                             std::string_view action, std::vector<Seen>& seen) {
  if (value == watched.last) return;
  if (!episodes_.contains({condition, std::string()})) watched.in_episode = 0;
  watched.in_episode += value - watched.last;
  watched.last = value;
  seen.push_back(
      {.condition = {condition, "", facts.now, fmt::format("{} {}", watched.in_episode, what), std::string(action)},
       .title = std::string(title),
       .token = core::format_rfc3339(facts.now),
       .calm = kCalm});
}

// Time by the clock against time that has really passed, between two looks. The steady clock stands still while the
// machine sleeps.
void HealthRule::see_clock(const HealthFacts& facts, std::vector<Seen>& seen) {
  const auto passed = std::chrono::duration_cast<microseconds>(facts.steady_now - last_steady_);
  const microseconds jump = facts.now - last_now_ - passed;
  const microseconds length = jump < kOff ? -jump : jump;
  if (options_.clock_jump == kOff || length < options_.clock_jump) return;
  const auto seconds = std::chrono::round<std::chrono::seconds>(length);
  seen.push_back(
      {.condition = {"clock_jumped", "", facts.now,
                     fmt::format("The clock went {} by {}, from {} to {}",
                                 jump < kOff ? "back" : "on (or the machine slept)", core::format_duration(seconds),
                                 core::format_rfc3339(last_now_ + passed), core::format_rfc3339(facts.now)),
                     "Windows of detections follow the clock: look at the time service"},
       .title = "The clock jumped",
       .token = core::format_rfc3339(facts.now),
       .calm = kCalm});
}

void HealthRule::begin(Seen seen, const HealthFacts& facts) {
  Episode episode{.condition = std::move(seen.condition),
                  .title = std::move(seen.title),
                  .token = std::move(seen.token),
                  .last_seen = facts.now,
                  .calm = seen.calm,
                  .told_at_end = seen.told_at_end};
  const HealthCondition& condition = episode.condition;
  spdlog::error("health: {}: {}. {}", condition.condition, core::to_valid_utf8(condition.message), condition.action);
  if (!episode.told_at_end) tell(episode, std::nullopt, facts.now);
  const auto key = std::pair(condition.condition, condition.subject);
  episodes_.insert_or_assign(key, std::move(episode));
}

void HealthRule::end(const Episode& episode, core::Micros now) {
  const HealthCondition& condition = episode.condition;
  spdlog::info("health: {}{}{}: over, after {}", condition.condition, condition.subject.empty() ? "" : ": ",
               core::to_valid_utf8(condition.subject),
               core::format_duration(std::chrono::round<std::chrono::seconds>(std::max(kOff, now - condition.since))));
  if (episode.told_at_end) tell(episode, now, now);
}

void HealthRule::tell(const Episode& episode, std::optional<core::Micros> until, core::Micros now) {
  const HealthCondition& condition = episode.condition;
  const std::string since = core::format_rfc3339(condition.since);
  std::string message = condition.message;
  if (until) message += fmt::format(", from {} until {}", since, core::format_rfc3339(*until));
  const OwnRow row{
      .columns = {"condition", "subject", "since", "until", "title", "message", "action"},
      .values = {std::string(condition.condition), condition.subject, since,
                 until ? core::format_rfc3339(*until) : std::string(), episode.title, message, condition.action},
      .group_columns = {"condition", "subject"}};
  storage::Batch batch;
  add_own_findings(
      detection_, row, {std::min(condition.since, now), now}, now, options_.findings,
      [&](std::string_view kind) {
        core::StableHash hash;
        for (const std::string_view part :
             {std::string_view(detection_.id), condition.condition, std::string_view(condition.subject),
              std::string_view(episode.token), kind}) {
          hash.add(part);
        }
        return hash.hex();
      },
      batch);
  std::ranges::move(batch.notables, std::back_inserter(unwritten_));
}

std::vector<HealthCondition> HealthRule::current() const {
  std::vector<HealthCondition> conditions;
  for (const auto& [key, episode] : episodes_) conditions.push_back(episode.condition);
  return conditions;
}

}  // namespace rw::scheduler
