#include "storage/sqlite/edit_notifications.h"

#include <vector>

#include "storage/sqlite/change.h"

namespace rw::storage::sqlite {
namespace {

core::Result<std::uint64_t> set_cursors(Connection& connection, const std::vector<NotifyCursor>& cursors) {
  // A cursor never goes back: what was taken up stays so.
  RW_TRY(Change set,
         Change::prepare(connection,
                         "INSERT INTO notify_channel (channel, time, notable, risk_event) VALUES (?1, ?2, ?3, ?4)"
                         " ON CONFLICT (channel) DO UPDATE SET time = excluded.time,"
                         " notable = max(notable, excluded.notable),"
                         " risk_event = max(risk_event, excluded.risk_event)"));
  RW_TRY(Change remove, Change::prepare(connection, "DELETE FROM notify_channel WHERE channel = ?1"));
  std::uint64_t changed = 0;
  for (const NotifyCursor& cursor : cursors) {
    Change& change = cursor.gone
                         ? remove.with(cursor.channel)
                         : set.with(cursor.channel).with(cursor.time).with(cursor.notable).with(cursor.risk_event);
    RW_TRY(const std::uint64_t rows, change.run());
    changed += rows;
  }
  return changed;
}

core::Result<std::uint64_t> set_notifications(Connection& connection, const std::vector<Notification>& notifications) {
  RW_TRY(Change set,
         Change::prepare(connection,
                         "INSERT INTO notification (key, created, channel, kind, findings, ids, state, attempts,"
                         " next_attempt, sent, error)"
                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, nullif(?11, ''))"
                         " ON CONFLICT (key) DO UPDATE SET findings = excluded.findings, ids = excluded.ids,"
                         " state = excluded.state, attempts = excluded.attempts,"
                         " next_attempt = excluded.next_attempt, sent = excluded.sent, error = excluded.error"));
  for (const Notification& notification : notifications) {
    set.with(notification.key).with(notification.created).with(notification.channel).with(notification.kind);
    set.with(notification.findings).with(notification.ids).with(notification.state).with(notification.attempts);
    RW_CHECK(set.with(notification.next_attempt).with(notification.sent).with(notification.error).run());
  }
  RW_TRY(Change trim, Change::prepare(connection,
                                      "DELETE FROM notification WHERE id <= (SELECT max(id) FROM notification)"
                                      " - ?1 AND state <> 'waiting'"));
  RW_CHECK(trim.with(kKeptNotifications).run());
  return notifications.size();
}

}  // namespace

core::Result<std::uint64_t> retry_notifications(Connection& connection,
                                                const std::vector<RetriedNotification>& retries) {
  RW_TRY(Change retry, Change::prepare(connection,
                                       "UPDATE notification SET state = 'waiting', next_attempt = ?, sent = NULL"
                                       " WHERE id = ? AND state IN ('failed', 'given_up')"));
  std::uint64_t changed = 0;
  for (const RetriedNotification& message : retries) {
    RW_TRY(const std::uint64_t rows, retry.with(message.time).with(message.id).run());
    changed += rows;
  }
  return changed;
}

core::Result<std::uint64_t> apply_notifications(Connection& connection, const Edits& edits) {
  std::uint64_t changed = 0;
  if (!edits.notify_cursors.empty()) {
    RW_TRY(const std::uint64_t cursors, set_cursors(connection, edits.notify_cursors));
    changed += cursors;
  }
  if (!edits.notifications.empty()) {
    RW_TRY(const std::uint64_t notifications, set_notifications(connection, edits.notifications));
    changed += notifications;
  }
  return changed;
}

}  // namespace rw::storage::sqlite
