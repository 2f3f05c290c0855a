#include "daemon/detect/front_end.h"

#include <fmt/format.h>

#include <filesystem>

namespace rw::detect {

void LoadedDetection::set_risk_score(std::int64_t score) {
  for (RiskObject& object : detection.risk_objects) object.score = score;
}

std::optional<core::Problem> reason_of_folder(const Detection& detection) {
  for (const auto& folder : std::filesystem::path(detection.file).parent_path()) {
    if (folder != "deprecated" && folder != "removed") continue;
    return core::Problem{.file = detection.file,
                         .message = fmt::format("in a folder named {}: {}", folder.string(), kHowToRun),
                         .severity = core::Severity::kWarning};
  }
  return std::nullopt;
}

}  // namespace rw::detect
