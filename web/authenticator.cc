#include "web/authenticator.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "daemon/core/text.h"
#include "storage/edits.h"
#include "web/credentials.h"

namespace rw::web {
namespace {

constexpr std::chrono::minutes kUseInterval{1};

}  // namespace

std::string Caller::actor() const {
  switch (kind) {
    case Kind::kToken:
      return "token " + name;
    case Kind::kUser:
      return "user " + name;
    case Kind::kAnonymous:
      break;
  }
  return "anonymous";
}

core::Result<std::unique_ptr<Authenticator>> Authenticator::open(storage::Store& store, storage::Writer& writer,
                                                                 const core::Clock& clock,
                                                                 std::chrono::milliseconds refresh) {
  RW_TRY(std::unique_ptr<storage::Reader> reader, store.open_reader());
  std::unique_ptr<Authenticator> opened(new Authenticator(std::move(reader), writer, clock, refresh));
  RW_CHECK(opened->reload());
  return opened;
}

core::Result<void> Authenticator::reload() { return load(std::chrono::steady_clock::now()); }

// Nothing to do where it was read after `not_before` began.
core::Result<void> Authenticator::load(SteadyTime not_before) {
  core::Lock reading(load_mutex_);
  if (loaded_ >= not_before && loaded_ != SteadyTime{}) return {};
  const SteadyTime began = std::chrono::steady_clock::now();
  RW_TRY(storage::AccessState read, reader_->access());
  auto known = std::make_shared<State>();
  for (storage::StoredToken& token : read.tokens) {
    std::string hash = token.hash;
    known->tokens.emplace(std::move(hash), std::move(token));
  }
  for (storage::StoredSession& session : read.sessions) {
    std::string hash = session.hash;
    known->sessions.emplace(std::move(hash), std::move(session));
  }
  for (storage::StoredUser& user : read.users) {
    const std::int64_t id = user.id;
    known->users.emplace(id, std::move(user));
  }
  loaded_ = began;

  core::Lock lock(mutex_);
  const auto is_gone = [&](const auto& entry) {
    return !known->tokens.contains(entry.first) && !known->sessions.contains(entry.first);
  };
  std::erase_if(used_, is_gone);
  std::erase_if(written_, is_gone);
  state_ = std::move(known);
  return {};
}

// Where the store cannot be read just now, what was known holds on.
std::shared_ptr<const Authenticator::State> Authenticator::state() {
  const auto loaded = load(std::chrono::steady_clock::now() - refresh_);
  if (!loaded.ok() && failure_.due()) {
    spdlog::warn("api: tokens and sessions cannot be read, those that were known hold on: {}",
                 core::render(loaded.error()));
  }
  core::Lock lock(mutex_);
  return state_;
}

template <class Find>
auto Authenticator::find(const Find& find_in) {
  auto found = find_in(*state());
  if (found) return found;
  if (!reload().ok()) return found;
  core::Lock lock(mutex_);
  return find_in(*state_);
}

std::optional<Caller> Authenticator::find_token(std::string_view secret) {
  const std::string hash = hash_secret(secret);
  const auto token = find([&](const State& state) {
    const auto found = state.tokens.find(hash);
    return found == state.tokens.end() ? std::optional<storage::StoredToken>() : std::optional(found->second);
  });
  const core::Micros now = clock_.now();
  if (!token || (token->expires && *token->expires <= now)) return std::nullopt;
  if (note_use(hash, now)) write(storage::UsedToken{token->id, now});
  return Caller{.kind = Caller::Kind::kToken,
                .name = token->name,
                .scopes = Scopes::from_json(token->scopes),
                .expires = token->expires,
                .token_hash = hash};
}

std::vector<storage::StoredToken> Authenticator::tokens() {
  const auto known = state();
  std::vector<storage::StoredToken> tokens;
  for (const auto& [hash, token] : known->tokens) tokens.push_back(token);
  return tokens;
}

bool Authenticator::may_ingest(std::string_view secret) {
  const std::optional<Caller> caller = find_token(secret);
  return caller && caller->scopes.grants(Scope::kIngest);
}

std::optional<Caller> Authenticator::find_session(std::string_view secret) {
  struct Found {
    storage::StoredSession session;
    storage::StoredUser user;
  };
  const std::string hash = hash_secret(secret);
  const auto found = find([&](const State& state) -> std::optional<Found> {
    const auto session = state.sessions.find(hash);
    if (session == state.sessions.end()) return std::nullopt;
    const auto user = state.users.find(session->second.user);
    if (user == state.users.end() || user->second.disabled) return std::nullopt;
    return Found{session->second, user->second};
  });
  if (!found) return std::nullopt;
  const core::Micros now = clock_.now();
  if (end_of(found->session) <= now) return std::nullopt;
  if (note_use(hash, now)) write(storage::UsedSession{hash, now});
  return Caller{.kind = Caller::Kind::kUser,
                .name = found->user.name,
                .scopes = Scopes::from_json(found->user.scopes),
                .expires = end_of(found->session),
                .session_hash = hash,
                .csrf = csrf_token(secret)};
}

bool Authenticator::still_grants(const Caller& caller, Scope scope) {
  const core::Micros now = clock_.now();
  const auto known = state();
  if (!caller.token_hash.empty()) {
    const auto token = known->tokens.find(caller.token_hash);
    return token != known->tokens.end() && (!token->second.expires || *token->second.expires > now) &&
           Scopes::from_json(token->second.scopes).grants(scope);
  }
  if (!caller.session_hash.empty()) {
    const auto session = known->sessions.find(caller.session_hash);
    if (session == known->sessions.end() || end_of(session->second) <= now) return false;
    const auto user = known->users.find(session->second.user);
    return user != known->users.end() && !user->second.disabled && Scopes::from_json(user->second.scopes).grants(scope);
  }
  return caller.scopes.grants(scope);  // what the configuration says holds until the daemon ends
}

std::optional<storage::StoredUser> Authenticator::find_user(std::string_view name) {
  const auto known = state();
  for (const auto& [id, user] : known->users) {
    if (core::equals_ascii_nocase(user.name, name)) return user;
  }
  return std::nullopt;
}

bool Authenticator::knows_anyone() {
  const auto known = state();
  const core::Micros now = clock_.now();
  return !known->users.empty() || std::ranges::any_of(known->tokens, [&](const auto& entry) {
    const storage::StoredToken& token = entry.second;
    return (!token.expires || *token.expires > now) && Scopes::from_json(token.scopes).grants(Scope::kRead);
  });
}

bool Authenticator::knows_senders() {
  const auto known = state();
  const core::Micros now = clock_.now();
  return std::ranges::any_of(known->tokens, [&](const auto& entry) {
    const storage::StoredToken& token = entry.second;
    return (!token.expires || *token.expires > now) && Scopes::from_json(token.scopes).grants(Scope::kIngest);
  });
}

core::Micros Authenticator::last_use(const storage::StoredSession& session) {
  core::Lock lock(mutex_);
  const auto used = used_.find(session.hash);
  return used == used_.end() ? session.last_used : std::max(used->second, session.last_used);
}

core::Micros Authenticator::end_of(const storage::StoredSession& session) {
  return std::min<core::Micros>(session.created + storage::kSessionLife, last_use(session) + storage::kSessionIdle);
}

bool Authenticator::note_use(const std::string& hash, core::Micros now) {
  core::Lock lock(mutex_);
  used_[hash] = now;
  const auto [written, is_first] = written_.emplace(hash, now);
  if (is_first) return true;
  // Also when the clock was set back.
  if (now - written->second < kUseInterval && now >= written->second) return false;
  written->second = now;
  return true;
}

// Nobody waits for it, and where the store has no room it is left out: the next use comes.
void Authenticator::write(storage::AccessEdit edit) {
  auto edits = std::make_shared<storage::Edits>();
  edits->access.push_back(std::move(edit));
  storage::Batch batch;
  batch.edits = std::move(edits);
  (void)writer_.try_submit(batch);
}

}  // namespace rw::web
