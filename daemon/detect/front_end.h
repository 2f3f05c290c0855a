// A front end: a kind of detection file (ESCU, Sigma), from its documents to detections that can be compiled. The
// loader knows this much of each and no more.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/core/problem.h"
#include "daemon/detect/detection.h"
#include "daemon/yaml/reader.h"

namespace rw::detect {

// Where a node stands, for problems that are found after its document is gone.
struct Place {
  int line = 0;
  int col = 0;
};
inline Place place_of(const yaml::Node& node) { return {.line = node.line(), .col = node.col()}; }

class LoadedDetection {
 public:
  virtual ~LoadedDetection() = default;

  Detection detection;  // all but state, problem and search
  Place id;
  Place name;
  bool own_schedule = false;  // its file itself says when it runs: what the operator sets for all does not replace it

  // Schedule and actions, where files that were read besides decide them. Called once, when all files are read.
  virtual void deploy() {}
  // The operator's score, for every risk object; the severity follows where the front end says so.
  virtual void set_risk_score(std::int64_t score);
  // Why the files themselves say that the detection should not run; nullopt: they do not. Called after deploy().
  virtual std::optional<core::Problem> reason_not_to_run() const = 0;
  // nullptr: faults, at least one, say why it does not compile.
  virtual std::shared_ptr<const Search> compile(core::Problems& faults) const = 0;
};

// It lives longer than the detections it gives.
class FrontEnd {
 public:
  virtual ~FrontEnd() = default;

  // A file with such a root belongs to it.
  virtual bool takes(const yaml::Node& root) const = 0;
  // The documents of one file, at least one. Malformed detections are problems and not in the result.
  virtual std::vector<std::unique_ptr<LoadedDetection>> read(const std::vector<yaml::Document>& documents,
                                                             core::Problems& problems) = 0;
  // All files are read: what one says of another can be looked at.
  virtual void finish(core::Problems&) {}
};

// "it runs only where …", for reasons not to run.
inline constexpr std::string_view kHowToRun = "it runs only where detections.overrides sets enabled: true";
// The file lies in a folder of detections that were given up.
std::optional<core::Problem> reason_of_folder(const Detection& detection);

}  // namespace rw::detect
