// Counts events block by block (blocks.h): those of a block are read only where it is not known what stands in it,
// where a filter must be tried on them, or where it does not lie in the window and in one bucket as a whole.
#pragma once

#include "daemon/core/result.h"
#include "storage/sqlite/tally_counter.h"

namespace rw::storage::sqlite {

// The reader's clock is running. Errors: as Reader::tally.
core::Result<void> tally_events(SqliteReader& reader, const TallyRequest& request, TallyCounter& counter);

}  // namespace rw::storage::sqlite
