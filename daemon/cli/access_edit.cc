#include "daemon/cli/access_edit.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <limits>
#include <utility>

#include "daemon/cli/command.h"
#include "daemon/core/time.h"
#include "storage/edits.h"
#include "storage/sqlite/store.h"

namespace rw::cli {

std::string command_actor() {
  const uid_t id = ::getuid();
  const passwd* const user = ::getpwuid(id);  // the command has one thread
  return "command " + (user == nullptr ? std::to_string(id) : std::string(user->pw_name));
}

std::unique_ptr<storage::Store> open_access_store(const std::string& config_file) {
  const auto config = read_config(config_file);
  if (!config) return nullptr;
  auto store = storage::sqlite::open({.data_dir = config->data_dir, .create = false});
  if (store.ok()) return std::move(store).value();
  fail(store.error());
  return nullptr;
}

core::Result<bool> edit_access(storage::Store& store, storage::AccessEdit edit, std::string_view action,
                               const std::string& object, const std::string& detail) {
  RW_TRY(auto session, store.open_writer());
  auto edits = std::make_shared<storage::Edits>();
  edits->access.push_back(std::move(edit));
  edits->audit.push_back({.time = core::SystemClock().now(),
                          .actor = command_actor(),
                          .peer = {},
                          .action = std::string(action),
                          .object = object,
                          .detail = detail});
  storage::Batch batch;
  batch.edits = std::move(edits);
  RW_TRY(const auto outcomes, session->commit({&batch, 1}));
  return outcomes.front().edited > 0;
}

int print_access_list(storage::Store& store, storage::Listing listing, OutputFormat output) {
  auto reader = store.open_reader();
  if (!reader.ok()) return fail(reader.error());
  storage::ListRequest request;
  request.listing = listing;
  request.limit = std::numeric_limits<int>::max() - 1;
  auto page = (*reader)->list(request);
  if (!page.ok()) return fail(page.error());
  storage::Table& table = page->table;
  std::ranges::reverse(table.rows);
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    if (std::ranges::find(page->time_columns, table.columns[column]) == page->time_columns.end()) continue;
    if (table.columns[column] == "time") table.columns[column] = "created";
    for (auto& row : table.rows) {
      if (const auto* time = std::get_if<std::int64_t>(&row[column])) {
        row[column] = core::format_rfc3339(core::from_us(*time));
      }
    }
  }
  print_rows(std::cout, output, table);
  return kDone;
}

}  // namespace rw::cli
