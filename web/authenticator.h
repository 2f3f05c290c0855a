// Who asks: what the store knows of tokens, users and sessions, kept in memory so that no request has to read it.
// A change of this process's own holds at once (reload()); one by a command beside the daemon after kRefresh, and at
// once where it adds the token that is asked for. Secrets are looked up by their hash: how long that takes tells
// nothing about them. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/core/log.h"
#include "daemon/core/mutex.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "storage/store.h"
#include "storage/writer.h"
#include "web/scopes.h"

namespace rw::web {

struct Caller {
  enum class Kind { kAnonymous, kToken, kUser };
  Kind kind = Kind::kAnonymous;
  std::string name;  // empty: anonymous
  Scopes scopes;
  std::optional<core::Micros> expires = {};  // of the token, or of the session if it is used on
  std::string token_hash = {};               // of a token that is stored
  // Of a session only.
  std::string session_hash = {};
  std::string csrf = {};

  // "token NAME", "user NAME", "anonymous": as the audit has it.
  std::string actor() const;
};

class Authenticator {
 public:
  static constexpr std::chrono::seconds kRefresh{5};

  // All outlive it. refresh: after so long the store is read again. Errors: those of Reader::access().
  static core::Result<std::unique_ptr<Authenticator>> open(storage::Store& store, storage::Writer& writer,
                                                           const core::Clock& clock,
                                                           std::chrono::milliseconds refresh = kRefresh);

  // Nullopt: there is no such token or session, or it has expired. That it was used is written down, once a minute.
  std::optional<Caller> find_token(std::string_view secret);
  std::optional<Caller> find_session(std::string_view secret);
  // Whether the caller, who was let in before, would be let in again for what takes this scope: not once the token or
  // the session has ended, or the user was disabled or has fewer scopes now. It counts as no use.
  bool still_grants(const Caller& caller, Scope scope);
  // As it was read last, a disabled one, too.
  std::optional<storage::StoredUser> find_user(std::string_view name);
  // Those that are not revoked.
  std::vector<storage::StoredToken> tokens();
  // For HTTP inputs.
  bool may_ingest(std::string_view secret);

  // What was committed before is known from then on. Errors: those of Reader::access().
  core::Result<void> reload();

  // Somebody could be let in: a token with more than ingest that has not expired, or a user.
  bool knows_anyone();
  // A token with ingest.
  bool knows_senders();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct State {
    std::unordered_map<std::string, storage::StoredToken> tokens;      // by hash
    std::unordered_map<std::string, storage::StoredSession> sessions;  // by hash
    std::unordered_map<std::int64_t, storage::StoredUser> users;       // by id
  };

  Authenticator(std::unique_ptr<storage::Reader> reader, storage::Writer& writer, const core::Clock& clock,
                std::chrono::milliseconds refresh)
      : writer_(writer), clock_(clock), refresh_(refresh), reader_(std::move(reader)) {}

  core::Result<void> load(SteadyTime not_before);
  std::shared_ptr<const State> state();
  // The state as it is, and where it has no such hash, as the store has it now.
  template <class Find>
  auto find(const Find& find_in);
  // True: more than a minute since it was last written down.
  bool note_use(const std::string& hash, core::Micros now);
  void write(storage::AccessEdit edit);
  core::Micros last_use(const storage::StoredSession& session);
  // Until when it lasts if it is not used again.
  core::Micros end_of(const storage::StoredSession& session);

  storage::Writer& writer_;
  const core::Clock& clock_;
  const std::chrono::milliseconds refresh_;
  core::OncePerMinute failure_;

  core::Mutex load_mutex_;  // one reads, those who come meanwhile wait for what it reads
  const std::unique_ptr<storage::Reader> reader_;
  SteadyTime loaded_ RW_GUARDED_BY(load_mutex_){};

  core::Mutex mutex_;
  std::shared_ptr<const State> state_ RW_GUARDED_BY(mutex_);
  std::unordered_map<std::string, core::Micros> used_ RW_GUARDED_BY(mutex_);     // by hash: the last use
  std::unordered_map<std::string, core::Micros> written_ RW_GUARDED_BY(mutex_);  // by hash: when it was written down
};

}  // namespace rw::web
