#include "storage/sqlite/event_filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "daemon/core/text_pattern.h"
#include "storage/sqlite/listing_rows.h"
#include "storage/sqlite/value_sets.h"

namespace rw::storage::sqlite {

bool EventFilters::nothing() const {
  return std::ranges::any_of(by_id, [](const ById& filter) { return filter.values->empty; });
}

core::Result<EventFilters> make_ready(SqliteReader& reader, Listing listing, const ColumnFilters& filters) {
  EventFilters ready;
  for (const auto& filter : filters) {
    RW_CHECK(expect_column(listing, filter.first));
    const core::TextPattern pattern = core::TextPattern::with_stars(filter.second);
    const std::optional<EventColumn> column = event_column(listing, filter.first);
    const BlockPart* const part = column ? part_of_field(*dataset_of(listing), column->column) : nullptr;
    if (part == nullptr || pattern.is_any()) {
      ready.others.push_back(filter);
      continue;
    }
    RW_TRY(auto values, reader.value_sets().passing(reader, *column, pattern));
    ready.by_id.push_back({part, std::move(values)});
  }
  return ready;
}

core::Result<Statement> prepare_scan(SqliteReader& reader, Listing listing, std::string_view columns,
                                     const std::optional<core::Micros>& earliest,
                                     const std::optional<core::Micros>& latest, const EventFilters& filters,
                                     SqliteDialect::Rows rows, std::string_view tail) {
  std::vector<Value> binds(2);
  std::string conditions;
  // No index is taken for these: the ids say which events to read.
  if (earliest) conditions += " AND e.time >= " + bind_value(core::to_us(*earliest), binds);
  if (latest) conditions += " AND e.time < " + bind_value(core::to_us(*latest), binds);
  std::vector<int> places;
  for (const EventFilters::ById& filter : filters.by_id) {
    conditions += fmt::format(" AND rw_has({}, {})", bind_value(Value(), binds), filter.part->sql);
    places.push_back(static_cast<int>(binds.size()));
  }
  RW_TRY(const std::string others, filter_conditions(listing, filters.others, binds, SqliteDialect(rows)));
  RW_TRY(Statement scan, reader.prepare(fmt::format("SELECT {} FROM {} e WHERE e.id >= ?1 AND e.id <= ?2{}{}{}",
                                                    columns, picked_from(listing), conditions, others, tail)));
  for (std::size_t i = 2; i < binds.size(); ++i) scan.bind(static_cast<int>(i) + 1, binds[i]);
  for (std::size_t i = 0; i < places.size(); ++i) {
    scan.bind_pointer(places[i], filters.by_id[i].values.get(), ValueSet::kPointerType);
  }
  return scan;
}

}  // namespace rw::storage::sqlite
