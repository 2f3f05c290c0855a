#include "storage/sqlite/edits.h"

#include "storage/sqlite/change.h"
#include "storage/sqlite/edit_access.h"
#include "storage/sqlite/edit_notifications.h"

namespace rw::storage::sqlite {
namespace {

core::Result<std::uint64_t> edit_notables(Connection& connection, const std::vector<NotableEdit>& edits) {
  RW_TRY(Change update, Change::prepare(connection,
                                        "UPDATE notable SET status = ifnull(?1, status), owner = ifnull(?2, owner),"
                                        " disposition = ifnull(?3, disposition) WHERE id = ?4"));
  RW_TRY(Change note,
         Change::prepare(connection,
                         "INSERT INTO notable_change (time, notable, actor, status, owner, disposition, comment)"
                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, nullif(?7, ''))"));
  std::uint64_t changed = 0;
  for (const NotableEdit& edit : edits) {
    RW_TRY(const std::uint64_t rows,
           update.with(edit.status).with(edit.owner).with(edit.disposition).with(edit.notable).run());
    if (rows == 0) continue;
    ++changed;
    note.with(edit.time).with(edit.notable).with(edit.actor);
    RW_CHECK(note.with(edit.status).with(edit.owner).with(edit.disposition).with(edit.comment).run());
  }
  return changed;
}

core::Result<void> add_audit(Connection& connection, const std::vector<AuditEntry>& entries) {
  RW_TRY(Change insert, Change::prepare(connection,
                                        "INSERT INTO audit (time, actor, peer, action, object, detail)"
                                        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  for (const AuditEntry& entry : entries) {
    insert.with(entry.time).with(entry.actor).with(entry.peer);
    RW_CHECK(insert.with(entry.action).with(entry.object).with(entry.detail).run());
  }
  RW_TRY(Change trim, Change::prepare(connection, "DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?1"));
  RW_CHECK(trim.with(std::int64_t{kMostAuditEntries}).run());
  return {};
}

}  // namespace

core::Result<std::uint64_t> apply(Connection& connection, const Edits& edits) {
  std::uint64_t changed = 0;
  if (!edits.notables.empty()) {
    RW_TRY(const std::uint64_t notables, edit_notables(connection, edits.notables));
    changed += notables;
  }
  std::uint64_t access = 0;
  if (!edits.access.empty()) {
    RW_TRY(access, edit_access(connection, edits.access));
    changed += access;
  }
  std::uint64_t retried = 0;
  if (!edits.retries.empty()) {
    RW_TRY(retried, retry_notifications(connection, edits.retries));
    changed += retried;
  }
  const bool worth_a_note = (edits.access.empty() && edits.retries.empty()) || access + retried > 0;
  if (worth_a_note && !edits.audit.empty()) RW_CHECK(add_audit(connection, edits.audit));
  RW_TRY(const std::uint64_t told, apply_notifications(connection, edits));
  return changed + told;
}

}  // namespace rw::storage::sqlite
