#include "web/tune.h"

#include <utility>

#include "web/edit.h"

namespace rw::web {

core::Result<void> tune(const Context& context, const http::Request& request, std::string_view action,
                        const std::string& object, const Json& detail, const TuningChange& change) {
  if (!context.sources.tune) {
    return core::Error{core::ErrorCode::kUnsupported, "the detections of this daemon cannot be tuned"};
  }
  return context.sources.tune(change, [&](std::string_view failure) -> core::Result<void> {
    storage::Edits edits;
    edits.audit.push_back(failure.empty() ? audit_entry(context, request, action, object, detail)
                                          : audit_entry(context, request, std::string(action) + ".failed", object,
                                                        {{"error", render_text(failure)}}));
    RW_TRY(const auto outcome, commit_edits(context, std::move(edits)));
    (void)outcome;
    return {};
  });
}

}  // namespace rw::web
