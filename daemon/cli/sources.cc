// regwarden sources: who sends what, from the store; sources forget: machines that are gone for good.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/output_option.h"
#include "daemon/core/text.h"
#include "storage/sqlite/store.h"

namespace rw::cli {
namespace {

struct SourcesOptions {
  std::string config;
  std::string host;
  bool silent = false;
  OutputFormat output = OutputFormat::kTable;
  std::vector<std::string> forgotten_hosts;
};

core::Result<storage::ListPage> all_sources(storage::Reader& reader, const SourcesOptions& options) {
  storage::ListRequest request;
  request.listing = storage::Listing::kSources;
  request.limit = static_cast<int>(storage::kMaxSources);
  if (!options.host.empty()) request.filters.emplace_back("host", options.host);
  if (options.silent) request.filters.emplace_back("silent_since", "*");
  RW_TRY(storage::ListPage page, reader.list(request));
  auto& columns = page.table.columns;
  const std::size_t host = column_of(columns, "host");
  const std::size_t channel = column_of(columns, "channel");
  std::ranges::sort(page.table.rows, {}, [&](const auto& row) {
    return std::pair(core::fold(std::get<std::string>(row[host])), core::fold(std::get<std::string>(row[channel])));
  });
  for (std::string& name : page.time_columns) {
    const std::size_t column = column_of(columns, name);
    for (auto& row : page.table.rows) {
      if (const auto* time = std::get_if<std::int64_t>(&row[column])) {
        row[column] = core::format_rfc3339(core::from_us(*time));
      }
    }
  }
  // Rounded down: 1 is only what is whole.
  const std::size_t coverage = column_of(columns, "coverage");
  for (auto& row : page.table.rows) {
    if (const auto* share = std::get_if<double>(&row[coverage]))
      row[coverage] = fmt::format("{:.4f}", std::floor(*share * 1e4) / 1e4);
  }
  // As the API calls it.
  columns[column_of(columns, "time")] = "last_received";
  return page;
}

// The columns that fit on a screen, with their values as they are.
storage::Table shown(const storage::Table& table) {
  constexpr std::string_view kShown[] = {"host",    "channel",  "peer",          "input",        "format",
                                         "events",  "stored",   "last_received", "min_delay_ms", "last_record_id",
                                         "missing", "coverage", "gaps",          "silent_since"};
  storage::Table out;
  out.rows.resize(table.rows.size());
  for (const std::string_view name : kShown) {
    const std::size_t column = column_of(table.columns, name);
    out.columns.emplace_back(name);
    for (std::size_t i = 0; i < table.rows.size(); ++i) out.rows[i].push_back(table.rows[i][column]);
  }
  return out;
}

// Each host on its own, so that one name that is wrong keeps none of the others.
int forget(storage::Store& store, const std::vector<std::string>& hosts) {
  auto session = store.open_writer();
  if (!session.ok()) return fail(session.error());
  int status = kDone;
  for (const std::string& host : hosts) {
    storage::Batch batch;
    batch.forgotten_hosts.push_back(host);
    const auto outcomes = (*session)->commit({&batch, 1});
    if (!outcomes.ok()) return fail(outcomes.error());
    const std::uint64_t forgotten = outcomes->front().sources_forgotten;
    if (forgotten == 0) {
      status = fail(fmt::format("no source is of the host {}; 'regwarden sources' lists them", core::quoted(host)));
    } else {
      std::cout << fmt::format("{}: {} {} forgotten\n", host, forgotten, forgotten == 1 ? "source" : "sources");
    }
  }
  return status;
}

int sources(const SourcesOptions& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  auto store = storage::sqlite::open({.data_dir = config->data_dir, .create = false});
  if (!store.ok()) return fail(store.error());
  if (!options.forgotten_hosts.empty()) return forget(**store, options.forgotten_hosts);
  auto reader = (*store)->open_reader();
  if (!reader.ok()) return fail(reader.error());
  const auto page = all_sources(**reader, options);
  if (!page.ok()) return fail(page.error());
  print_rows(std::cout, options.output, options.output == OutputFormat::kTable ? shown(page->table) : page->table);
  return kDone;
}

}  // namespace

void add_sources(CLI::App& app, int& status) {
  auto options = std::make_shared<SourcesOptions>();
  CLI::App* command = app.add_subcommand("sources", "Show who sends what: hosts, channels, gaps, silence");
  add_config_option(*command, options->config);
  command->add_option("--host", options->host, "Only hosts of this name; * is any run of characters")
      ->type_name("PATTERN");
  command->add_flag("--silent", options->silent, "Only hosts that have stopped sending");
  add_output_option(*command, options->output);
  CLI::App* forget = command->add_subcommand(
      "forget", "Machines that are gone for good: no sources any more, and no longer silent; their events stay");
  forget->add_option("HOST", options->forgotten_hosts, "Names, as 'regwarden sources' shows them")->required();
  forget->fallthrough();  // -c may stand behind it
  command->callback([options, &status] { status = sources(*options); });
}

}  // namespace rw::cli
