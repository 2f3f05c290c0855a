#include "web/edit.h"

#include <utility>

#include "daemon/scheduler/commit.h"

namespace rw::web {
storage::AuditEntry audit_entry(const Context& context, const http::Request& request, std::string_view action,
                                std::string object, const Json& detail) {
  return {.time = context.sources.clock.now(),
          .actor = context.caller.actor(),
          .peer = request.peer,
          .action = std::string(action),
          .object = std::move(object),
          .detail = detail.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

core::Result<storage::CommitOutcome> commit_edits(const Context& context, storage::Edits edits) {
  if (context.sources.writer.stalled()) {
    return core::Error{core::ErrorCode::kBusy, "the store does not take anything just now: nothing was changed"};
  }
  return scheduler::commit_edits(context.sources.writer, std::move(edits), context.stopping);
}

}  // namespace rw::web
