// What is told: findings as they are read from the store, and the message that many of them become: how many, the
// most urgent of them, and counts by detection and by host. Every text of a Finding is plain() already. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/time.h"
#include "daemon/notify/options.h"
#include "storage/store.h"

namespace rw::notify {

// Which list a finding is of: each has ids of its own.
enum class FindingKind { kNotable, kRiskEvent };
// "notables" and "risk_events", as the outbox calls them.
std::string_view kind_name(FindingKind kind);
FindingKind kind_of(std::string_view name);

struct Finding {
  FindingKind kind = FindingKind::kNotable;
  std::int64_t id = 0;
  core::Micros time;
  core::Micros created;
  std::string detection_id;
  std::string detection;
  std::string title;
  std::string description;
  std::string security_domain;  // notables only
  Severity severity = Severity::kInformational;
  Severity urgency = Severity::kInformational;  // what decides; a risk event's is its severity
  std::string dest;  // a notable's `dest` and `user`, several with ", " between; a risk event's object by its type
  std::string user;
  std::optional<std::int64_t> risk_score = std::nullopt;
  std::vector<std::string> techniques = {};  // ATT&CK ids
  bool is_new = true;                        // nobody has taken the notable up yet
};

// The rows of a page of notables or risk events, in the order of their ids.
std::vector<Finding> findings_of(FindingKind kind, const storage::ListPage& page);

struct Count {
  std::string name;
  std::uint64_t count = 0;

  friend bool operator==(const Count&, const Count&) = default;
};

struct Message {
  std::string id;  // the same for every attempt, so that a receiver can tell a repetition
  std::string channel;
  FindingKind kind = FindingKind::kNotable;
  bool test = false;
  core::Micros created;
  std::uint64_t count = 0;                       // findings; `findings` has the most urgent of them
  Severity severity = Severity::kInformational;  // the highest of its findings
  Severity urgency = Severity::kInformational;   // the same
  std::vector<Finding> findings = {};
  std::vector<Count> by_detection = {};  // most first, at most kListed; those beyond are not there
  std::vector<Count> by_dest = {};
  std::string url = {};  // of the findings on the page; empty: not known
};

// "High: Disable AMSI Through Registry on WS1", "12 findings, high at most: Disable AMSI Through Registry (11), …"
std::string headline(const Message& message);
// Of one finding: "2026-10-11 22:14:15 UTC  high  Disable AMSI Through Registry on WS1 (ann)"
std::string line_of(const Finding& finding, const core::TimeZone& zone);
// "On 3 hosts: WS1 (10), WS2 (1), WS3 (1)"; of the lists as they are.
std::string counts_line(const std::vector<Count>& counts);

// Takes findings one by one, however many, and keeps what a message shows.
class Digest {
 public:
  static constexpr std::size_t kListed = 10;
  static constexpr std::size_t kMaxNames = 10'000;  // of detections and of hosts that are counted by name

  // listed: so many findings are kept, the most urgent, of those the newest.
  explicit Digest(std::size_t listed = kListed) : listed_(listed) {}

  void add(Finding finding);
  std::uint64_t count() const { return count_; }
  // id, channel, kind, created and url are left to the caller.
  Message message() const;

 private:
  std::size_t listed_;
  std::uint64_t count_ = 0;
  Severity severity_ = Severity::kInformational;
  Severity urgency_ = Severity::kInformational;
  std::vector<Finding> worst_;
  std::map<std::string, std::uint64_t> detections_;
  std::map<std::string, std::uint64_t> dests_;
};

}  // namespace rw::notify
