// Listings (storage/listing.h) as SQL over the tables and views of schema.cc.
#pragma once

#include <string>
#include <vector>

#include "daemon/core/result.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

// Its rows are at most one more than the limit of the request: that there is more.
struct ListQuery {
  Query query;
  std::vector<std::string> time_columns;
  std::vector<std::string> json_columns;
  std::vector<std::string> boolean_columns;
};

// Errors: InvalidInput (unknown filter column; the message lists the known ones).
core::Result<ListQuery> list_query(const ListRequest& request);

// `more`: the table does not end the list.
ListPage page_of(Table table, bool more, ListQuery list);

}  // namespace rw::storage::sqlite
