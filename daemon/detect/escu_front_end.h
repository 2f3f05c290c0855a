// The front end of ESCU content: detections with their macros, lookups and deployments.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "daemon/detect/deployment.h"
#include "daemon/detect/front_end.h"
#include "daemon/detect/knowledge.h"

namespace rw::detect {

class EscuFrontEnd final : public FrontEnd {
 public:
  bool takes(const yaml::Node& root) const override;
  std::vector<std::unique_ptr<LoadedDetection>> read(const std::vector<yaml::Document>& documents,
                                                     core::Problems& problems) override;

  void finish(core::Problems& problems) override;

  // To be added to, until finish().
  Macros& macros() { return macros_; }
  Lookups& lookups() { return lookups_; }
  Deployments& deployments() { return deployments_; }
  // What searches are compiled with, from finish() on.
  const Knowledge& knowledge() const { return knowledge_; }
  Knowledge take_knowledge() { return std::move(knowledge_); }
  const Deployments& deployments() const { return deployments_; }

 private:
  Macros macros_ = Macros::builtin();
  Lookups lookups_;
  Knowledge knowledge_;
  Deployments deployments_ = Deployments::builtin();
};

}  // namespace rw::detect
