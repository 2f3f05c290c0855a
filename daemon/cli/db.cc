// regwarden db: looks after the database: check, stats, backup, compact.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/output_option.h"
#include "daemon/cli/progress.h"
#include "daemon/core/time.h"
#include "daemon/core/units.h"
#include "storage/sqlite/backup.h"
#include "storage/sqlite/check.h"
#include "storage/sqlite/compact.h"
#include "storage/sqlite/stats.h"

namespace rw::cli {
namespace {

struct DbOptions {
  std::string config;
  std::string file;
  OutputFormat output = OutputFormat::kTable;
};

std::string mebibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes) / static_cast<double>(core::kMiB));
}

std::string time_or_none(std::optional<core::Micros> time) { return time ? core::format_rfc3339(*time) : "-"; }

int check_database(const DbOptions& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  const auto found = storage::sqlite::check(config->data_dir);
  if (!found.ok()) return fail(found.error());
  storage::Table table;
  table.columns = {"check", "result", "detail"};
  int status = kDone;
  for (const storage::sqlite::Examined& item : *found) {
    table.rows.push_back({item.check, std::string(storage::sqlite::outcome_name(item.outcome)), item.detail});
    if (item.outcome == storage::sqlite::Examined::Outcome::kFault) status = kFailed;
  }
  if (options.output != OutputFormat::kTable) {
    print_rows(std::cout, options.output, table);
    return status;
  }
  for (const storage::sqlite::Examined& item : *found) {  // a table would cut what is to be read
    std::cout << fmt::format("{:<11} {:<6} {}\n", item.check, storage::sqlite::outcome_name(item.outcome), item.detail);
  }
  return status;
}

struct Shown {
  std::string name;
  std::string text;
};

// What is in force, as it is written in the configuration.
std::vector<Shown> retention_of(const storage::Retention& retention) {
  const auto age = [](const std::optional<std::chrono::microseconds>& bound) {
    return bound ? core::format_duration(*bound) : "none";
  };
  return {{"events", age(retention.events)},
          {"findings", age(retention.findings)},
          {"max_size", retention.max_size_bytes ? core::format_size(*retention.max_size_bytes) : "none"}};
}

void print_stats_json(const storage::sqlite::DatabaseStats& stats, const storage::Retention& retention) {
  nlohmann::ordered_json json = {{"schema_version", stats.schema_version},
                                 {"file_bytes", stats.file_bytes},
                                 {"log_bytes", stats.log_bytes},
                                 {"used_bytes", stats.used_bytes},
                                 {"free_bytes", stats.free_bytes},
                                 {"shrinks", stats.shrinks},
                                 {"events", stats.events},
                                 {"event_bytes", stats.event_bytes}};
  const auto add_time = [&](const char* name, std::optional<core::Micros> time) {
    if (time) json[name] = core::format_rfc3339(*time);
  };
  add_time("oldest_event", stats.oldest);
  add_time("newest_event", stats.newest);
  add_time("last_upkeep", stats.upkeep);
  add_time("last_sweep", stats.swept);
  for (const auto& [name, text] : retention_of(retention)) json["retention"][name] = text;
  json["tables"] = nlohmann::ordered_json::array();
  for (const storage::sqlite::TableStats& table : stats.tables) {
    json["tables"].push_back(
        {{"table", table.name}, {"rows", table.rows}, {"bytes", table.bytes}, {"index_bytes", table.index_bytes}});
  }
  std::cout << json.dump(2) << '\n';
}

