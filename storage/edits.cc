#include "storage/edits.h"

namespace rw::storage {
namespace {

constexpr std::size_t kAccessEditBytes = 512;  // with its texts, roughly: they are short

}  // namespace

std::size_t Edits::size_bytes() const {
  std::size_t bytes = sizeof(Edits) + notables.size() * sizeof(NotableEdit) + audit.size() * sizeof(AuditEntry) +
                      access.size() * kAccessEditBytes;
  for (const NotableEdit& edit : notables) bytes += edit.actor.size() + edit.comment.size();
  for (const AuditEntry& entry : audit) bytes += entry.actor.size() + entry.object.size() + entry.detail.size();
  bytes += retries.size() * sizeof(RetriedNotification);
  bytes += notify_cursors.size() * sizeof(NotifyCursor) + notifications.size() * sizeof(Notification);
  for (const Notification& notification : notifications) bytes += notification.ids.size() + notification.error.size();
  return bytes;
}

}  // namespace rw::storage
