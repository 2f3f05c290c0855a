// The detections in service.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/detect/detection.h"
#include "daemon/detect/knowledge.h"
#include "daemon/detect/tuning.h"

namespace rw::detect {

// By its id, or its name without case.
bool is_called(const Detection& detection, std::string_view text);

// The detections as loaded; immutable, shared between threads.
class Catalogue {
 public:
  explicit Catalogue(std::vector<std::shared_ptr<const Detection>> detections, Knowledge knowledge, Tuning tuning = {})
      : detections_(std::move(detections)), knowledge_(std::move(knowledge)), tuning_(std::move(tuning)) {}

  // Sorted by name.
  const std::vector<std::shared_ptr<const Detection>>& detections() const { return detections_; }
  const Macros& macros() const { return knowledge_.macros; }
  // What the searches were compiled with.
  const Knowledge& knowledge() const { return knowledge_; }
  // What the operator has tuned; each detection has its part of it.
  const Tuning& tuning() const { return tuning_; }
  // By id, name (compared without case) or file stem. nullptr: none.
  std::shared_ptr<const Detection> find(std::string_view detection) const;

 private:
  std::vector<std::shared_ptr<const Detection>> detections_;
  Knowledge knowledge_;
  Tuning tuning_;
};

}  // namespace rw::detect
