// regwarden search: SPL of the operator's own over a window.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "daemon/cli/command.h"
#include "daemon/cli/output_option.h"
#include "daemon/detect/compile.h"
#include "storage/sqlite/store.h"

namespace rw::cli {
namespace {

struct SearchOptions {
  std::string config;
  std::string spl;
  std::string earliest = "-24h";
  std::string latest = "now";
  OutputFormat output = OutputFormat::kTable;
};

int search(const SearchOptions& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  const auto catalogue = read_detections(*config);
  const auto compiled = detect::compile_spl(options.spl, catalogue->knowledge());
  if (!compiled.ok()) return fail(compiled.error());
  const core::Micros now = core::SystemClock().now();
  const auto window = parse_window(options.earliest, options.latest, now, config->time_zone);
  if (!window.ok()) return fail(window.error());

  auto store = storage::sqlite::open({.data_dir = config->data_dir, .create = false});
  if (!store.ok()) return fail(store.error());
  auto reader = (*store)->open_reader();
  if (!reader.ok()) return fail(reader.error());
  const auto result =
      (*compiled)->run({**reader, (*store)->dialect(), *window, config->time_zone, now, config->scheduler.limits});
  if (!result.ok()) return fail(result.error());
  for (const std::string& warning : result->warnings) std::cerr << "regwarden: " << warning << '\n';
  print_result(std::cout, options.output, "", *window, result->table);
  return kDone;
}

}  // namespace

void add_search(CLI::App& app, int& status) {
  auto options = std::make_shared<SearchOptions>();
  CLI::App* command = app.add_subcommand("search", "Search the stored events with SPL");
  add_config_option(*command, options->config);
  command
      ->add_option("SPL", options->spl,
                   "The search, e.g. '| tstats count from datamodel=Endpoint.Registry by Registry.dest'")
      ->required();
  command->add_option("--earliest", options->earliest, "Start of the window, included")->capture_default_str();
  command->add_option("--latest", options->latest, "End of the window, not included")->capture_default_str();
  add_output_option(*command, options->output);
  command->callback([options, &status] { status = search(*options); });
}

}  // namespace rw::cli
