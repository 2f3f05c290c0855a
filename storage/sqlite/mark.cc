#include "storage/sqlite/mark.h"

#include <fmt/format.h>

#include <string_view>

namespace rw::storage::sqlite {
namespace {

using Set = IdSet IdsInUse::*;

// A table to be read. Its first columns are ids of the tables named, all others ids of terms where they are integers.
struct Pass {
  std::string_view table;
  std::string_view columns;
  std::array<Set, 4> dimensions = {};
  Set only = nullptr;  // just the rows that are in use themselves
};
// Events first: what they refer to decides which of the others count.
constexpr Pass kMarked[] = {
    {"registry_event",
     "source, origin, path, actor, action, value_data, value_type, details, extra",
     {&IdsInUse::sources, &IdsInUse::origins, &IdsInUse::paths, &IdsInUse::actors}},
    {"process_event",
     "source, origin, user, user_domain, parent_user, parent_user_domain, process, process_path, process_id,"
     " process_guid, process_hash, process_integrity_level, process_current_directory, original_file_name,"
     " parent_process, parent_process_path, parent_process_id, parent_process_guid, image_version, session, extra",
     {&IdsInUse::sources, &IdsInUse::origins}},
    {"registry_path", "key_name, value_name", {}, &IdsInUse::paths},
    {"actor", "process_guid, process_id, process_path, user, user_domain", {}, &IdsInUse::actors},
    {"source", "computer, channel, provider, event_type, envelope", {}, &IdsInUse::sources},
    // All: the writer finds an origin by name, without its terms. Those of one that goes, go with the next sweep.
    {"origin", "computer, channel"},
};

}  // namespace

core::Result<std::unique_ptr<Mark>> Mark::begin(const std::string& path) {
  static_assert(std::size(kMarked) == kPasses);
  RW_TRY(Connection connection, Connection::open(path, Connection::Mode::kReadOnly));
  RW_CHECK(connection.execute("PRAGMA cache_size = -4096"));
  std::unique_ptr<Mark> mark(new Mark(std::move(connection)));
  for (std::size_t i = 0; i < kPasses; ++i) {
    const Pass& pass = kMarked[i];
    RW_TRY(mark->select_[i],
           mark->connection_.prepare(fmt::format(
               "SELECT id, {} FROM {} WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3", pass.columns, pass.table)));
    RW_TRY(mark->last_[i],
           mark->connection_.query_integer(fmt::format("SELECT ifnull(max(id), 0) FROM {}", pass.table)));
    if (pass.only != nullptr) (mark->in_use_.*pass.only).add(mark->last_[i]);  // it will stay, so its terms shall
  }
  return mark;
}

core::Result<bool> Mark::step() {
  if (pass_ == kPasses) return true;
  const Pass& pass = kMarked[pass_];
  Statement& select = select_[pass_];
  select.bind(1, after_);
  select.bind(2, last_[pass_]);
  select.bind(3, kSliceRows);
  const int columns = select.column_count();
  std::int64_t rows = 0;
  while (true) {
    RW_TRY(const bool row, select.step());
    if (!row) break;
    ++rows;
    after_ = select.integer(0);
    if (pass.only != nullptr && !(in_use_.*pass.only).has(after_)) continue;
    for (int i = 1; i < columns; ++i) {
      if (select.type(i) != SQLITE_INTEGER) continue;
      const auto place = static_cast<std::size_t>(i) - 1;
      const Set dimension = place < pass.dimensions.size() ? pass.dimensions[place] : nullptr;
      (dimension != nullptr ? in_use_.*dimension : in_use_.terms).add(select.integer(i));
    }
  }
  select.reset();
  if (rows == kSliceRows) return false;
  ++pass_;
  after_ = 0;
  return pass_ == kPasses;
}

}  // namespace rw::storage::sqlite
