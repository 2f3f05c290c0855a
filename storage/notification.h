// The outbox: up to where each channel of notifications has taken up the findings, and the messages that it made of
// them. A cursor and the messages that it stands for are written in one transaction, so nothing is missed, whenever the
// daemon ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/time.h"

namespace rw::storage {

// Findings with these ids and below have been taken up: they are in a message, or none for this channel.
struct NotifyCursor {
  std::string channel;
  core::Micros time;  // of this change
  std::int64_t notable = 0;
  std::int64_t risk_event = 0;
  bool gone = false;  // the channel is no longer configured: its row goes
};

// A message of a channel, in the state that it is in from now on. Its key says which.
struct Notification {
  std::string key;  // unique, for ever
  core::Micros created;
  std::string channel;
  std::string kind;               // "notables" or "risk_events"
  std::int64_t findings = 0;      // how many
  std::string ids;                // of the findings: ranges ("5-9 12-12", see record_ids.h)
  std::string state = "waiting";  // one of kNotificationStates
  std::int64_t attempts = 0;
  std::optional<core::Micros> next_attempt = std::nullopt;  // while it waits
  std::optional<core::Micros> sent = std::nullopt;
  std::string error = {};  // of the last attempt that failed; without secrets
};

// A message that failed or was given up waits again, due at this time; of another state it stays as it is.
struct RetriedNotification {
  std::int64_t id = 0;
  core::Micros time;
};

// failed: refused for good. given_up: tried too long. skipped: nothing was left to tell, all findings were taken up or
// deleted before it was sent.
inline constexpr std::string_view kNotificationStates[] = {"waiting", "sent", "failed", "given_up", "skipped"};
inline constexpr std::int64_t kKeptNotifications = 10'000;  // of those that do not wait, the newest

}  // namespace rw::storage
