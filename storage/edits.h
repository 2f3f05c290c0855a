// What people decide, as opposed to what events say: it is written in the transaction of the batch that carries it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/time.h"
#include "storage/access.h"
#include "storage/notification.h"

namespace rw::storage {

// The triage of a notable (Splunk ES: incident review). Members that are unset leave what is there.
struct NotableEdit {
  std::int64_t notable = 0;  // its id; of one that does not exist nothing is written
  core::Micros time;
  std::string actor;                            // who: "token NAME", "user NAME", …
  std::optional<std::string> status = {};       // one of kNotableStatuses
  std::optional<std::string> owner = {};        // "unassigned": nobody
  std::optional<std::string> disposition = {};  // one of kNotableDispositions
  std::string comment = {};
};

inline constexpr const char* kNotableStatuses[] = {"new", "in_progress", "pending", "resolved", "closed"};
inline constexpr const char* kNotableDispositions[] = {"undetermined", "true_positive", "benign_positive",
                                                       "false_positive", "other"};

// Who changed what, for those who ask later.
struct AuditEntry {
  core::Micros time;
  std::string actor;
  std::string peer;    // address of the client; empty: a command on this machine
  std::string action;  // "notable.edit", "token.add", …
  std::string object;  // what it was done to: an id or a name
  std::string detail;  // JSON: what was asked for, without secrets
};

inline constexpr int kMostAuditEntries = 100'000;  // beyond them the oldest go

struct Edits {
  std::vector<NotableEdit> notables;
  std::vector<AccessEdit> access;
  std::vector<RetriedNotification> retries;
  // Not written where the edits of access, or the retries, have found nothing to change: a note of what did not happen
  // would be wrong.
  std::vector<AuditEntry> audit;
  std::vector<NotifyCursor> notify_cursors;
  std::vector<Notification> notifications;

  std::size_t size_bytes() const;
};

}  // namespace rw::storage
