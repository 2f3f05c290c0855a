#include "daemon/cli/first_start.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/scheduler/commit.h"
#include "storage/edits.h"
#include "web/credentials.h"
#include "web/scopes.h"

namespace rw::cli {
namespace {

// Those that are revoked or expired, too: whoever took them away will know how to make others.
core::Result<bool> was_ever_anybody(storage::Reader& reader) {
  for (const storage::Listing listing : {storage::Listing::kTokens, storage::Listing::kUsers}) {
    storage::ListRequest request;
    request.listing = listing;
    request.limit = 1;
    RW_TRY(const storage::ListPage page, reader.list(request));
    if (!page.table.rows.empty()) return true;
  }
  return false;
}

void log_exposures(const std::vector<Listener>& listeners) {
  std::vector<std::string> said;
  for (const Exposure& exposure : exposures(listeners)) {
    said.push_back(fmt::format("{}: {}", fmt::join(exposure.listeners, ", "), exposure.what));
  }
  if (!said.empty()) spdlog::warn("not protected: {} (`regwarden doctor` says what to do)", fmt::join(said, "; "));
}

}  // namespace

core::Result<std::optional<std::string>> make_first_token(storage::Store& store, storage::Writer& writer,
                                                          core::Micros now) {
  std::optional<std::string> secret;
  RW_TRY(const auto reader, store.open_reader());
  RW_TRY(const bool somebody, was_ever_anybody(*reader));
  if (somebody) return secret;
  RW_TRY(const web::Scopes scopes, web::Scopes::parse({"admin"}));
  RW_TRY(web::MadeToken made, web::make_token(kFirstTokenName, scopes, std::nullopt, now, "first start"));
  storage::Edits edits;
  edits.access.emplace_back(made.stored);
  edits.audit.push_back({.time = now,
                         .actor = "first start",
                         .peer = {},
                         .action = "token.add",
                         .object = kFirstTokenName,
                         .detail = nlohmann::ordered_json{{"scopes", scopes.names()}, {"expires", nullptr}}.dump()});
  const std::atomic<bool> stopping{false};
  RW_CHECK(scheduler::commit_edits(writer, std::move(edits), stopping));
  secret = std::move(made.secret);
  return secret;
}

void log_start(const std::vector<Listener>& listeners, const FirstStart& start) {
  const Listener& api = listeners.back();
  if (start.token) {
    // A warning: who may read the log may do everything until it is revoked.
    spdlog::warn("first start: this token opens the page and the API for you (scope admin), shown only this once: {}",
                 *start.token);
  }
  if (start.is_first) {
    std::vector<std::string> names;
    for (const Listener& listener : listeners) {
      if (listener.kind != Listener::Kind::kApi) names.push_back(render(listener));
    }
    spdlog::info("first start: takes events by {}; the page and the API are at {}",
                 names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", ")), page_url(api));
  }
  log_exposures(listeners);
  if (start.is_first) spdlog::info("next: {}", next_step(listeners, start.can_send));
}

}  // namespace rw::cli
