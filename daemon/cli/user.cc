// regwarden user: users of the page, who sign in with a password, beside a running daemon.
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/cli/access_edit.h"
#include "daemon/cli/command.h"
#include "daemon/cli/output_option.h"
#include "web/credentials.h"
#include "web/password.h"

namespace rw::cli {
namespace {

struct UserOptions {
  std::string config;
  std::string name;
  std::vector<std::string> scopes;
  OutputFormat output = OutputFormat::kTable;
};

// Keeps what is typed off the screen.
class SilentTerminal {
 public:
  SilentTerminal() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silenced_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~SilentTerminal() {
    if (silenced_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

 private:
  termios before_{};
  bool silenced_ = false;
};

std::string ask_for(std::string_view prompt) {
  std::cerr << prompt << std::flush;
  const SilentTerminal silent;
  std::string line;
  std::getline(std::cin, line);
  std::cerr << '\n';
  return line;
}

// Asked for twice on a terminal; else the first line of stdin.
core::Result<std::string> read_password() {
  std::string password;
  if (::isatty(STDIN_FILENO) == 0) {
    std::getline(std::cin, password);
  } else {
    password = ask_for("Password: ");
    if (ask_for("The same again: ") != password) return core::invalid_input("the two passwords differ");
  }
  return password;
}

core::Result<std::string> read_hashed_password() {
  RW_TRY(const std::string password, read_password());
  return web::Passwords().hash(password);
}

int no_user(const std::string& name) {
  return fail(fmt::format("there is no user '{}'; 'regwarden user list' shows them", name));
}

int add_user(const UserOptions& options) {
  const auto scopes = web::Scopes::parse(options.scopes);
  if (!scopes.ok()) return fail(scopes.error());
  if (const auto name = web::check_name(options.name); !name.ok()) return fail(name.error());
  const auto store = open_access_store(options.config);
  if (store == nullptr) return kFailed;
  auto password = read_hashed_password();
  if (!password.ok()) return fail(password.error());
  const auto added = edit_access(
      *store, storage::NewUser{options.name, std::move(password).value(), scopes->to_json(), core::SystemClock().now()},
      "user.add", options.name, nlohmann::json{{"scopes", scopes->names()}}.dump());
  if (!added.ok()) return fail(added.error());
  if (!*added) {
    return fail(fmt::format("there is a user '{}' already, or there are {} users: 'regwarden user list' shows them",
                            options.name, storage::kMostUsers));
  }
  std::cout << options.name << ": added\n";
  return kDone;
}

int list_users(const UserOptions& options) {
  const auto store = open_access_store(options.config);
  return store == nullptr ? kFailed : print_access_list(*store, storage::Listing::kUsers, options.output);
}

int change_password(const UserOptions& options) {
  const auto store = open_access_store(options.config);
  if (store == nullptr) return kFailed;
  auto password = read_hashed_password();
  if (!password.ok()) return fail(password.error());
  const auto changed =
      edit_access(*store, storage::ChangedUser{.name = options.name, .password = std::move(password).value()},
                  "user.change", options.name, R"({"password":"changed"})");
  if (!changed.ok()) return fail(changed.error());
  if (!*changed) return no_user(options.name);
  std::cout << options.name << ": the password is changed, all sessions have ended\n";
  return kDone;
}

int remove_user(const UserOptions& options) {
  const auto store = open_access_store(options.config);
  if (store == nullptr) return kFailed;
  const auto removed = edit_access(*store, storage::RemovedUser{options.name}, "user.remove", options.name, "{}");
  if (!removed.ok()) return fail(removed.error());
  if (!*removed) return no_user(options.name);
  std::cout << options.name << ": removed\n";
  return kDone;
}

}  // namespace

void add_user(CLI::App& app, int& status) {
  auto options = std::make_shared<UserOptions>();
  CLI::App* command = app.add_subcommand("user", "Users who sign in to the page with a password");
  add_config_option(*command, options->config);
  command->require_subcommand(1);
  command->fallthrough();  // -c may stand behind it

  CLI::App* adds = command->add_subcommand("add", "Add a user; the password is asked for, or the first line of stdin");
  adds->add_option("NAME", options->name)->required();
  adds->add_option("--scope", options->scopes,
                   "read; write: triage and tuning, too; admin: tokens, users and reloading, too")
      ->required()
      ->type_name("SCOPE");
  adds->callback([options, &status] { status = add_user(*options); });

  CLI::App* lists = command->add_subcommand("list", "Show all users");
  add_output_option(*lists, options->output);
  lists->callback([options, &status] { status = list_users(*options); });

  CLI::App* changes = command->add_subcommand("passwd", "Set another password; ends the user's sessions");
  changes->add_option("NAME", options->name)->required();
  changes->callback([options, &status] { status = change_password(*options); });

  CLI::App* removes = command->add_subcommand("remove", "Remove a user, and end the sessions");
  removes->add_option("NAME", options->name)->required();
  removes->callback([options, &status] { status = remove_user(*options); });
}

}  // namespace rw::cli
