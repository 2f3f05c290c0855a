// Any bytes as the body of a triage request: it is refused with a reason, or all that it asks for is known and short.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/text.h"
#include "web/notable_edit.h"

namespace {

void examine(std::string_view body, rw::web::TriageOf of) {
  using namespace rw;
  const auto triage = web::parse_triage(body, of);
  if (!triage.ok()) {
    RW_ASSERT(triage.error().code == core::ErrorCode::kInvalidInput && !triage.error().message.empty());
    return;
  }
  const storage::NotableEdit& edit = triage->edit;
  const auto is_one_of = [](const auto& words, const std::optional<std::string>& word) {
    return !word || std::ranges::find(words, *word) != std::end(words);
  };
  RW_ASSERT(is_one_of(storage::kNotableStatuses, edit.status));
  RW_ASSERT(is_one_of(storage::kNotableDispositions, edit.disposition));
  RW_ASSERT(!edit.owner || (!edit.owner->empty() && edit.owner->size() <= web::kMaxOwnerBytes));
  RW_ASSERT(edit.comment.size() <= web::kMaxCommentBytes && core::is_valid_utf8(edit.comment));
  RW_ASSERT(edit.status || edit.disposition || edit.owner || !edit.comment.empty());
  RW_ASSERT((of == web::TriageOf::kMany) == !triage->notables.empty());
  RW_ASSERT(triage->notables.size() <= web::kMaxTriageIds && std::ranges::is_sorted(triage->notables));
  RW_ASSERT(triage->notables.empty() || triage->notables.front() >= 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  examine(body, rw::web::TriageOf::kOne);
  examine(body, rw::web::TriageOf::kMany);
  return 0;
}
