// The front end of ESCU content: detections with their macros, lookups and deployments.
#pragma once

#include <memory>
#include <vector>

#include "daemon/detect/front_end.h"
#include "daemon/detect/knowledge.h"

namespace rw::detect {

class EscuFrontEnd final : public FrontEnd {
 public:
  bool takes(const yaml::Node& root) const override;
  std::vector<std::unique_ptr<LoadedDetection>> read(const std::vector<yaml::Document>& documents,
                                                     core::Problems& problems) override;

  // To be added to until all files are read; searches are compiled with it.
  Knowledge& knowledge() { return knowledge_; }
  const Knowledge& knowledge() const { return knowledge_; }

 private:
  Knowledge knowledge_;
};

}  // namespace rw::detect
