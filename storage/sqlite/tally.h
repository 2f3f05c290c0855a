// Counts rows of a listing in one pass.
#pragma once

#include <vector>

#include "daemon/core/result.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

class SqliteReader;

// As Reader::tally(). The reader's clock is running.
core::Result<std::vector<TallyGroup>> tally(SqliteReader& reader, const TallyRequest& request);

}  // namespace rw::storage::sqlite
