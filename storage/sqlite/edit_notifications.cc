#include "storage/sqlite/edit_notifications.h"

#include <optional>
#include <string_view>
#include <vector>

namespace rw::storage::sqlite {
namespace {

void bind_time(Statement& statement, int index, const std::optional<core::Micros>& time) {
  if (time) {
    statement.bind(index, core::to_us(*time));
  } else {
    statement.bind_null(index);
  }
}

core::Result<std::uint64_t> set_cursors(Connection& connection, const std::vector<NotifyCursor>& cursors) {
  // A cursor never goes back: what was taken up stays so.
  RW_TRY(Statement set,
         connection.prepare("INSERT INTO notify_channel (channel, time, notable, risk_event) VALUES (?1, ?2, ?3, ?4)"
                            " ON CONFLICT (channel) DO UPDATE SET time = excluded.time,"
                            " notable = max(notable, excluded.notable),"
                            " risk_event = max(risk_event, excluded.risk_event)"));
  RW_TRY(Statement remove, connection.prepare("DELETE FROM notify_channel WHERE channel = ?1"));
  std::uint64_t changed = 0;
  for (const NotifyCursor& cursor : cursors) {
    Statement& statement = cursor.gone ? remove : set;
    statement.bind(1, std::string_view(cursor.channel));
    if (!cursor.gone) {
      set.bind(2, core::to_us(cursor.time));
      set.bind(3, cursor.notable);
      set.bind(4, cursor.risk_event);
    }
    RW_CHECK(statement.run());
    changed += static_cast<std::uint64_t>(connection.changes());
  }
  return changed;
}

core::Result<std::uint64_t> set_notifications(Connection& connection, const std::vector<Notification>& notifications) {
  RW_TRY(Statement set,
         connection.prepare("INSERT INTO notification (key, created, channel, kind, findings, ids, state, attempts,"
                            " next_attempt, sent, error)"
                            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, nullif(?11, ''))"
                            " ON CONFLICT (key) DO UPDATE SET findings = excluded.findings, ids = excluded.ids,"
                            " state = excluded.state, attempts = excluded.attempts,"
                            " next_attempt = excluded.next_attempt, sent = excluded.sent, error = excluded.error"));
  for (const Notification& notification : notifications) {
    set.bind(1, std::string_view(notification.key));
    set.bind(2, core::to_us(notification.created));
    set.bind(3, std::string_view(notification.channel));
    set.bind(4, std::string_view(notification.kind));
    set.bind(5, notification.findings);
    set.bind(6, std::string_view(notification.ids));
    set.bind(7, std::string_view(notification.state));
    set.bind(8, notification.attempts);
    bind_time(set, 9, notification.next_attempt);
    bind_time(set, 10, notification.sent);
    set.bind(11, std::string_view(notification.error));
    RW_CHECK(set.run());
  }
  RW_TRY(Statement trim, connection.prepare("DELETE FROM notification WHERE id <= (SELECT max(id) FROM notification)"
                                            " - ?1 AND state <> 'waiting'"));
  trim.bind(1, kKeptNotifications);
  RW_CHECK(trim.run());
  return notifications.size();
}

}  // namespace

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
