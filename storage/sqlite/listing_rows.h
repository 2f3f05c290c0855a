// Which rows of a listing are meant: what its pages and its tallies share. Rows are those of `e`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "storage/sqlite/columns.h"
#include "storage/sqlite/dialect.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

// The table or view with all columns of the listing.
std::string_view shown_from(Listing listing);
// What the rows are picked from: the same, but of events the bare table.
std::string_view picked_from(Listing listing);

// nullopt: it lists no events.
std::optional<cim::Dataset> dataset_of(Listing listing);

// A column of events as the tables have it; nullopt: it has to be read from the view, or is none of events.
struct EventColumn {
  const cim::Field* field;
  Column column;
};
std::optional<EventColumn> event_column(Listing listing, std::string_view column);

// A placeholder for the value, appended to binds.
std::string bind_value(Value value, std::vector<Value>& binds);

// " AND …" for earliest and latest; empty where there are none.
std::string window_conditions(Listing listing, const std::optional<core::Micros>& earliest,
                              const std::optional<core::Micros>& latest, std::vector<Value>& binds);

// " AND …" for all filters. A pattern over events is tried as the dialect does it: on the distinct terms, paths and
// actors, not on each event.
// Errors: InvalidInput (unknown column; the message lists the known ones).
core::Result<std::string> filter_conditions(Listing listing, const ColumnFilters& filters, std::vector<Value>& binds,
                                            const SqliteDialect& dialect = SqliteDialect());

// Errors: InvalidInput, when the listing has no such column.
core::Result<void> expect_column(Listing listing, std::string_view column);

// Errors: InvalidInput, which names the known columns.
core::Error unknown_field(std::string_view column, const std::vector<std::string_view>& known);

}  // namespace rw::storage::sqlite
