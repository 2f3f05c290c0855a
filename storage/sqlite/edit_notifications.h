// The outbox of notifications → rows. Within the writer's transaction, on its thread.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/core/result.h"
#include "storage/edits.h"
#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

// How many rows each changed. Errors: those of a statement.
core::Result<std::uint64_t> retry_notifications(Connection& connection,
                                                const std::vector<RetriedNotification>& retries);
core::Result<std::uint64_t> apply_notifications(Connection& connection, const Edits& edits);

}  // namespace rw::storage::sqlite
