#include "storage/sqlite/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "storage/listing.h"
#include "storage/sqlite/listing_rows.h"
#include "storage/sqlite/reader.h"
#include "storage/sqlite/tally_counter.h"
#include "storage/sqlite/tally_events.h"

namespace rw::storage::sqlite {
namespace {

core::Result<void> check(const TallyRequest& request) {
  const auto known = tally_columns(request.listing);
  RW_ASSERT(request.by.size() <= kMostTallyColumns);
  for (const std::string& column : request.by) {
    if (std::ranges::find(known, column) == known.end()) return unknown_field(column, known);
  }
  const auto& numbers = columns_of(request.listing).numbers;
  if (!request.sum.empty() && std::ranges::find(numbers, request.sum) == numbers.end()) {
    return unknown_field(request.sum, {numbers.begin(), numbers.end()});
  }
  return {};
}

}  // namespace

core::Result<std::vector<TallyGroup>> tally(SqliteReader& reader, const TallyRequest& request) {
  RW_CHECK(check(request));
  TallyCounter counter(request);
  if (lists_events(request.listing)) {
    RW_CHECK(tally_events(reader, request, counter));
    return counter.groups(reader);
  }
  std::vector<Value> binds;
  const std::string window = window_conditions(request.listing, request.earliest, request.latest, binds);
  RW_TRY(const std::string filters, filter_conditions(request.listing, request.filters, binds));
  RW_TRY(Statement row, reader.prepare(fmt::format("SELECT {} FROM {} e WHERE 1{}{}", counter.selected(),
                                                   picked_from(request.listing), window, filters)));
  for (std::size_t i = 0; i < binds.size(); ++i) row.bind(static_cast<int>(i) + 1, binds[i]);
  while (true) {
    RW_TRY(const bool more, reader.step(row));
    if (!more) return counter.groups(reader);
    RW_CHECK(counter.add(row));
  }
}

}  // namespace rw::storage::sqlite
