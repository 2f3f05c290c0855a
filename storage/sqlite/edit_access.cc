#include "storage/sqlite/edit_access.h"

#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "storage/sqlite/change.h"

namespace rw::storage::sqlite {
namespace {

core::Result<std::uint64_t> apply_edit(Connection& connection, const NewToken& token) {
  RW_TRY(Change forget,
         Change::prepare(connection,
                         "DELETE FROM api_token WHERE id IN (SELECT id FROM api_token"
                         " WHERE revoked IS NOT NULL ORDER BY revoked DESC, id DESC LIMIT -1 OFFSET ?)"));
  RW_CHECK(forget.with(std::int64_t{kMostRevokedTokens}).run());
  RW_TRY(Change insert,
         Change::prepare(connection,
                         "INSERT INTO api_token (name, hash, scopes, created, created_by, expires)"
                         " SELECT ?, ?, ?, ?, ?, ?"
                         " WHERE (SELECT count(*) FROM api_token WHERE revoked IS NULL) < ? ON CONFLICT DO NOTHING"));
  return insert.with(token.name)
      .with(token.hash)
      .with(token.scopes)
      .with(token.created)
      .with(token.created_by)
      .with(token.expires)
      .with(std::int64_t{kMostTokens})
      .run();
}

core::Result<std::uint64_t> apply_edit(Connection& connection, const RevokedToken& token) {
  RW_TRY(Change change,
         Change::prepare(connection, "UPDATE api_token SET revoked = ? WHERE id = ? AND revoked IS NULL"));
  return change.with(token.time).with(token.id).run();
}

core::Result<std::uint64_t> apply_edit(Connection& connection, const UsedToken& token) {
  RW_TRY(Change change,
         Change::prepare(connection, "UPDATE api_token SET last_used = max(ifnull(last_used, 0), ?) WHERE id = ?"));
  return change.with(token.time).with(token.id).run();
}

core::Result<std::uint64_t> apply_edit(Connection& connection, const NewUser& user) {
  RW_TRY(Change insert, Change::prepare(connection,
                                        "INSERT INTO api_user (name, password, scopes, created) SELECT ?, ?, ?, ?"
                                        " WHERE (SELECT count(*) FROM api_user) < ? ON CONFLICT DO NOTHING"));
  return insert.with(user.name)
      .with(user.password)
      .with(user.scopes)
      .with(user.created)
      .with(std::int64_t{kMostUsers})
      .run();
}

core::Result<std::uint64_t> apply_edit(Connection& connection, const ChangedUser& user) {
  if (user.password || user.disabled.value_or(false)) {
    RW_TRY(
        Change end,
        Change::prepare(connection, "DELETE FROM api_session WHERE user IN (SELECT id FROM api_user WHERE name = ?)"));
    RW_CHECK(end.with(user.name).run());
  }
  RW_TRY(Change change,
         Change::prepare(connection,
                         "UPDATE api_user SET password = ifnull(?, password), scopes = ifnull(?, scopes),"
                         " disabled = ifnull(?, disabled) WHERE name = ?"));
  const std::optional<std::int64_t> disabled =
      user.disabled ? std::optional<std::int64_t>(*user.disabled) : std::nullopt;
  return change.with(user.password).with(user.scopes).with(disabled).with(user.name).run();
}

core::Result<std::uint64_t> apply_edit(Connection& connection, const ChangedPassword& change) {
  RW_TRY(Change update, Change::prepare(connection,
                                        "UPDATE api_user SET password = ?"
                                        " WHERE id = ? AND password = ? AND NOT disabled"));
  RW_TRY(const std::uint64_t changed, update.with(change.password).with(change.user).with(change.before).run());
  if (changed == 0) return changed;
  RW_TRY(Change end, Change::prepare(connection, "DELETE FROM api_session WHERE user = ? AND hash <> ?"));
  RW_CHECK(end.with(change.user).with(change.session).run());
  return changed;
}

core::Result<std::uint64_t> apply_edit(Connection& connection, const RemovedUser& user) {
  RW_TRY(Change remove, Change::prepare(connection, "DELETE FROM api_user WHERE name = ?"));
  return remove.with(user.name).run();
}

core::Result<std::uint64_t> apply_edit(Connection& connection, const NewSession& session) {
  RW_TRY(Change expire, Change::prepare(connection, "DELETE FROM api_session WHERE last_used <= ? OR created <= ?"));
  RW_CHECK(expire.with(session.created - kSessionIdle).with(session.created - kSessionLife).run());
  RW_TRY(Change trim, Change::prepare(connection,
                                      "DELETE FROM api_session WHERE hash IN (SELECT hash FROM api_session"
                                      " ORDER BY created DESC LIMIT -1 OFFSET ?)"));
  RW_CHECK(trim.with(std::int64_t{kMostSessions - 1}).run());
  RW_TRY(Change login, Change::prepare(connection, "UPDATE api_user SET last_login = ? WHERE id = ?"));
  RW_CHECK(login.with(session.created).with(session.user).run());
  // Of a user who was removed meanwhile there is none.
  RW_TRY(Change insert, Change::prepare(connection,
                                        "INSERT INTO api_session (hash, user, created, last_used)"
                                        " SELECT ?1, id, ?2, ?2 FROM api_user WHERE id = ?3 AND NOT disabled"
                                        " ON CONFLICT DO NOTHING"));
  return insert.with(session.hash).with(session.created).with(session.user).run();
}

core::Result<std::uint64_t> apply_edit(Connection& connection, const UsedSession& session) {
  RW_TRY(Change change,
         Change::prepare(connection, "UPDATE api_session SET last_used = max(last_used, ?) WHERE hash = ?"));
  return change.with(session.time).with(session.hash).run();
}

core::Result<std::uint64_t> apply_edit(Connection& connection, const EndedSession& session) {
  RW_TRY(Change remove, Change::prepare(connection, "DELETE FROM api_session WHERE hash = ?"));
  return remove.with(session.hash).run();
}

}  // namespace

core::Result<std::uint64_t> edit_access(Connection& connection, const std::vector<AccessEdit>& edits) {
  std::uint64_t changed = 0;
  for (const AccessEdit& edit : edits) {
    RW_TRY(const std::uint64_t rows, std::visit([&](const auto& one) { return apply_edit(connection, one); }, edit));
    changed += rows;
  }
  return changed;
}

}  // namespace rw::storage::sqlite
