// Bodies of the requests that triage notables. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "storage/edits.h"
#include "web/render.h"

namespace rw::web {

inline constexpr std::size_t kMaxTriageIds = 1000;
inline constexpr std::size_t kMaxCommentBytes = 16 * 1024;
inline constexpr std::size_t kMaxOwnerBytes = 128;

// What is to become of a notable, and of which ones.
struct Triage {
  storage::NotableEdit edit;           // without notable, time and actor
  std::vector<std::int64_t> notables;  // `ids`
  Json asked;                          // the body, for the audit log
};

enum class TriageOf { kOne, kMany };
// A JSON object of status, owner, disposition and comment, at least one of them; kMany: and ids, 1 to kMaxTriageIds
// (the same one again counts once). Errors: InvalidInput.
core::Result<Triage> parse_triage(std::string_view body, TriageOf of);

}  // namespace rw::web
