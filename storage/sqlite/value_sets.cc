#include "storage/sqlite/value_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "storage/sqlite/dialect.h"
#include "storage/sqlite/reader.h"

namespace rw::storage::sqlite {
namespace {

core::Result<std::int64_t> newest_id(SqliteReader& reader, const Column& column) {
  const std::string_view table = column.place == Place::kTerm ? "term" : dimension_of(column.place).table;
  RW_TRY(Statement newest, reader.prepare(fmt::format("SELECT max(id) FROM {}", table)));
  RW_TRY(const bool row, reader.step(newest));
  return row ? newest.integer(0) : 0;
}

}  // namespace

core::Result<std::shared_ptr<const ValueSet>> ValueSets::passing(SqliteReader& reader, const EventColumn& column,
                                                                 const core::TextPattern& pattern) {
  std::string sql = passing_ids(*column.field, column.column,
                                [](std::string_view text) { return fmt::format("rw_match({}, ?1)", text); });
  sql += " AND id > ?2 AND id <= ?3";
  std::string encoded = pattern.encode();
  const auto known =
      std::ranges::find_if(kept_, [&](const Kept& kept) { return kept.sql == sql && kept.pattern == encoded; });
  if (known != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, known);
  } else {
    Kept& fresh = kept_.emplace_front(Kept{std::move(sql), std::move(encoded), std::make_shared<ValueSet>()});
    if (column.field->fill == cim::Fill::kUnknown && pattern.matches(cim::kUnknownText)) fresh.values->add_null();
    if (kept_.size() > kMostKept) kept_.pop_back();
  }

  Kept& kept = kept_.front();
  RW_TRY(const std::int64_t last, newest_id(reader, column.column));
  RW_TRY(Statement ids, reader.prepare(kept.sql));
  ids.bind(1, Value(kept.pattern));
  ids.bind(2, kept.last_id);
  ids.bind(3, last);
  while (true) {
    RW_TRY(const bool row, reader.step(ids));
    if (!row) break;
    kept.values->add(ids.integer(0));
  }
  kept.last_id = last;
  return std::shared_ptr<const ValueSet>(kept.values);
}

}  // namespace rw::storage::sqlite
