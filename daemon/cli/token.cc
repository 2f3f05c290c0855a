// regwarden token: tokens for the API and the HTTP inputs, made and revoked beside a running daemon.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/cli/access_edit.h"
#include "daemon/cli/command.h"
#include "daemon/cli/output_option.h"
#include "web/credentials.h"

namespace rw::cli {
namespace {

struct TokenOptions {
  std::string config;
  std::string name;
  std::vector<std::string> scopes;
  std::string expires;
  OutputFormat output = OutputFormat::kTable;
};

int add_token(const TokenOptions& options) {
  const auto scopes = web::Scopes::parse(options.scopes);
  if (!scopes.ok()) return fail(scopes.error());
  const auto made =
      web::make_token(options.name, *scopes, options.expires.empty() ? std::nullopt : std::optional(options.expires),
                      core::SystemClock().now(), command_actor());
  if (!made.ok()) return fail(made.error());
  const auto store = open_access_store(options.config);
  if (store == nullptr) return kFailed;
  const storage::NewToken& stored = made->stored;
  const nlohmann::ordered_json detail = {
      {"scopes", scopes->names()},
      {"expires", stored.expires ? nlohmann::ordered_json(core::format_rfc3339(*stored.expires)) : nullptr}};
  const auto added = edit_access(*store, stored, "token.add", stored.name, detail.dump());
  if (!added.ok()) return fail(added.error());
  if (!*added) {
    return fail(fmt::format("there is a token '{}' already, or there are {} tokens: 'regwarden token list' shows them",
                            stored.name, storage::kMostTokens));
  }
  std::cerr << fmt::format("The token '{}' ({}) is shown this once:\n", stored.name, fmt::join(scopes->names(), ", "));
  std::cout << made->secret << '\n';
  return kDone;
}

int list_tokens(const TokenOptions& options) {
  const auto store = open_access_store(options.config);
  return store == nullptr ? kFailed : print_access_list(*store, storage::Listing::kTokens, options.output);
}

int revoke_token(const TokenOptions& options) {
  const auto store = open_access_store(options.config);
  if (store == nullptr) return kFailed;
  auto reader = store->open_reader();
  if (!reader.ok()) return fail(reader.error());
  const auto known = (*reader)->access();
  if (!known.ok()) return fail(known.error());
  const auto token = std::ranges::find(known->tokens, options.name, &storage::StoredToken::name);
  const std::string none =
      fmt::format("there is no token '{}' that is not revoked; 'regwarden token list' shows them", options.name);
  if (token == known->tokens.end()) return fail(none);
  const auto revoked = edit_access(*store, storage::RevokedToken{token->id, core::SystemClock().now()}, "token.revoke",
                                   token->name, nlohmann::json{{"id", token->id}}.dump());
  if (!revoked.ok()) return fail(revoked.error());
  if (!*revoked) return fail(none);
  std::cout << options.name << ": revoked\n";
  return kDone;
}

}  // namespace

void add_token(CLI::App& app, int& status) {
  auto options = std::make_shared<TokenOptions>();
  CLI::App* command = app.add_subcommand("token", "Tokens for the API and the HTTP inputs");
  add_config_option(*command, options->config);
  command->require_subcommand(1);
  command->fallthrough();  // -c may stand behind it

  CLI::App* adds = command->add_subcommand("add", "Make a token and print it, this once");
  adds->add_option("NAME", options->name, "What it is for; the audit has it")->required();
  adds->add_option(
          "--scope", options->scopes,
          "ingest: send events to the HTTP inputs; read; write: triage and tuning, too; admin: all of these but"
          " ingest. May stand several times")
      ->required()
      ->type_name("SCOPE");
  adds->add_option("--expires", options->expires, "After this time, such as 90d; without it: never")
      ->type_name("DURATION");
  adds->callback([options, &status] { status = add_token(*options); });

  CLI::App* lists = command->add_subcommand("list", "Show all tokens, not what they are");
  add_output_option(*lists, options->output);
  lists->callback([options, &status] { status = list_tokens(*options); });

  CLI::App* revokes = command->add_subcommand("revoke", "From now on the token is none");
  revokes->add_option("NAME", options->name)->required();
  revokes->callback([options, &status] { status = revoke_token(*options); });
}

}  // namespace rw::cli
