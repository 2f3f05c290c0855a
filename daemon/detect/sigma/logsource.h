// Where a rule's events come from: category, product and service → which datasets, and which of their events. Source:
// the mapping of SigmaHQ's own regression runner for Sysmon; Security 4657, 4660 (a key's deletion) and 4688 stand
// beside their Sysmon kin. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/detect/plan.h"
#include "daemon/yaml/reader.h"

namespace rw::detect::sigma {

struct Logsource {
  yaml::Node at;
  // As written; empty where the rule does not say.
  std::string category;
  std::string product;
  std::string service;
};

// nullopt: a fault is in problems. Unknown keys (definition, …) are allowed.
std::optional<Logsource> read_logsource(const yaml::Node& root, core::Problems& problems);

// All that `filter` says, `rule` says too.
bool covers(const Logsource& filter, const Logsource& rule);

struct Source {
  cim::Dataset dataset;
  Predicate where;
};

// One or two of them. Errors: Unsupported (a product, category or service that is not stored).
core::Result<std::vector<Source>> sources_of(const Logsource& logsource);

// The predicate over the events of the dataset that a service without a category leaves open: a test of EventID that no
// stored event passes is never true. So a rule that names its events needs no search of the other dataset.
Predicate without_foreign_events(const Predicate& predicate, cim::Dataset dataset);

// What must be collected for the rule to see something, in ESCU's words: "Sysmon EventID 13".
std::vector<std::string> data_source_of(const Logsource& logsource);

}  // namespace rw::detect::sigma
