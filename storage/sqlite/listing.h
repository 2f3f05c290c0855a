// Listings (storage/listing.h) as SQL over the tables and views of schema.cc.
#pragma once

#include <string>
#include <vector>

#include "daemon/core/result.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

struct ListQuery {
  Query query;
  std::vector<std::string> time_columns;
  std::vector<std::string> json_columns;
  std::vector<std::string> boolean_columns;
};

// Errors: InvalidInput (unknown filter column; the message lists the known ones).
core::Result<ListQuery> list_query(const ListRequest& request);

// Cuts the one row too many that tells whether there is more.
ListPage finish_page(Table table, const ListRequest& request, ListQuery list);

}  // namespace rw::storage::sqlite