void print_stats(const storage::sqlite::DatabaseStats& stats, const storage::Retention& retention) {
  const auto line = [](std::string_view name, const std::string& text) {
    std::cout << fmt::format("{:<18} {}\n", name, text);
  };
  line("schema version", std::to_string(stats.schema_version));
  line("file", fmt::format("{} MiB: {} MiB used, {} MiB free in it{}", mebibytes(stats.file_bytes),
                           mebibytes(stats.used_bytes), mebibytes(stats.free_bytes),
                           stats.shrinks ? "" : " (kept for later; 'regwarden db compact' gives it back)"));
  line("write-ahead log", mebibytes(stats.log_bytes) + " MiB");
  const double per_event =
      stats.events == 0 ? 0 : static_cast<double>(stats.event_bytes) / static_cast<double>(stats.events);
  line("events", fmt::format("{}, {:.0f} bytes each", stats.events, per_event));
  line("oldest event", time_or_none(stats.oldest));
  line("newest event", time_or_none(stats.newest));
  std::string kept;
  for (const auto& [name, text] : retention_of(retention))
    kept += fmt::format("{}{} {}", kept.empty() ? "" : ", ", name, text);
  line("retention", kept);
  line("last upkeep", time_or_none(stats.upkeep));
  line("last sweep", time_or_none(stats.swept));
  std::cout << '\n';
  std::vector<std::vector<std::string>> rows;
  for (const storage::sqlite::TableStats& table : stats.tables) {
    rows.push_back({table.name, std::to_string(table.rows), mebibytes(table.bytes), mebibytes(table.index_bytes)});
  }
  print_table(std::cout, {"table", "rows", "MiB", "indexes, MiB"}, rows);
}

int show_stats(const DbOptions& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  const auto stats = storage::sqlite::stats(config->data_dir);
  if (!stats.ok()) return fail(stats.error());
  if (options.output == OutputFormat::kJson) {
    print_stats_json(*stats, config->retention);
  } else if (options.output == OutputFormat::kCsv) {
    storage::Table table;
    table.columns = {"table", "rows", "bytes", "index_bytes"};
    for (const storage::sqlite::TableStats& item : stats->tables) {
      table.rows.push_back(
          {item.name, item.rows, static_cast<std::int64_t>(item.bytes), static_cast<std::int64_t>(item.index_bytes)});
    }
    print_rows(std::cout, options.output, table);
  } else {
    print_stats(*stats, config->retention);
  }
  return kDone;
}

int back_up_database(const DbOptions& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  std::optional<Progress> progress;
  const auto show = [&](std::uint64_t done, std::uint64_t total) {
    if (!progress) progress.emplace(static_cast<std::int64_t>(total));
    progress->show(static_cast<std::int64_t>(done));
  };
  const auto report = storage::sqlite::back_up(config->data_dir, options.file, show);
  progress.reset();
  if (!report.ok()) return fail(report.error());
  std::cout << fmt::format("{}: {} events, {} MiB, checked\n", options.file, report->events, mebibytes(report->bytes));
  return kDone;
}

int compact_database(const DbOptions& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  const auto report = storage::sqlite::compact(config->data_dir);
  if (!report.ok()) return fail(report.error());
  std::cout << fmt::format("{} MiB before, {} MiB now\n", mebibytes(report->bytes_before),
                           mebibytes(report->bytes_after));
  return kDone;
}

}  // namespace

void add_db(CLI::App& app, int& status) {
  auto options = std::make_shared<DbOptions>();
  CLI::App* db = app.add_subcommand("db", "Look after the database: check, stats, backup, compact");
  add_config_option(*db, options->config);
  db->require_subcommand(1);
  db->fallthrough();  // -c stands before or behind

  CLI::App* check = db->add_subcommand("check", "Look for faults; exit status 1 where there are some");
  add_output_option(*check, options->output);
  check->callback([options, &status] { status = check_database(*options); });

  CLI::App* stats = db->add_subcommand("stats", "Show what is in it and what it takes");
  add_output_option(*stats, options->output);
  stats->callback([options, &status] { status = show_stats(*options); });

  CLI::App* backup = db->add_subcommand("backup", "Copy it to a new file, also while the daemon runs");
  backup->add_option("FILE", options->file, "The new file")->required();
  backup->callback([options, &status] { status = back_up_database(*options); });

  CLI::App* compact = db->add_subcommand("compact", "Write it anew without free room, with the daemon stopped");
  compact->callback([options, &status] { status = compact_database(*options); });
}

}  // namespace rw::cli
