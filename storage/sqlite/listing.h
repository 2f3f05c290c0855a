// Listings (storage/listing.h) as SQL over the tables and views of schema.cc.
#pragma once

#include <cstdint>
#include <optional>
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

// picked: the ids to choose the page from (event_pages.h); nullopt: those of the whole listing.
// Errors: InvalidInput (unknown column; the message lists the known ones).
core::Result<ListQuery> list_query(const ListRequest& request,
                                   const std::optional<std::vector<std::int64_t>>& picked = std::nullopt);

// `more`: the table does not end the list.
ListPage page_of(Table table, bool more, ListQuery list);

}  // namespace rw::storage::sqlite
