// Counts rows of a listing in one pass: by numbers (ids of texts, paths, actors) where the tables have such, which are
// read as texts once for each group and not for each row.
#pragma once

#include <vector>

#include "daemon/core/result.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

class SqliteReader;

// As Reader::tally(). The reader's clock is running.
core::Result<std::vector<TallyGroup>> tally(SqliteReader& reader, const TallyRequest& request);

}  // namespace rw::storage::sqlite
