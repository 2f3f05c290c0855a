// The front end of ESCU content: detections with their macros and deployments.
#pragma once

#include <memory>
#include <vector>

#include "daemon/detect/deployment.h"
#include "daemon/detect/front_end.h"
#include "daemon/detect/macros.h"

namespace rw::detect {

class EscuFrontEnd final : public FrontEnd {
 public:
  bool takes(const yaml::Node& root) const override;
  std::vector<std::unique_ptr<LoadedDetection>> read(const std::vector<yaml::Document>& documents,
                                                     core::Problems& problems) override;

  const Macros& macros() const { return macros_; }
  Macros& macros() { return macros_; }
  const Deployments& deployments() const { return deployments_; }

 private:
  Macros macros_ = Macros::builtin();
  Deployments deployments_ = Deployments::builtin();
};

}  // namespace rw::detect
