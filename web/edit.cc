#include "web/edit.h"

#include <chrono>
#include <memory>
#include <utility>

#include "daemon/scheduler/commit.h"

namespace rw::web {
namespace {

constexpr std::chrono::seconds kCommitPatience{10};

}  // namespace

storage::AuditEntry audit_entry(const Context& context, const http::Request& request, std::string_view action,
                                std::string object, const Json& detail) {
  return {.time = context.sources.clock.now(),
          .actor = context.actor,
          .peer = request.peer,
          .action = std::string(action),
          .object = std::move(object),
          .detail = detail.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

core::Result<storage::CommitOutcome> commit_edits(const Context& context, storage::Edits edits) {
  if (context.sources.writer.stalled()) {
    return core::Error{core::ErrorCode::kBusy, "the store does not take anything just now: nothing was changed"};
  }
  storage::Batch batch;
  batch.edits = std::make_shared<const storage::Edits>(std::move(edits));
  return scheduler::commit(context.sources.writer, std::move(batch), context.stopping, kCommitPatience);
}

}  // namespace rw::web
