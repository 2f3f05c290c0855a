// Who may ask, in the store: what edits do, and that neither sessions nor revoked tokens grow without end.
#include <memory>

#include "storage/edits.h"
#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

using Rows = std::vector<std::string>;

class AccessStore {
 public:
  std::uint64_t edit(std::vector<AccessEdit> changes, std::vector<AuditEntry> audit = {}) {
    auto edits = std::make_shared<Edits>();
    edits->access = std::move(changes);
    edits->audit = std::move(audit);
    Batch batch;
    batch.edits = std::move(edits);
    CHECK_FALSE(batch.empty());
    return must(session_->commit({&batch, 1})).front().edited;
  }
  Rows rows(std::string_view sql) { return database_.rows(sql); }
  AccessState access() { return must(database_.reader()->access()); }

 private:
  Database database_;
  const std::unique_ptr<WriteSession> session_ = database_.writer();
};

NewToken token(std::string name, std::string hash) {
  return {.name = std::move(name),
          .hash = std::move(hash),
          .scopes = R"(["read"])",
          .created = core::from_us(1),
          .created_by = "test"};
}

AuditEntry note(std::string object) {
  return {.time = core::from_us(1),
          .actor = "test",
          .peer = "",
          .action = "token.add",
          .object = std::move(object),
          .detail = "{}"};
}

}  // namespace

TEST_CASE("a token's name is free again when it is revoked, and a note tells what was done alone") {
  AccessStore store;
  CHECK(store.edit({token("a", "h1")}, {note("first")}) == 1);
  CHECK(store.edit({token("a", "h2")}, {note("taken")}) == 0);
  CHECK(store.edit({token("b", "h1")}, {note("same secret")}) == 0);
  CHECK(store.edit({RevokedToken{1, core::from_us(5)}}, {note("revoked")}) == 1);
  CHECK(store.edit({RevokedToken{1, core::from_us(6)}}, {note("again")}) == 0);
  CHECK(store.edit({RevokedToken{9, core::from_us(6)}}, {note("none")}) == 0);
  CHECK(store.edit({token("a", "h2")}, {note("second")}) == 1);
  CHECK(store.edit({UsedToken{2, core::from_us(7)}, UsedToken{2, core::from_us(6)}}) == 2);
  CHECK(store.rows("SELECT id, name, hash, last_used, revoked FROM api_token") == Rows{"1|a|h1|-|5", "2|a|h2|7|-"});
  CHECK(store.rows("SELECT object FROM audit") == Rows{"first", "revoked", "second"});
  const AccessState state = store.access();
  REQUIRE(state.tokens.size() == 1);
  CHECK(state.tokens[0].id == 2);
  CHECK(state.tokens[0].hash == "h2");
  CHECK_FALSE(state.tokens[0].expires.has_value());
}

TEST_CASE("the audit is bounded") {
  AccessStore store;
  std::vector<AuditEntry> notes;
  for (int i = 0; i < kMostAuditEntries + 2; ++i) notes.push_back(note(std::to_string(i)));
  CHECK(store.edit({}, std::move(notes)) == 0);
  CHECK(store.rows("SELECT count(*), min(id) FROM audit") == Rows{"100000|3"});
}

TEST_CASE("there are so many tokens, and so many that were revoked are kept") {
  AccessStore store;
  std::vector<AccessEdit> changes;
  for (int i = 0; i < kMostTokens + 1; ++i) changes.emplace_back(token(std::to_string(i), "h" + std::to_string(i)));
  CHECK(store.edit(changes) == kMostTokens);
  changes.clear();
  for (int i = 0; i < kMostTokens; ++i) changes.emplace_back(RevokedToken{i + 1, core::from_us(i)});
  for (int i = 0; i < 5; ++i) {
    changes.emplace_back(token("n" + std::to_string(i), "n" + std::to_string(i)));
    changes.emplace_back(RevokedToken{kMostTokens + 1 + i, core::from_us(kMostTokens + i)});
  }
  changes.emplace_back(token("last", "last"));
  CHECK(store.edit(changes) == kMostTokens + 11);
  CHECK(store.rows("SELECT count(*), min(id), sum(revoked IS NULL) FROM api_token") == Rows{"1001|6|1"});
}

