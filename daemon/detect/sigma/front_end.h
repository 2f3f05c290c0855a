// The front end of Sigma: rules, filters and correlations from any files, in any order.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/detect/front_end.h"
#include "daemon/detect/sigma/compile.h"

namespace rw::detect::sigma {

class SigmaFrontEnd final : public FrontEnd {
 public:
  explicit SigmaFrontEnd(Options options) : options_(std::move(options)) {}

  bool takes(const yaml::Node& root) const override { return is_sigma(root); }
  // A rule or correlation is a detection; a filter only changes rules.
  std::vector<std::unique_ptr<LoadedDetection>> read(const std::vector<yaml::Document>& documents,
                                                     core::Problems& problems) override;
  // Warns of filters that name a rule which is not there or has another logsource. Rules that a correlation is made of
  // run on their own only where it says `generate: true`.
  void finish(core::Problems& problems) override;

  const Library& library() const { return library_; }
  const Options& options() const { return options_; }
  // The title of the correlation for which the rule (by its number) does not run on its own; empty: it does.
  std::string part_of(std::size_t rule) const;

 private:
  const Options options_;
  Library library_;
  std::map<std::size_t, std::string> parts_;  // rule → correlation
};

}  // namespace rw::detect::sigma
