// A channel at work: takes up new findings, makes messages of them in the outbox, and sends those that are due. Each
// step is in the store before the next one relies on it: a message is sent at least once, whenever the daemon ends.
// One thread, but for failing() and look_again().
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/log.h"
#include "daemon/core/mutex.h"
#include "daemon/core/time.h"
#include "daemon/notify/outbox.h"
#include "daemon/notify/sender.h"
#include "storage/edits.h"
#include "storage/store.h"

namespace rw::notify {

// Returns when it is on disk, or `stopping` became true (Cancelled). Thread-safe. After an error it may be, or may
// come to be, on disk all the same.
using CommitEdits = std::function<core::Result<void>(storage::Edits edits, const std::atomic<bool>& stopping)>;

// A channel whose last messages did not go out.
struct FailingChannel {
  std::string channel;
  core::Micros since;
  std::string error;

  friend bool operator==(const FailingChannel&, const FailingChannel&) = default;
};

class Channel {
 public:
  // So many attempts that fail one after the other make it a failing one; a message that is lost does at once.
  static constexpr int kFailing = 3;

  // All of these outlive it.
  struct Sources {
    storage::Reader& reader;
    const CommitEdits& commit;
    core::Counters& counters;
    const core::Clock& clock;
  };

  Channel(ChannelOptions options, core::TimeZone zone, std::string url, std::unique_ptr<Sender> sender,
          Sources sources);

  // Errors: those of the reader and of the commit; the next call goes on.
  core::Result<void> look(const std::atomic<bool>& stopping);

  // Thread-safe, as is the next one.
  std::optional<FailingChannel> failing() const;
  // Somebody else has made a message wait in the store: the next look() finds it, and tries it even while the receiver
  // takes nothing.
  void look_again() { look_again_ = true; }
  const std::string& name() const { return options_.name; }

 private:
  // Of one kind of finding.
  struct Pending {
    FindingKind kind;
    Group group;
    std::int64_t taken = 0;  // ids up to this one are in the outbox, as the store knows it
    std::int64_t seen = 0;   // and up to this one in the group
  };

  core::Result<void> load(const std::atomic<bool>& stopping);
  core::Result<void> find_waiting();
  core::Result<void> take_up(Pending& pending);
  core::Result<void> make_messages(Pending& pending, const std::atomic<bool>& stopping);
  bool is_blocked(core::Micros now) const;
  core::Result<void> send_due(const std::atomic<bool>& stopping);
  core::Result<bool> send(storage::Notification message, const std::atomic<bool>& stopping);
  core::Result<Digest> digest_of(const storage::Notification& message);
  core::Result<void> save(std::vector<storage::Notification> messages, const std::atomic<bool>& stopping);
  void keep(const storage::Notification& message);
  void note(const storage::Notification& message, const Delivery& delivery);
  core::Result<std::int64_t> newest(FindingKind kind, std::int64_t after);
  core::Result<std::vector<Finding>> findings_between(FindingKind kind, std::int64_t after, std::int64_t before);
  storage::NotifyCursor cursor() const;

  const ChannelOptions options_;
  const core::TimeZone zone_;
  const std::string url_;
  const std::unique_ptr<Sender> sender_;
  const Sources sources_;

  bool loaded_ = false;
  std::atomic<bool> look_again_{false};
  Pending notables_;
  Pending risk_events_;
  std::vector<storage::Notification> waiting_;    // as the store knows them
  std::optional<storage::Notification> unsaved_;  // was sent, or not, and the store does not know
  std::optional<core::Micros> blocked_until_;     // the receiver does not take anything
  int failures_ = 0;                              // one after the other
  std::optional<core::Micros> first_failure_;
  std::minstd_rand chance_{std::random_device{}()};
  core::OncePerMinute told_;

  mutable core::Mutex mutex_;
  std::optional<FailingChannel> failing_ RW_GUARDED_BY(mutex_);
};

// What waits, oldest first; of all channels where `channel` is empty. Errors: those of Reader::list.
core::Result<std::vector<storage::Notification>> waiting_messages(storage::Reader& reader, const std::string& channel);

}  // namespace rw::notify
