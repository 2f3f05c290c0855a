#include "storage/sqlite/listing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "daemon/core/text_pattern.h"
#include "storage/listing.h"

namespace rw::storage::sqlite {
namespace {

std::string_view table_of(Listing listing) {
  switch (listing) {
    case Listing::kRiskEvents:
      return "risk_event";
    case Listing::kNotables:
      return "notable";
    case Listing::kRuns:
      return "(SELECT *, scheduled_time AS time FROM run)";
    case Listing::kRegistryEvents:
      return "Registry";
    case Listing::kProcessEvents:
      return "Processes";
    case Listing::kRejected:
      return "rejected";
    case Listing::kSources:
      return "log_source";
    case Listing::kNotableChanges:
      return "notable_change";
    case Listing::kAudit:
      return "audit";
  }
  RW_ASSERT(false);  // no such listing
  return {};
}

// The table of events behind a view; empty for the listings that are tables themselves.
std::string_view events_of(Listing listing) {
  if (listing == Listing::kRegistryEvents) return "registry_event";
  return listing == Listing::kProcessEvents ? "process_event" : "";
}

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::optional<std::int64_t> integer_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A time as people see it: the text of core::format_rfc3339.
std::string rfc3339(std::string_view column) {
  return fmt::format(
      "strftime('%Y-%m-%dT%H:%M:%S', {0} / 1000000, 'unixepoch') ||"
      " iif({0} % 1000000 = 0, 'Z', printf('.%06dZ', {0} % 1000000))",
      column);
}

}  // namespace

core::Result<ListQuery> list_query(const ListRequest& request) {
  const ListingColumns& shown = columns_of(request.listing);
  ListQuery list;
  const auto bind = [&](Value value) {
    list.query.binds.push_back(std::move(value));
    return fmt::format("?{}", list.query.binds.size());
  };

  std::string window;
  if (request.earliest) window += " AND time >= " + bind(core::to_us(*request.earliest));
  if (request.latest) window += " AND time < " + bind(core::to_us(*request.latest));
  const std::string before = request.before ? " AND id < " + bind(*request.before) : "";
  const std::string limit = bind(std::int64_t{request.limit} + 1);

  // The events' id is the order of arrival, the findings' that of their making: newest first for both.
  std::string sql =
      fmt::format("SELECT id, {} FROM {} WHERE 1", fmt::join(shown.columns, ", "), table_of(request.listing));
  const std::string_view events = events_of(request.listing);
  if (window.empty() || events.empty()) {
    sql += window + before;
  } else {
    // Left to itself SQLite would put together every row of the window, all its texts, and sort them for the newest
    // hundred. So the ids come first, from the index of times alone.
    sql += fmt::format(" AND id IN (SELECT id FROM {} WHERE 1{}{}", events, window, before);
    if (request.filters.empty() && !request.id) sql += " ORDER BY id DESC LIMIT " + limit;
    sql += ")";
  }
  if (request.id) sql += " AND id = " + bind(*request.id);
  for (const auto& [column, value] : request.filters) {
    if ((column == "id" || contains(shown.ids, column)) && integer_of(value)) {
      sql += fmt::format(" AND {} = {}", column, bind(*integer_of(value)));
      continue;
    }
    if (column != "id" && !contains(shown.columns, column)) {
      return core::invalid_input(
          fmt::format("unknown field '{}': expected one of id, {}", column, fmt::join(shown.columns, ", ")));
    }
    std::string text = column;
    if (contains(shown.times, column)) text = rfc3339(column);
    if (contains(shown.booleans, column))
      text = fmt::format("CASE {} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END", column);
    sql += fmt::format(" AND rw_match({}, {})", text, bind(core::TextPattern::with_stars(value).encode()));
  }
  sql += " ORDER BY id DESC LIMIT " + limit;

  list.query.sql = std::move(sql);
  list.time_columns.assign(shown.times.begin(), shown.times.end());
  list.json_columns.assign(shown.json.begin(), shown.json.end());
  list.boolean_columns.assign(shown.booleans.begin(), shown.booleans.end());
  return list;
}

ListPage page_of(Table table, bool more, ListQuery list) {
  ListPage page;
  if (more) page.next_before = std::get<std::int64_t>(table.rows.back()[0]);
  page.table = std::move(table);
  page.time_columns = std::move(list.time_columns);
  page.json_columns = std::move(list.json_columns);
  page.boolean_columns = std::move(list.boolean_columns);
  return page;
}

}  // namespace rw::storage::sqlite
