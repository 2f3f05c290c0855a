// Changes of who may ask (storage/access.h) → rows.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/core/result.h"
#include "storage/access.h"
#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

// How many rows were changed. Within the writer's transaction, on its thread. Errors: those of a statement.
core::Result<std::uint64_t> edit_access(Connection& connection, const std::vector<AccessEdit>& edits);

}  // namespace rw::storage::sqlite
