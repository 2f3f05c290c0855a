// Listings (storage/listing.h) as SQL over the tables and views of schema.cc.
#pragma once

#include <string>
#include <vector>

#include "daemon/core/result.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

// Its rows are at most one more than the limit of the request: that there is more. The value by which it is sorted
// stands behind the columns of the request; sorted by id it has none.
struct ListQuery {
  Query query;
  bool sorted_by_column = false;
  std::vector<std::string> time_columns;
  std::vector<std::string> json_columns;
  std::vector<std::string> boolean_columns;
};

// How many events are in the window: few, to be looked at by their times; or so many that it is better to go through
// all, newest first, until the page is full.
enum class Window { kUnknown, kNarrow, kWide };

// Errors: InvalidInput (unknown column; the message lists the known ones).
core::Result<ListQuery> list_query(const ListRequest& request, Window window = Window::kUnknown);

// Whether list_query() should know how wide the window is: left to itself SQLite goes through all events for a filter.
bool asks_for_width(const ListRequest& request);
// One number: 1 where it is wide, else 0.
Query width_query(const ListRequest& request);

// `more`: the table does not end the list.
ListPage page_of(Table table, bool more, ListQuery list);

}  // namespace rw::storage::sqlite