TEST_CASE(
    "users and sessions: names without case, sessions end with the user and by time, and their number is bounded") {
  AccessStore store;
  const auto hours = [](int n) { return core::from_us(0) + std::chrono::hours(n); };
  CHECK(store.edit({NewUser{"Ann", "p", "[]", hours(0)}, NewUser{"ann", "q", "[]", hours(0)}}) == 1);
  CHECK(store.edit(
            {ChangedUser{.name = "ANN", .scopes = R"(["write"])"}, ChangedUser{.name = "bob", .disabled = true}}) == 1);
  CHECK(store.edit({NewSession{"s1", 1, hours(1)}, NewSession{"s2", 1, hours(2)}, NewSession{"s3", 7, hours(2)}}) == 2);
  CHECK(store.edit({UsedSession{"s1", hours(13)}}) == 1);
  CHECK(store.rows("SELECT name, password, scopes, last_login, disabled FROM api_user") ==
        Rows{R"(Ann|p|["write"]|7200000000|0)"});
  CHECK(store.edit({NewSession{"s4", 1, hours(14)}}) == 1);  // s2 was idle for twelve hours
  CHECK(store.rows("SELECT hash FROM api_session ORDER BY hash") == Rows{"s1", "s4"});
  CHECK(store.edit({EndedSession{"s1"}, EndedSession{"s1"}}) == 1);
  CHECK(store.edit({ChangedUser{.name = "ann", .password = "r"}}) == 1);
  CHECK(store.rows("SELECT count(*) FROM api_session") == Rows{"0"});
  CHECK(store.edit({NewSession{"s5", 1, hours(15)}, ChangedUser{.name = "ann", .disabled = true}}) == 2);
  CHECK(store.edit({NewSession{"s6", 1, hours(15)}}) == 0);
  CHECK(store.edit({ChangedUser{.name = "ann", .disabled = false}}) == 1);
  std::vector<AccessEdit> many;
  for (int i = 0; i < kMostSessions + 3; ++i) {
    many.emplace_back(NewSession{"m" + std::to_string(i), 1, hours(16) + std::chrono::seconds(i)});
  }
  store.edit(many);
  CHECK(store.rows("SELECT count(*), min(created) FROM api_session") ==
        Rows{"1000|" + std::to_string(core::to_us(hours(16) + std::chrono::seconds(3)))});
  CHECK(store.edit({RemovedUser{"ann"}}) == 1);
  CHECK(store.edit({RemovedUser{"ann"}}) == 0);
  CHECK(store.rows("SELECT count(*) FROM api_session") == Rows{"0"});
}

TEST_CASE("who changes the own password keeps this session alone, and only where it still was what was shown") {
  AccessStore store;
  const core::Micros now = core::from_us(0);
  store.edit({NewUser{"ann", "p", "[]", now}, NewUser{"bob", "p", "[]", now}, NewSession{"a1", 1, now},
              NewSession{"a2", 1, now}, NewSession{"b1", 2, now}});
  CHECK(store.edit({ChangedPassword{1, "other", "q", "a1"}}, {note("changed meanwhile")}) == 0);
  CHECK(store.edit({ChangedPassword{1, "p", "q", "a1"}}, {note("changed")}) == 1);
  CHECK(store.rows("SELECT name, password FROM api_user ORDER BY id") == Rows{"ann|q", "bob|p"});
  CHECK(store.rows("SELECT hash FROM api_session ORDER BY hash") == Rows{"a1", "b1"});
  store.edit({ChangedUser{.name = "bob", .disabled = true}});
  CHECK(store.edit({ChangedPassword{2, "p", "q", "b1"}}, {note("disabled")}) == 0);
  CHECK(store.rows("SELECT object FROM audit") == Rows{"changed"});
}

}  // namespace rw::storage::test
