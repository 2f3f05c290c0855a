// Who may ask the API, as the store keeps it: tokens, users, and the sessions of users. Of a secret it has the hash
// alone; web/ makes and checks them. Times are those of the writer's clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/core/time.h"

namespace rw::storage {

// A session ends after so long without a request, and so long after it began.
inline constexpr std::chrono::hours kSessionIdle{12};
inline constexpr std::chrono::hours kSessionLife{7 * 24};
inline constexpr int kMostTokens = 1000;  // that are not revoked
inline constexpr int kMostUsers = 1000;
// Beyond these the oldest go.
inline constexpr int kMostSessions = 1000;
inline constexpr int kMostRevokedTokens = 1000;

// What it takes to know who asks. scopes: a JSON list of texts.
struct StoredToken {
  std::int64_t id = 0;
  std::string name;
  std::string hash;  // SHA-256 of the token, in hex digits
  std::string scopes;
  std::optional<core::Micros> expires = {};
};
struct StoredUser {
  std::int64_t id = 0;
  std::string name;
  std::string password;  // argon2id, encoded with its parameters and salt
  std::string scopes;
  bool disabled = false;
};
struct StoredSession {
  std::string hash;  // as a token's
  std::int64_t user = 0;
  core::Micros created;
  core::Micros last_used;
};
struct AccessState {
  std::vector<StoredToken> tokens;  // all that are not revoked
  std::vector<StoredUser> users;
  std::vector<StoredSession> sessions;  // those that ended by time among them
};

// Changes; one that finds nothing to change, a name that is taken or as many as there may be does nothing. Names of
// users compare without case (ASCII), a token's name may be given again once it is revoked.
struct NewToken {
  std::string name;
  std::string hash;
  std::string scopes;
  core::Micros created;
  std::string created_by;
  std::optional<core::Micros> expires = {};
};
struct RevokedToken {
  std::int64_t id = 0;
  core::Micros time;
};
struct UsedToken {
  std::int64_t id = 0;
  core::Micros time;
};
struct NewUser {
  std::string name;
  std::string password;
  std::string scopes;
  core::Micros created;
};
// Members that are unset leave what is there. A new password, and to be disabled, end the user's sessions.
struct ChangedUser {
  std::string name;
  std::optional<std::string> password = {};
  std::optional<std::string> scopes = {};
  std::optional<bool> disabled = {};
};
// By the user, who has shown the password that it was; where it is another by now, or the user is disabled, nothing is
// done. It ends the user's sessions but the one it was asked for in.
struct ChangedPassword {
  std::int64_t user = 0;
  std::string before;    // as StoredUser has it
  std::string password;  // likewise
  std::string session;   // hash
};
struct RemovedUser {
  std::string name;
};
// Also the user's last_login; sessions that ended by time go.
struct NewSession {
  std::string hash;
  std::int64_t user = 0;
  core::Micros created;
};
struct UsedSession {
  std::string hash;
  core::Micros time;
};
struct EndedSession {
  std::string hash;
};

using AccessEdit = std::variant<NewToken, RevokedToken, UsedToken, NewUser, ChangedUser, ChangedPassword, RemovedUser,
                                NewSession, UsedSession, EndedSession>;

}  // namespace rw::storage
