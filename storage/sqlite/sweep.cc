#include "storage/sqlite/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace rw::storage::sqlite {
namespace {

// Those that refer first: a row is gone before what it refers to.
enum Swept : std::size_t { kPaths, kActors, kSources, kOrigins, kTerms };
struct SweptTable {
  std::string_view name;
  std::string_view columns;
  IdSet IdsInUse::*in_use;
};
constexpr SweptTable kSwept[] = {
    {"registry_path", "key_name, value_name", &IdsInUse::paths},
    {"actor", "process_guid, process_id, process_path, user, user_domain", &IdsInUse::actors},
    {"source", "computer, channel, provider, event_id, event_type, envelope", &IdsInUse::sources},
    {"origin", "computer, channel", &IdsInUse::origins},
    {"term", "text", &IdsInUse::terms},
};

}  // namespace

core::Result<void> Sweep::prepare() {
  static_assert(std::size(kSwept) == kTables);
  for (std::size_t i = 0; i < kTables; ++i) {
    const auto& [name, columns, in_use] = kSwept[i];
    // What is newer was given out since the mark began.
    RW_TRY(last_[i], connection_.query_integer(fmt::format("SELECT ifnull(max(id), 0) FROM {}", name)));
    RW_TRY(select_[i], connection_.prepare(fmt::format("SELECT id, {0} FROM {1} WHERE id > ?1 AND id <= ?2"
                                                       " AND id < (SELECT max(id) FROM {1}) ORDER BY id LIMIT ?3",
                                                       columns, name)));
    RW_TRY(remove_[i], connection_.prepare(fmt::format("DELETE FROM {} WHERE id = ?1", name)));
  }
  RW_TRY(remove_name_, connection_.prepare("DELETE FROM origin_name WHERE origin = ?3"
                                           " AND computer = ifnull((SELECT text FROM term WHERE id = ?1), '')"
                                           " AND channel = ifnull((SELECT text FROM term WHERE id = ?2), '')"));
  RW_TRY(count_, connection_.prepare("UPDATE upkeep SET sweeps = sweeps + 1"));
  prepared_ = true;
  return {};
}

core::Result<std::vector<Sweep::Doomed>> Sweep::next_slice() {
  Statement& select = select_[table_];
  const IdSet& in_use = in_use_.*kSwept[table_].in_use;
  select.bind(1, after_);
  select.bind(2, last_[table_]);
  select.bind(3, kSliceRows);
  std::vector<Doomed> doomed;
  std::int64_t rows = 0;
  std::size_t text_bytes = 0;
  bool full = false;
  while (!full) {
    RW_TRY(const bool row, select.step());
    if (!row) break;
    ++rows;
    after_ = select.integer(0);
    if (in_use.has(after_)) continue;
    Doomed& item = doomed.emplace_back(Doomed{after_, {}, {}});
    if (table_ == kTerms) {
      item.text = select.text(1);
      text_bytes += item.text.size();
    } else {
      for (int i = 1; i < select.column_count(); ++i) item.tuple[static_cast<std::size_t>(i) - 1] = select.integer(i);
    }
    full = doomed.size() >= kMostDeleted || text_bytes >= kMostTextBytes;
  }
  select.reset();
  if (!full && rows < kSliceRows) after_ = last_[table_];
  return doomed;
}

void Sweep::forget(const Doomed& row) {
  const auto& t = row.tuple;
  switch (table_) {
    case kPaths:
      return dictionary_.paths.erase({t[0], t[1]}, row.id);
    case kActors:
      return dictionary_.actors.erase({t[0], t[1], t[2], t[3], t[4]}, row.id);
    case kSources:
      return dictionary_.sources.erase(t, row.id);
    case kTerms:
      return dictionary_.terms.erase(row.text, row.id);
    default:
      return;  // origins are not kept by tuple
  }
}

core::Result<std::int64_t> Sweep::step() {
  if (over()) return std::int64_t{0};
  RW_TRY(const std::vector<Doomed> doomed, next_slice());
  for (const Doomed& row : doomed) {
    if (table_ == kOrigins) {
      remove_name_.bind(1, row.tuple[0]);
      remove_name_.bind(2, row.tuple[1]);
      remove_name_.bind(3, row.id);
      RW_CHECK(remove_name_.run());
    }
    remove_[table_].bind(1, row.id);
    RW_CHECK(remove_[table_].run());
    forget(row);
  }
  if (!doomed.empty()) RW_CHECK(count_.run());
  if (after_ >= last_[table_]) {
    ++table_;
    after_ = 0;
  }
  return static_cast<std::int64_t>(doomed.size());
}

}  // namespace rw::storage::sqlite
