#include "storage/sqlite/edits.h"

#include <string>
#include <string_view>

#include "storage/sqlite/edit_access.h"
#include "storage/sqlite/edit_notifications.h"

namespace rw::storage::sqlite {
namespace {

void bind_text(Statement& statement, int index, const std::optional<std::string>& text) {
  if (text) {
    statement.bind(index, std::string_view(*text));
  } else {
    statement.bind_null(index);
  }
}

core::Result<std::uint64_t> edit_notables(Connection& connection, const std::vector<NotableEdit>& edits) {
  RW_TRY(Statement update,
         connection.prepare("UPDATE notable SET status = ifnull(?2, status), owner = ifnull(?3, owner),"
                            " disposition = ifnull(?4, disposition) WHERE id = ?1"));
  RW_TRY(Statement note,
         connection.prepare("INSERT INTO notable_change (time, notable, actor, status, owner, disposition, comment)"
                            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, nullif(?7, ''))"));
  std::uint64_t changed = 0;
  for (const NotableEdit& edit : edits) {
    update.bind(1, edit.notable);
    bind_text(update, 2, edit.status);
    bind_text(update, 3, edit.owner);
    bind_text(update, 4, edit.disposition);
    RW_CHECK(update.run());
    if (connection.changes() == 0) continue;
    ++changed;
    note.bind(1, core::to_us(edit.time));
    note.bind(2, edit.notable);
    note.bind(3, std::string_view(edit.actor));
    bind_text(note, 4, edit.status);
    bind_text(note, 5, edit.owner);
    bind_text(note, 6, edit.disposition);
    note.bind(7, std::string_view(edit.comment));
    RW_CHECK(note.run());
  }
  return changed;
}

core::Result<void> add_audit(Connection& connection, const std::vector<AuditEntry>& entries) {
  RW_TRY(Statement insert, connection.prepare("INSERT INTO audit (time, actor, peer, action, object, detail)"
                                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  for (const AuditEntry& entry : entries) {
    insert.bind(1, core::to_us(entry.time));
    insert.bind(2, std::string_view(entry.actor));
    insert.bind(3, std::string_view(entry.peer));
    insert.bind(4, std::string_view(entry.action));
    insert.bind(5, std::string_view(entry.object));
    insert.bind(6, std::string_view(entry.detail));
    RW_CHECK(insert.run());
  }
  RW_TRY(Statement trim, connection.prepare("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?1"));
  trim.bind(1, std::int64_t{kMostAuditEntries});
  return trim.run();
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
  const bool worth_a_note = edits.access.empty() || access > 0;
  if (worth_a_note && !edits.audit.empty()) RW_CHECK(add_audit(connection, edits.audit));
  RW_TRY(const std::uint64_t told, apply_notifications(connection, edits));
  return changed + told;
}

}  // namespace rw::storage::sqlite
