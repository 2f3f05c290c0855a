// Handing a batch to the writer and waiting for what becomes of it.
#pragma once

#include <atomic>
#include <chrono>

#include "daemon/core/result.h"
#include "storage/batch.h"
#include "storage/edits.h"
#include "storage/writer.h"

namespace rw::scheduler {

// Errors: those of the commit; Cancelled: `stopping` became true first, Busy: it has taken longer than `patience`; the
// batch may or may not be committed.
core::Result<storage::CommitOutcome> commit(storage::Writer& writer, storage::Batch batch,
                                            const std::atomic<bool>& stopping,
                                            std::chrono::milliseconds patience = std::chrono::hours(24 * 365));

// The same for what is changed for people, who do not wait for ever: Busy after ten seconds.
core::Result<storage::CommitOutcome> commit_edits(storage::Writer& writer, storage::Edits edits,
                                                  const std::atomic<bool>& stopping);

}  // namespace rw::scheduler
