// The YAML shape of Splunk ESCU content, both generations: up to ESCU 4 (`tags:` with observable and risk_score) and
// from ESCU 5 (`rba:`). One file → one Detection; what its type decides (deployment.h) and what the operator sets
// (load.h) is not in it yet. Source: contentctl's object model and the content itself. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/problem.h"
#include "daemon/detect/deployment.h"
#include "daemon/detect/detection.h"
#include "daemon/detect/front_end.h"
#include "daemon/yaml/reader.h"

namespace rw::detect {

enum class EscuKind {
  kDetection,
  kMacro,
  kDeployment,
  kLookup,
  kNeighbour,  // a story, data source, playbook: part of ESCU, nothing to run
  kUnknown,
};

// What a file holds, told by its keys: the folder may be named anything.
EscuKind escu_kind(const yaml::Node& root);

// The severity of a notable follows its risk score by one of two tables.
enum class SeverityTable { kTags, kRba };

struct EscuDetection {
  // Set: metadata, risk and threat objects, risk_message, drilldowns, annotations, search_text. severity is that of
  // the score in the file.
  Detection detection;
  SeverityTable severity_table = SeverityTable::kTags;
  std::optional<Deployment> deployment;  // of its own, in place of that of its type
  Place id;
  Place name;
  Place status;
  Place search;
};

// `file` names the file; its stem becomes the detection's. nullopt: an error is in problems. Unknown keys are ignored.
std::optional<EscuDetection> parse_escu(const yaml::Node& root, std::string_view file, core::Problems& problems);

// kTags: from 80 high, from 50 medium, else low. kRba, of the highest risk object: to 20 informational, to 40 low, to
// 60 medium, to 80 high, else critical. nullopt (no risk object; kRba only): high.
std::string severity_of(SeverityTable table, std::optional<std::int64_t> risk_score);
std::optional<std::int64_t> highest_score(const std::vector<RiskObject>& risk_objects);

}  // namespace rw::detect
