// regwarden top: what a running daemon does, live, by its API.
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "daemon/cli/command.h"
#include "daemon/cli/listening.h"
#include "daemon/cli/top_screen.h"
#include "daemon/core/text.h"
#include "daemon/core/units.h"
#include "daemon/http/client.h"

namespace rw::cli {
namespace {

struct TopOptions {
  std::string config;
  std::string url;
  std::string ca;
  double interval_s = 2;
  bool once = false;
};

constexpr std::size_t kWidthWithoutTerminal = 160;
constexpr std::size_t kHeightWithoutTerminal = 60;

volatile std::sig_atomic_t stop_asked = 0;
void ask_to_stop(int) { stop_asked = 1; }

// The whole screen, without echo, until destroyed.
class Terminal {
 public:
  Terminal() {
    tcgetattr(STDIN_FILENO, &before_);
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    std::fputs("\x1b[?1049h\x1b[?25l", stdout);
  }
  ~Terminal() {
    std::fputs("\x1b[?25h\x1b[?1049l", stdout);
    std::fflush(stdout);
    tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  static std::pair<std::size_t, std::size_t> size() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
      return {kWidthWithoutTerminal, kHeightWithoutTerminal};
    }
    return {size.ws_col, size.ws_row};
  }

  static void show(const std::vector<std::string>& lines) {
    std::string out = "\x1b[H";
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) out += "\r\n";
      out += lines[i];
      out += "\x1b[K";
    }
    out += "\x1b[J";
    std::fputs(out.c_str(), stdout);
    std::fflush(stdout);
  }

  // False: the user wants to leave.
  static bool wait(std::chrono::duration<double> time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (stop_asked == 0) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      if (left.count() <= 0) return true;
      pollfd input{STDIN_FILENO, POLLIN, 0};
      if (::poll(&input, 1, static_cast<int>(left.count())) <= 0) continue;
      char key = 0;
      if (::read(STDIN_FILENO, &key, 1) <= 0 || key == 'q' || key == 'Q') return false;
      if (key == ' ') return true;
    }
    return false;
  }

 private:
  termios before_{};
};

core::Result<TopLook> look_at(http::Client& client) {
  RW_TRY(const std::string metrics, client.get("/metrics"));
  RW_TRY(const std::string status, client.get("/api/v1/status"));
  RW_TRY(const std::string sources, client.get("/api/v1/sources?limit=1000&sort=-last_received"));
  RW_TRY(const std::string runs, client.get("/api/v1/runs?limit=5"));
  RW_TRY(const std::string notables, client.get("/api/v1/notables?limit=5&sort=-time"));
  RW_TRY(TopLook look, read_look(metrics, status, sources, runs, notables));
  look.time = core::SystemClock().now();
  look.steady_time = std::chrono::steady_clock::now();
  return look;
}

// Where the configuration says that the API is, and a token that opens it.
core::Result<http::ClientOptions> client_options(const TopOptions& options) {
  http::ClientOptions client{.url = options.url, .ca = options.ca};
  if (const char* const token = std::getenv("REGWARDEN_TOKEN")) client.token = core::trim(token);
  if (!client.url.empty()) return client;
  const auto config = read_config(options.config);
  if (!config) return core::invalid_input("the configuration has errors");
  client.url = page_url(listeners_of(*config).back());
  client.url.pop_back();  // the path
  if (client.token.empty() && !config->api.tokens.empty()) client.token = config->api.tokens.front();
  return client;
}

int show(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) fmt::print("{}\n", line);
  return kDone;
}

core::Result<int> top(const TopOptions& options) {
  RW_TRY(http::ClientOptions client_to, client_options(options));
  const std::string url = client_to.url;
  RW_TRY(const auto client, http::Client::open(std::move(client_to)));
  RW_TRY(TopLook before, look_at(*client));
  const std::chrono::duration<double> interval(options.interval_s);
  if (options.once || ::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
    ::usleep(static_cast<useconds_t>(std::min(options.interval_s, 60.0) * 1e6));
    RW_TRY(const TopLook now, look_at(*client));
    return show(top_screen(before, now, url, kWidthWithoutTerminal, kHeightWithoutTerminal));
  }

  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, ask_to_stop);
  const Terminal terminal;
  TopLook now = before;
  while (true) {
    const auto [width, height] = Terminal::size();
    Terminal::show(top_screen(before, now, url, width, height));
    if (!Terminal::wait(interval)) return kDone;
    core::Result<TopLook> next = look_at(*client);
    if (!next.ok()) {
      // It may be on its way up again.
      Terminal::show({core::render(next.error()), "", "trying again; q ends"});
      if (!Terminal::wait(interval)) return kDone;
      continue;
    }
    before = std::exchange(now, *std::move(next));
  }
}

}  // namespace

void add_top(CLI::App& app, int& status) {
  auto options = std::make_shared<TopOptions>();
  CLI::App* command = app.add_subcommand("top", "Show what a running daemon does, live");
  add_config_option(*command, options->config);
  command->add_option("--url", options->url, "Of the API; without it api.listen of the configuration")
      ->type_name("URL");
  command->add_option("--ca", options->ca, "PEM file of the CA of its certificate, in place of the system's")
      ->type_name("FILE");
  command->add_option("--interval", options->interval_s, "Seconds between two looks")
      ->type_name("S")
      ->check(CLI::Range(0.2, 3600.0))
      ->capture_default_str();
  command->add_flag("--once", options->once, "Print one screen and end, as without a terminal");
  command->footer(
      "REGWARDEN_TOKEN: a token with scope read, where the API asks for one. Keys: q ends, space looks now.");
  command->callback([options, &status] {
    const core::Result<int> done = top(*options);
    status = done.ok() ? *done : fail(done.error());
  });
}

}  // namespace rw::cli
