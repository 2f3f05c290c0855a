#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
namespace {

core::Error no_user(const std::string& name) {
  return {core::ErrorCode::kNotFound, fmt::format("there is no user {}", core::quoted(name)),
          "GET /api/v1/users lists them"};
}

// As GET /users has it.
core::Result<http::Response> user_response(const Context& context, std::string_view name, int status) {
  RW_CHECK(context.sources.authenticator.reload());
  const auto user = context.sources.authenticator.find_user(name);
  if (!user) return no_user(std::string(name));
  storage::ListRequest list;
  list.listing = storage::Listing::kUsers;
  list.id = user->id;
  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  RW_TRY(storage::ListPage page, reader->list(list));
  const std::vector<Json> items = render_items(with_time_name(std::move(page), "created"));
  if (items.empty()) return no_user(std::string(name));
  return json_response(items[0], status);
}

}  // namespace

Answer list_users(const Context& context, const http::Request& request) {
  return answer_list(context, request, {"users", storage::Listing::kUsers, "created"});
}

Answer add_user(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(const UserRequest asked, parse_new_user(request.body));
  const std::string name = asked.name.value_or("");
  RW_CHECK(check_name(name));
  if (!asked.scopes) RW_CHECK(Scopes::parse({}));
  RW_TRY(std::string password, context.logins.passwords.hash(asked.password.value_or("")));

  storage::Edits edits;
  edits.access.emplace_back(
      storage::NewUser{name, std::move(password), asked.scopes->to_json(), context.sources.clock.now()});
  edits.audit.push_back(audit_entry(context, request, "user.add", name, {{"scopes", asked.scopes->names()}}));
  RW_TRY(const storage::CommitOutcome outcome, commit_edits(context, std::move(edits)));
  if (outcome.edited == 0) {
    return problem(409,
                   fmt::format("name: there is a user '{}' already, or there are {} users", name, storage::kMostUsers),
                   request.path);
  }
  return user_response(context, name, 201);
}

Answer change_user(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  const std::string& name = request.path_parameters.at(0);
  RW_TRY(const UserRequest asked, parse_changed_user(request.body));
  storage::ChangedUser change{.name = name, .disabled = asked.disabled};
  Json detail = Json::object();
  if (asked.password) {
    RW_TRY(change.password, context.logins.passwords.hash(*asked.password));
    detail["password"] = "changed";
  }
  if (asked.scopes) {
    change.scopes = asked.scopes->to_json();
    detail["scopes"] = asked.scopes->names();
  }
  if (asked.disabled) detail["disabled"] = *asked.disabled;
  if (detail.empty()) return core::invalid_input("expected one of password, scopes, disabled");

  storage::Edits edits;
  edits.access.emplace_back(std::move(change));
  edits.audit.push_back(audit_entry(context, request, "user.change", name, detail));
  RW_TRY(const storage::CommitOutcome outcome, commit_edits(context, std::move(edits)));
  if (outcome.edited == 0) return no_user(name);
  return user_response(context, name, 200);
}

Answer remove_user(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  const std::string& name = request.path_parameters.at(0);
  storage::Edits edits;
  edits.access.emplace_back(storage::RemovedUser{name});
  edits.audit.push_back(audit_entry(context, request, "user.remove", name, Json::object()));
  RW_TRY(const storage::CommitOutcome outcome, commit_edits(context, std::move(edits)));
  if (outcome.edited == 0) return no_user(name);
  RW_CHECK(context.sources.authenticator.reload());
  return http::Response{.status = 204};
}

}  // namespace rw::web
