#include "daemon/detect/catalogue.h"

#include "daemon/core/text.h"

namespace rw::detect {

bool is_called(const Detection& detection, std::string_view text) {
  return detection.id == text || core::equals_folded(detection.name, text);
}

std::shared_ptr<const Detection> Catalogue::find(std::string_view detection) const {
  std::shared_ptr<const Detection> by_stem;
  for (const auto& candidate : detections_) {
    if (is_called(*candidate, detection)) return candidate;
    if (by_stem == nullptr && candidate->stem == detection) by_stem = candidate;
  }
  return by_stem;
}

}  // namespace rw::detect
