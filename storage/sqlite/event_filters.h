// Filters of a listing of events, made ready for going through blocks of events (blocks.h): which paths, processes,
// sources and terms pass is found out once; what cannot be said by their ids stays a condition on each event.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "storage/sqlite/blocks.h"
#include "storage/sqlite/dialect.h"
#include "storage/sqlite/functions.h"
#include "storage/sqlite/reader.h"

namespace rw::storage::sqlite {

struct EventFilters {
  struct ById {
    const BlockPart* part;
    std::shared_ptr<const ValueSet> values;
  };
  std::vector<ById> by_id;
  ColumnFilters others;

  // Whether no event passes.
  bool nothing() const;
};

// The reader's clock is running. Errors: those of Reader::list.
core::Result<EventFilters> make_ready(SqliteReader& reader, Listing listing, const ColumnFilters& filters);

// `columns` of the events e with ids from ?1 to ?2, in the window, that pass; these two are still to be bound. rows: on
// how many the other conditions are tried. `tail` goes behind the conditions. The filters outlive the statement.
core::Result<Statement> prepare_scan(SqliteReader& reader, Listing listing, std::string_view columns,
                                     const std::optional<core::Micros>& earliest,
                                     const std::optional<core::Micros>& latest, const EventFilters& filters,
                                     SqliteDialect::Rows rows, std::string_view tail);

}  // namespace rw::storage::sqlite
