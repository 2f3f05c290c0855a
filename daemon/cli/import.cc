// regwarden import: events from files into the store, through the same decoder and writer as the network inputs.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>

#include "daemon/cli/command.h"
#include "daemon/cli/event_import.h"
#include "daemon/cli/progress.h"
#include "storage/sqlite/store.h"
#include "storage/writer.h"

namespace rw::cli {
namespace {

struct ImportOptions {
  std::string config;
  std::vector<std::string> files;
};

std::int64_t total_bytes(const std::vector<std::string>& files) {
  std::int64_t total = 0;
  for (const std::string& file : files) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (!error) total += static_cast<std::int64_t>(size);
  }
  return total;
}

void print_summary(const core::Counters& counters) {
  using core::Counter;
  std::uint64_t other = 0;
  for (const auto& [kind, count] : counters.skipped()) other += count;
  std::cout << counters.value(Counter::kDecoded) << " events: " << counters.value(Counter::kRegistryStored)
            << " registry and " << counters.value(Counter::kProcessStored) << " process events stored, "
            << counters.value(Counter::kDuplicates) << " were there already, " << other << " of other kinds; "
            << counters.value(Counter::kRejected) << " rejected\n";
}

int import(const ImportOptions& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  auto store = storage::sqlite::open({.data_dir = config->data_dir});
  if (!store.ok()) return fail(store.error());
  auto session = (*store)->open_writer();
  if (!session.ok()) return fail(session.error());

  core::Counters counters;
  int status = kDone;
  {
    Progress progress(total_bytes(options.files));
    storage::Writer writer(std::move(session).value(), config->writer, counters);
    EventImport importer(writer, counters, [&](std::int64_t bytes) { progress.show(bytes); });
    for (const std::string& file : options.files) {
      const auto imported = importer.add_file(file);
      progress.next_file();
      if (!imported.ok()) status = fail(imported.error());
    }
  }  // the writer has committed everything
  print_summary(counters);
  if (counters.value(core::Counter::kBatchesFailed) > 0) {
    status = fail("some events could not be written: see the errors above");
  }
  return status;
}

}  // namespace

void add_import(CLI::App& app, int& status) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command =
      app.add_subcommand("import", "Read events from files (XML or JSON lines; UTF-16, .gz) into the store");
  add_config_option(*command, options->config);
  command->add_option("FILE", options->files, "Files of events")->required();
  command->callback([options, &status] { status = import(*options); });
}

}  // namespace rw::cli
