// regwarden detections: what is loaded, in which state, and when it last ran.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <variant>

#include "daemon/cli/command.h"
#include "daemon/cli/render.h"
#include "storage/sqlite/store.h"

namespace rw::cli {
namespace {

// "2026-10-11T12:00:00Z done"; empty when it never ran, or there is no store yet.
std::string last_run(storage::Reader* reader, const std::string& detection_id) {
  if (reader == nullptr) return {};
  storage::ListRequest request;
  request.listing = storage::Listing::kRuns;
  request.filters = {{"detection_id", detection_id}};
  request.limit = 1;
  const auto page = reader->list(request);
  if (!page.ok() || page->table.rows.empty()) return {};
  std::string text;
  for (std::size_t i = 0; i < page->table.columns.size(); ++i) {
    const storage::Value& value = page->table.rows.front()[i];
    if (page->table.columns[i] == "scheduled_time") {
      text = core::format_rfc3339(core::from_us(std::get<std::int64_t>(value)));
    }
    if (page->table.columns[i] == "status") text += ' ' + std::get<std::string>(value);
  }
  return text;
}

int detections(const std::string& config_file) {
  const auto config = read_config(config_file);
  if (!config) return kFailed;
  const auto catalogue = read_detections(*config);
  std::unique_ptr<storage::Reader> reader;
  auto store = storage::sqlite::open({.data_dir = config->data_dir, .create = false});
  if (store.ok()) {
    if (auto opened = (*store)->open_reader(); opened.ok()) reader = std::move(opened).value();
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& detection : catalogue->detections()) {
    rows.push_back({detection->name, detection->source, detection->type,
                    std::string(detect::state_name(detection->state)), detection->schedule.cron_schedule,
                    detection->schedule.earliest_time.text() + " … " + detection->schedule.latest_time.text(),
                    last_run(reader.get(), detection->id)});
  }
  print_table(std::cout, {"NAME", "SOURCE", "TYPE", "STATE", "SCHEDULE", "WINDOW", "LAST RUN"}, rows);
  return kDone;
}

}  // namespace

void add_detections(CLI::App& app, int& status) {
  auto config = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("detections", "List the detections with state, schedule and last run");
  add_config_option(*command, *config);
  command->callback([config, &status] { status = detections(*config); });
}

}  // namespace rw::cli
