// What an operator must know of regwarden itself: events that are not written, a disk that fills, detections that fail.
// Each such condition is shown while it lasts (GET /api/v1/status, the page), logged when it begins and when it is
// over, and is one notable. This is the part that decides; health_watch.h is the thread that looks.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/time.h"
#include "daemon/detect/detection.h"
#include "daemon/scheduler/finding_options.h"
#include "storage/batch.h"

namespace rw::scheduler {

// 0 switches a condition off.
struct HealthOptions {
  std::chrono::microseconds store_stalled_after = std::chrono::minutes(1);
  std::chrono::microseconds queue_full_after = std::chrono::minutes(1);
  std::uint64_t min_free_bytes = std::uint64_t{1} << 30;  // on the disk of data_dir
  std::uint64_t failed_runs = 3;                          // of one detection, one after the other
  std::chrono::microseconds certificate_expires_within = std::chrono::hours(14 * 24);
  std::chrono::microseconds clock_jump = std::chrono::minutes(1);
  bool creates_notable = true;
  std::string severity = "high";
  FindingOptions findings = {};

  friend bool operator==(const HealthOptions&, const HealthOptions&) = default;
};

// A detection whose last runs all failed.
struct FailingDetection {
  std::string detection_id;
  std::string detection;
  core::Micros last_done;    // scheduled time of the last run that did not fail; 1970: there is none
  core::Micros last_failed;  // of the last run
  std::string error;         // of the last run
};

struct Certificate {
  std::string input;  // "syslog/tls 0.0.0.0:6514"
  core::Micros expires;
};

// A channel of notifications whose messages do not go out.
struct FailingNotifications {
  std::string channel;
  core::Micros since;
  std::string error;  // of the last attempt
};

// What is seen at one look.
struct HealthFacts {
  struct Trouble {
    core::Micros since;
    std::string message;
  };
  core::Micros now;
  std::chrono::steady_clock::time_point steady_now;
  std::optional<Trouble> stall;               // nothing is written
  std::optional<Trouble> checkpoint_failure;  // see storage::Writer
  std::size_t queued_bytes = 0;
  std::size_t queue_limit_bytes = 0;
  std::string data_dir;
  std::optional<std::uint64_t> free_bytes;  // unset: not known
  // Counters; what they have at the first look has happened since the start.
  std::uint64_t udp_dropped = 0;
  std::uint64_t udp_kernel_dropped = 0;
  std::uint64_t runs_missed = 0;
  std::vector<FailingDetection> failing;  // at least failed_runs times
  std::vector<Certificate> certificates;  // in use
  std::vector<FailingNotifications> notifications;
};

// Their meaning stands in docs/health.md.
inline constexpr std::string_view kHealthConditions[] = {
    "certificate_expires", "checkpoint_failing",   "clock_jumped",      "detection_failing",
    "disk_space_low",      "notification_failing", "queue_full",        "runs_missed",
    "store_not_writing",   "udp_dropped",          "udp_kernel_dropped"};

struct HealthCondition {
  std::string_view condition;  // one of kHealthConditions
  std::string subject;         // what it is about where there are several: a detection, an input
  core::Micros since;
  std::string message;  // what is the matter
  std::string action;   // what to do
};

// The conditions that one look is enough for; nullopt: it does not hold. The daemon and `regwarden doctor` say the
// same.
std::optional<HealthCondition> disk_space_low(const HealthOptions& options, const std::string& data_dir,
                                              std::optional<std::uint64_t> free_bytes, core::Micros now);
std::optional<HealthCondition> certificate_expires(const HealthOptions& options, const Certificate& certificate,
                                                   core::Micros now);
HealthCondition detection_failing(const HealthOptions& options, const FailingDetection& failing);
HealthCondition notification_failing(const FailingNotifications& failing);

// Holds no thread and no clock. A condition is an episode: it begins, which is logged and makes a notable, and ends,
// which is logged. While the store does not write, notables wait; that the store does not write is told when it is
// over, from when until when. Drops and missed runs have no end of their own: they are over when there are no more for
// kCalm.
class HealthRule {
 public:
  static constexpr std::chrono::minutes kCalm{10};

  HealthRule(HealthOptions options, core::Micros now, std::chrono::steady_clock::time_point steady_now);

  void look(const HealthFacts& facts);

  // Of what lasts, in the order of their names.
  std::vector<HealthCondition> current() const;

  // Notables that the store has not been given yet: to be submitted, and then put down as written.
  const std::vector<cim::Notable>& unwritten() const { return unwritten_; }
  void set_written() { unwritten_.clear(); }

 private:
  struct Seen;
  struct Episode {
    HealthCondition condition;
    std::string title;
    std::string token;  // what tells this episode from others, and is the same after a restart
    core::Micros last_seen;
    std::chrono::microseconds calm;  // without being seen until it is over
    bool told_at_end = false;
  };
  // How much of a counter is new.
  struct Watched {
    std::uint64_t last = 0;
    std::uint64_t in_episode = 0;
  };

  std::vector<Seen> see(const HealthFacts& facts);
  void see_counter(const HealthFacts& facts, std::string_view condition, Watched& watched, std::uint64_t value,
                   std::string_view title, std::string_view what, std::string_view action, std::vector<Seen>& seen);
  void see_clock(const HealthFacts& facts, std::vector<Seen>& seen);
  void begin(Seen seen, const HealthFacts& facts);
  void end(const Episode& episode, core::Micros now);
  void tell(const Episode& episode, std::optional<core::Micros> until, core::Micros now);

  const HealthOptions options_;
  const detect::Detection detection_;                                     // its notables come from it
  std::map<std::pair<std::string_view, std::string>, Episode> episodes_;  // by condition and subject
  std::vector<cim::Notable> unwritten_;
  Watched udp_dropped_;
  Watched udp_kernel_dropped_;
  Watched runs_missed_;
  std::optional<core::Micros> queue_full_since_;
  core::Micros last_now_;
  std::chrono::steady_clock::time_point last_steady_;
};

}  // namespace rw::scheduler
