// Changes that people make over the API: into the store, with a note of who made them.
#pragma once

#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "storage/batch.h"
#include "storage/edits.h"
#include "web/context.h"
#include "web/render.h"

namespace rw::web {

// The note for Edits::audit. detail: what was asked for; no secret may be in it.
storage::AuditEntry audit_entry(const Context& context, const http::Request& request, std::string_view action,
                                std::string object, const Json& detail);

// Returns when it is on disk. Errors: Busy (the store does not take anything just now, or has not answered for ten
// seconds: then it may still be done), Cancelled (the daemon stops), and those of the commit.
core::Result<storage::CommitOutcome> commit_edits(const Context& context, storage::Edits edits);

}  // namespace rw::web
