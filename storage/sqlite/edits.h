// Edits → rows. Within the writer's transaction, on its thread.
#pragma once

#include <cstdint>

#include "daemon/core/result.h"
#include "storage/edits.h"
#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

// How many rows it changed, the notes of who did it left out. Errors: those of a statement.
core::Result<std::uint64_t> apply(Connection& connection, const Edits& edits);

}  // namespace rw::storage::sqlite
