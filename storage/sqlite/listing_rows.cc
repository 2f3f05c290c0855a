#include "storage/sqlite/listing_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include "daemon/core/text_pattern.h"
#include "storage/listing.h"
#include "storage/sqlite/dialect.h"

namespace rw::storage::sqlite {
namespace {

bool has_name(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::optional<std::int64_t> whole_number(std::string_view text) {
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

// The column as text, to be matched; it may be null.
std::string text_of_column(Listing listing, const ListingColumns& shown, std::string_view column) {
  if (lists_events(listing)) {
    if (column == "time") return rfc3339("e.time");
    if (column == "received") return rfc3339("(e.time + e.delay_ms * 1000)");
    return fmt::format("(SELECT v.{} FROM {} v WHERE v.id = e.id)", column, shown_from(listing));
  }
  const std::string own = fmt::format("e.{}", column);
  if (has_name(shown.times, column)) return rfc3339(own);
  if (has_name(shown.booleans, column)) return fmt::format("CASE {} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END", own);
  return own;
}

}  // namespace

std::string_view shown_from(Listing listing) {
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
    case Listing::kTokens:
      return "(SELECT *, created AS time FROM api_token)";
    case Listing::kUsers:
      return "(SELECT *, created AS time FROM api_user)";
    case Listing::kNotifications:
      return "(SELECT *, created AS time FROM notification)";
    case Listing::kNotifyChannels:
      return "notify_channel";
    case Listing::kAudit:
      return "audit";
  }
  RW_ASSERT(false);  // no such listing
  return {};
}

std::string_view picked_from(Listing listing) {
  const auto dataset = dataset_of(listing);
  return dataset ? table_of(*dataset) : shown_from(listing);
}

std::optional<cim::Dataset> dataset_of(Listing listing) {
  if (listing == Listing::kRegistryEvents) return cim::Dataset::kRegistry;
  if (listing == Listing::kProcessEvents) return cim::Dataset::kProcesses;
  return std::nullopt;
}

std::optional<EventColumn> event_column(Listing listing, std::string_view column) {
  const auto dataset = dataset_of(listing);
  if (!dataset) return std::nullopt;
  const cim::Field* field = cim::find_field(*dataset, column);
  if (field == nullptr) field = cim::find_event_field(*dataset, column);
  if (field == nullptr) return std::nullopt;
  return EventColumn{field, column_of(*dataset, *field)};
}

std::string bind_value(Value value, std::vector<Value>& binds) {
  binds.push_back(std::move(value));
  return fmt::format("?{}", binds.size());
}

std::string window_conditions(Listing listing, const std::optional<core::Micros>& earliest,
                              const std::optional<core::Micros>& latest, std::vector<Value>& binds) {
  std::string conditions;
  const bool of_events = lists_events(listing);
  if (earliest) {
    const std::string time = bind_value(core::to_us(*earliest), binds);
    conditions += " AND " + (of_events ? since(time) : "e.time >= " + time);
  }
  if (latest) {
    const std::string time = bind_value(core::to_us(*latest), binds);
    conditions += " AND " + (of_events ? before(time) : "e.time < " + time);
  }
  return conditions;
}

core::Result<void> expect_column(Listing listing, std::string_view column) {
  const ListingColumns& shown = columns_of(listing);
  if (column == "id" || has_name(shown.columns, column)) return {};
  std::vector<std::string_view> known = {"id"};
  known.insert(known.end(), shown.columns.begin(), shown.columns.end());
  return unknown_field(column, known);
}

core::Result<std::string> filter_conditions(Listing listing, const ColumnFilters& filters, std::vector<Value>& binds,
                                            const SqliteDialect& dialect) {
  const ListingColumns& shown = columns_of(listing);
  std::string conditions;
  for (const auto& [column, value] : filters) {
    if ((column == "id" || has_name(shown.ids, column)) && whole_number(value)) {
      conditions += fmt::format(" AND e.{} = {}", column, bind_value(*whole_number(value), binds));
      continue;
    }
    RW_CHECK(expect_column(listing, column));
    const core::TextPattern pattern = core::TextPattern::with_stars(value);
    if (const auto event = event_column(listing, column)) {
      conditions += " AND " + dialect.matches(*dataset_of(listing), *event->field, pattern, binds);
    } else {
      const std::string text = column == "id" ? "e.id" : text_of_column(listing, shown, column);
      const std::string_view test = has_name(shown.lines, column) ? "rw_any_line" : "rw_match";
      conditions += fmt::format(" AND {}({}, {})", test, text, bind_value(pattern.encode(), binds));
    }
  }
  return conditions;
}

core::Error unknown_field(std::string_view column, const std::vector<std::string_view>& known) {
  return core::invalid_input(fmt::format("unknown field '{}': expected one of {}", column, fmt::join(known, ", ")));
}

}  // namespace rw::storage::sqlite
