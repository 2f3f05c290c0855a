#include "storage/sqlite/listing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "storage/listing.h"
#include "storage/sqlite/listing_rows.h"

namespace rw::storage::sqlite {
namespace {

// What stands in the order of its meaning, not of its letters.
std::string order_of(std::string_view column) {
  if (column == "severity" || column == "urgency") {
    return fmt::format(
        "CASE e.{} WHEN 'informational' THEN 1 WHEN 'low' THEN 2 WHEN 'medium' THEN 3 WHEN 'high' THEN 4"
        " WHEN 'critical' THEN 5 ELSE 0 END",
        column);
  }
  return fmt::format("e.{}", column);
}

// Events in the order of their time: by the index of seconds, and within each.
bool goes_by_second(const ListRequest& request) {
  return lists_events(request.listing) && request.order.column == "time";
}

// Rows behind the place, where NULLs come before all values.
std::string behind(const ListPlace& place, const ListRequest& request, std::string_view key,
                   std::vector<Value>& binds) {
  const ListOrder& order = request.order;
  const std::string_view sign = order.descending ? "<" : ">";
  const std::string id = bind_value(place.id, binds);
  if (order.column == "id") return fmt::format(" AND e.id {} {}", sign, id);
  if (place.value.is_null()) {
    const std::string rest = fmt::format("{} IS NULL AND e.id {} {}", key, sign, id);
    return order.descending ? " AND " + rest : fmt::format(" AND ({} OR {} IS NOT NULL)", rest, key);
  }
  const std::string value = bind_value(place.value, binds);
  // The first condition, which follows from the second, is one that an index can take.
  const std::string ordered = fmt::format("{0} {1}= {2} AND ({0} {1} {2} OR e.id {1} {3})", key, sign, value, id);
  if (goes_by_second(request)) return fmt::format(" AND {} {}= {} / 1000000 AND {}", kSecond, sign, value, ordered);
  const bool may_be_null = order.column != "time";
  return order.descending && may_be_null ? fmt::format(" AND ({} OR {} IS NULL)", ordered, key) : " AND " + ordered;
}

core::Result<std::vector<std::string>> columns_to_read(const ListRequest& request, const ListingColumns& shown) {
  if (request.columns.empty()) return std::vector<std::string>(shown.columns.begin(), shown.columns.end());
  std::vector<std::string> columns;
  for (const std::string& column : request.columns) {
    RW_CHECK(expect_column(request.listing, column));
    if (column != "id") columns.push_back(column);
  }
  return columns;
}

}  // namespace

core::Result<ListQuery> list_query(const ListRequest& request, const std::optional<std::vector<std::int64_t>>& picked) {
  const ListingColumns& shown = columns_of(request.listing);
  const auto sortable = sortable_columns(request.listing);
  const ListOrder& order = request.order;
  if (std::ranges::find(sortable, order.column) == sortable.end()) {
    return core::invalid_input(fmt::format("sort: '{}': expected one of {}", order.column, fmt::join(sortable, ", ")));
  }
  RW_TRY(const std::vector<std::string> columns, columns_to_read(request, shown));

  ListQuery list;
  list.sorted_by_column = order.column != "id";
  std::vector<Value>& binds = list.query.binds;
  const std::string key = order_of(order.column);
  const std::string_view direction = order.descending ? "DESC" : "ASC";
  const std::string sorted = list.sorted_by_column ? fmt::format("{} {}, e.id {}", key, direction, direction)
                                                   : fmt::format("e.id {}", direction);

  std::string where;
  if (picked) {
    where = fmt::format(" AND e.id IN (SELECT value FROM json_each({}))",
                        bind_value(fmt::format("[{}]", fmt::join(*picked, ",")), binds));
  } else {
    where = window_conditions(request.listing, request.earliest, request.latest, binds);
    RW_TRY(const std::string filters, filter_conditions(request.listing, request.filters, binds));
    where += filters;
  }
  if (request.id) where += " AND e.id = " + bind_value(*request.id, binds);
  if (request.after) where += behind(*request.after, request, key, binds);

  // Left to itself SQLite would go by id to save the sort, through every row there is where few pass: the index of the
  // time has what filters look at, and the window says how much of it is to be read.
  const bool by_time = !list.sorted_by_column && !picked && request.earliest && !request.filters.empty();
  std::string picked_order = sorted;
  if (by_time) picked_order.insert(0, "+");
  if (goes_by_second(request)) {
    where += fmt::format(" AND {}", kAnySecond);
    picked_order.insert(0, fmt::format("{} {}, ", kSecond, direction));
  }

  // The ids come first, of as few columns as the conditions need: left to itself SQLite would put together every row of
  // the window, all its texts, and sort them for the first hundred.
  std::string sql = "SELECT e.id";
  for (const std::string& column : columns) sql += ", e." + column;
  if (list.sorted_by_column) sql += fmt::format(", {} AS rw_key", key);
  sql += fmt::format(" FROM {} e WHERE e.id IN (SELECT e.id FROM {} e WHERE 1{} ORDER BY {} LIMIT {})",
                     shown_from(request.listing), picked_from(request.listing), where, picked_order,
                     bind_value(std::int64_t{request.limit} + 1, binds));
  sql += " ORDER BY " + sorted;

  list.query.sql = std::move(sql);
  list.time_columns.assign(shown.times.begin(), shown.times.end());
  list.json_columns.assign(shown.json.begin(), shown.json.end());
  list.boolean_columns.assign(shown.booleans.begin(), shown.booleans.end());
  return list;
}

ListPage page_of(Table table, bool more, ListQuery list) {
  ListPage page;
  if (more) {
    const std::vector<Value>& last = table.rows.back();
    page.next.emplace();
    page.next->id = std::get<std::int64_t>(last[0]);
    if (list.sorted_by_column) page.next->value = last.back();
  }
  if (list.sorted_by_column) {
    table.columns.pop_back();
    for (auto& row : table.rows) row.pop_back();
  }
  page.table = std::move(table);
  page.time_columns = std::move(list.time_columns);
  page.json_columns = std::move(list.json_columns);
  page.boolean_columns = std::move(list.boolean_columns);
  return page;
}

}  // namespace rw::storage::sqlite
