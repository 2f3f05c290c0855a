#include "storage/edits.h"

namespace rw::storage {

std::size_t Edits::size_bytes() const {
  std::size_t bytes = sizeof(Edits) + notables.size() * sizeof(NotableEdit) + audit.size() * sizeof(AuditEntry);
  for (const NotableEdit& edit : notables) bytes += edit.actor.size() + edit.comment.size();
  for (const AuditEntry& entry : audit) bytes += entry.actor.size() + entry.object.size() + entry.detail.size();
  return bytes;
}

}  // namespace rw::storage
