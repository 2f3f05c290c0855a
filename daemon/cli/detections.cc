// regwarden detections: what is loaded, in which state, and when it last ran.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>

#include "daemon/cli/command.h"
#include "daemon/cli/output_option.h"
#include "daemon/cli/render.h"
#include "daemon/core/text.h"
#include "daemon/detect/attack/attack.h"
#include "storage/sqlite/store.h"

namespace rw::cli {
namespace {

using Json = nlohmann::ordered_json;
using detect::Detection;

struct ListOptions {
  std::string config;
  OutputFormat output = OutputFormat::kTable;
  std::string state;
  std::string source;
  std::string technique;
  std::string type;
  std::string status;
  bool problems = false;
};

struct LastRun {
  core::Micros scheduled_time;
  std::string status;
};
using LastRuns = std::map<std::string, LastRun, std::less<>>;  // by detection id

// The latest run of each detection, scheduled or (of the newest thousand) manual. Empty where there is no store yet.
LastRuns last_runs(const std::string& data_dir) {
  LastRuns runs;
  const auto store = storage::sqlite::open({.data_dir = data_dir, .create = false});
  if (!store.ok()) return runs;
  const auto reader = (*store)->open_reader();
  if (!reader.ok()) return runs;
  const auto add = [&](const std::string& id, LastRun run) {
    const auto [it, is_new] = runs.try_emplace(id, run);
    if (!is_new && it->second.scheduled_time < run.scheduled_time) it->second = std::move(run);
  };
  if (const auto ledger = (*reader)->ledger(); ledger.ok()) {
    for (const storage::LedgerEntry& entry : *ledger) {
      if (entry.last_run) add(entry.detection_id, {entry.last_run->scheduled_time, entry.last_run->status});
    }
  }
  storage::ListRequest manual;
  manual.listing = storage::Listing::kRuns;
  manual.filters = {{"kind", "manual"}};
  manual.limit = 1000;
  if (const auto page = (*reader)->list(manual); page.ok()) {
    const auto column = [&](const std::vector<storage::Value>& row, std::string_view name) -> const storage::Value& {
      return row[column_of(page->table.columns, name)];
    };
    for (const auto& row : page->table.rows) {
      add(std::get<std::string>(column(row, "detection_id")),
          {core::from_us(std::get<std::int64_t>(column(row, "scheduled_time"))),
           std::get<std::string>(column(row, "status"))});
    }
  }
  return runs;
}

// T1112 and, of a technique that is a parent, its sub-techniques.
bool has_technique(const Detection& detection, std::string_view wanted) {
  return std::ranges::any_of(detection.mitre_attack_id, [&](const std::string& id) {
    return core::equals_folded(id, wanted) || core::equals_folded(detect::attack::parent_of(id), wanted);
  });
}

bool is_wanted(const ListOptions& options, const Detection& detection) {
  const auto passes = [](const std::string& wanted, std::string_view value) {
    return wanted.empty() || core::equals_folded(wanted, value);
  };
  return passes(options.state, detect::state_name(detection.state)) && passes(options.source, detection.source) &&
         passes(options.type, detection.type) && passes(options.status, detection.status) &&
         (options.technique.empty() || has_technique(detection, options.technique));
}

std::string text_of(const LastRun* run) {
  return run == nullptr ? std::string() : core::format_rfc3339(run->scheduled_time) + ' ' + run->status;
}

storage::Table table_of(const std::vector<std::shared_ptr<const Detection>>& detections, const LastRuns& runs) {
  storage::Table table;
  table.columns = {"NAME",       "SOURCE",  "TYPE", "STATE",    "STATUS", "VERSION",
                   "TECHNIQUES", "CONTENT", "CRON", "EARLIEST", "LATEST", "LAST RUN"};
  for (const auto& detection : detections) {
    const auto run = runs.find(detection->id);
    table.rows.push_back(
        {detection->name, detection->source, detection->type, std::string(detect::state_name(detection->state)),
         detection->status, std::to_string(detection->version),
         fmt::format("{}", fmt::join(detection->mitre_attack_id, " ")), detection->content_hash,
         detection->schedule.cron_schedule, std::string(detection->schedule.earliest_time.text()),
         std::string(detection->schedule.latest_time.text()), text_of(run == runs.end() ? nullptr : &run->second)});
  }
  return table;
}

Json json_of(const Detection& detection, const LastRuns& runs) {
  Json json = {{"id", detection.id},
               {"name", detection.name},
               {"source", detection.source},
               {"type", detection.type},
               {"state", detect::state_name(detection.state)},
               {"status", detection.status},
               {"version", detection.version},
               {"content_hash", detection.content_hash},
               {"mitre_attack_id", detection.mitre_attack_id},
               {"cron_schedule", detection.schedule.cron_schedule},
               {"earliest_time", detection.schedule.earliest_time.text()},
               {"latest_time", detection.schedule.latest_time.text()},
               {"file", detection.file}};
  if (const auto run = runs.find(detection.id); run != runs.end()) {
    json["last_run"] = {{"scheduled_time", core::format_rfc3339(run->second.scheduled_time)},
                        {"status", run->second.status}};
  }
  if (detection.problem) {
    json["problem"] = {{"file", detection.problem->file},
                       {"line", detection.problem->line},
                       {"col", detection.problem->col},
                       {"message", detection.problem->message}};
  }
  return json;
}

int detections(const ListOptions& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  const auto catalogue = read_detections(*config);
  std::vector<std::shared_ptr<const Detection>> wanted;
  for (const auto& detection : catalogue->detections()) {
    if (is_wanted(options, *detection)) wanted.push_back(detection);
  }
  const LastRuns runs = last_runs(config->data_dir);
  if (options.output == OutputFormat::kJson) {
    Json all = Json::array();
    for (const auto& detection : wanted) all.push_back(json_of(*detection, runs));
    std::cout << all.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    return kDone;
  }
  print_rows(std::cout, options.output, table_of(wanted, runs));
  if (options.problems && options.output == OutputFormat::kTable) {
    std::cout << '\n';
    for (const auto& detection : wanted) {
      if (detection->problem) std::cout << detection->name << ": " << core::render(*detection->problem) << '\n';
    }
  }
  return kDone;
}

}  // namespace

void add_detections(CLI::App& app, int& status) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = app.add_subcommand("detections", "List the detections with state, schedule and last run");
  add_config_option(*command, options->config);
  add_output_option(*command, options->output);
  command->add_option("--state", options->state, "Only those that are enabled, disabled or unsupported")
      ->check(CLI::IsMember({"enabled", "disabled", "unsupported"}));
  command->add_option("--source", options->source, "Only those of this kind: escu, sigma")
      ->check(CLI::IsMember({"escu", "sigma"}));
  command->add_option("--technique", options->technique,
                      "Only those of this ATT&CK technique (T1112; sub-techniques of it count)");
  command->add_option("--type", options->type, "Only those of this type: TTP, Anomaly, Hunting, …");
  command->add_option("--status", options->status, "Only those of this status: production, experimental, …");
  command->add_flag("--problems", options->problems,
                    "Below the table: why those that are not enabled are not, with the place in the file");
  command->callback([options, &status] { status = detections(*options); });
}

}  // namespace rw::cli
