#include "daemon/cim/finding.h"

namespace rw::cim {

std::string_view run_status_name(RunStatus status) {
  switch (status) {
    case RunStatus::kDone:
      return "done";
    case RunStatus::kFailed:
      return "failed";
    case RunStatus::kMissed:
      return "missed";
  }
  return {};
}

std::string_view run_kind_name(RunKind kind) {
  switch (kind) {
    case RunKind::kScheduled:
      return "scheduled";
    case RunKind::kManual:
      return "manual";
    case RunKind::kLate:
      break;
  }
  return "late";
}

}  // namespace rw::cim
