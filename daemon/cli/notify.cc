// regwarden notify test: a test message, straight to the channels of the configuration.
#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>

#include "daemon/cli/command.h"
#include "daemon/notify/test_message.h"

namespace rw::cli {
namespace {

int test_channels(const std::string& config_file, const std::string& channel) {
  const auto config = read_config(config_file);
  if (!config) return kFailed;
  std::signal(SIGPIPE, SIG_IGN);
  const std::atomic<bool> stopping{false};
  const auto results = notify::send_test(config->notify, channel, core::SystemClock().now(), stopping);
  if (!results.ok()) return fail(results.error());
  int status = kDone;
  for (const notify::TestResult& result : *results) {
    std::cout << result.channel << ": " << (result.ok ? "sent" : "failed: " + result.error) << '\n';
    if (!result.ok) status = kFailed;
  }
  return status;
}

}  // namespace

void add_notify(CLI::App& app, int& status) {
  struct NotifyTestOptions {
    std::string config;
    std::string channel;
  };
  auto options = std::make_shared<NotifyTestOptions>();
  CLI::App* command = app.add_subcommand("notify", "Who is told of findings");
  command->require_subcommand(1);
  CLI::App* test = command->add_subcommand("test", "Send a test message to the channels; exit with 1 when one fails");
  add_config_option(*test, options->config);
  test->add_option("CHANNEL", options->channel, "Name of a channel (default: all)");
  test->callback([options, &status] { status = test_channels(options->config, options->channel); });
}

}  // namespace rw::cli
