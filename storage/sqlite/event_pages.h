// Pages of events: which events of a listing are meant, looked for block by block (blocks.h) from where the page
// begins.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/core/result.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

class SqliteReader;

// The ids of the page's events, at most one more than its limit, for a list that is sorted by id; sorted by time, those
// of all events that pass, in no order, where they cannot be many. nullopt: SQL finds them as well by itself. The
// reader's clock is running. Errors: as Reader::list.
core::Result<std::optional<std::vector<std::int64_t>>> pick_events(SqliteReader& reader, const ListRequest& request);

}  // namespace rw::storage::sqlite
