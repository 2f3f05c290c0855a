#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/text.h"
#include "web/access_body.h"
#include "web/credentials.h"
#include "web/edit.h"
#include "web/lists.h"
#include "web/problem.h"
#include "web/routes.h"

namespace rw::web {

Answer list_tokens(const Context& context, const http::Request& request) {
  return answer_list(context, request, {"tokens", storage::Listing::kTokens, "created"});
}

Answer list_audit(const Context& context, const http::Request& request) {
  return answer_list(context, request, {"audit", storage::Listing::kAudit});
}

Answer add_token(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(const TokenRequest asked, parse_token_request(request.body));
  RW_TRY(const MadeToken made,
         make_token(asked.name, asked.scopes, asked.expires, context.sources.clock.now(), context.caller.actor()));
  const storage::NewToken& stored = made.stored;

  storage::Edits edits;
  edits.access.emplace_back(stored);
  edits.audit.push_back(
      audit_entry(context, request, "token.add", stored.name,
                  {{"scopes", asked.scopes.names()},
                   {"expires", stored.expires ? Json(core::format_rfc3339(*stored.expires)) : Json()}}));
  RW_TRY(const storage::CommitOutcome outcome, commit_edits(context, std::move(edits)));
  if (outcome.edited == 0) {
    return problem(
        409,
        fmt::format("name: there is a token '{}' already, or there are {} tokens", stored.name, storage::kMostTokens),
        request.path);
  }
  RW_CHECK(context.sources.authenticator.reload());

  Json item = Json::object();
  for (const storage::StoredToken& token : context.sources.authenticator.tokens()) {
    if (token.hash == stored.hash) item["id"] = token.id;
  }
  item["name"] = stored.name;
  item["scopes"] = asked.scopes.names();
  item["created"] = core::format_rfc3339(stored.created);
  item["created_by"] = stored.created_by;
  if (stored.expires) item["expires"] = core::format_rfc3339(*stored.expires);
  item["token"] = made.secret;
  return json_response(item, 201);
}

Answer revoke_token(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  const std::string& text = request.path_parameters.at(0);
  const core::Error none{core::ErrorCode::kNotFound, fmt::format("there is no token with the id '{}'", text),
                         "GET /api/v1/tokens lists them"};
  const auto id = core::parse_integer<std::int64_t>(text);
  if (!id) return none;
  RW_CHECK(context.sources.authenticator.reload());
  const std::vector<storage::StoredToken> tokens = context.sources.authenticator.tokens();
  const auto token = std::ranges::find(tokens, *id, &storage::StoredToken::id);
  if (token == tokens.end()) return none;

  storage::Edits edits;
  edits.access.emplace_back(storage::RevokedToken{*id, context.sources.clock.now()});
  edits.audit.push_back(audit_entry(context, request, "token.revoke", token->name, {{"id", *id}}));
  RW_TRY(const storage::CommitOutcome outcome, commit_edits(context, std::move(edits)));
  if (outcome.edited == 0) return none;
  RW_CHECK(context.sources.authenticator.reload());
  return http::Response{.status = 204};
}

}  // namespace rw::web
