// Rules, filters and correlations → search plans: detection section, logsource and filters become the predicates of
// queries, grouped so that a loop in one process makes one row; a correlation becomes one query a rule, whose rows it
// slides over. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/detect/plan.h"
#include "daemon/detect/sigma/rule.h"
#include "daemon/detect/sigma/searches.h"

namespace rw::detect::sigma {

struct ReadFilter {
  Filter filter;
  Searches searches;
};

// All documents that were loaded: what correlations and filters may speak of.
struct Library {
  std::vector<Rule> rules;
  std::vector<Correlation> correlations;
  std::vector<ReadFilter> filters;

  // By id or name. nullptr: none.
  const Rule* rule(std::string_view reference) const;
  const Correlation* correlation(std::string_view reference) const;
};

// The filter concerns the rule: it names it, or any, and its logsource says nothing that the rule's does not.
bool applies(const Filter& filter, const Rule& rule);

// Faults, all of them, are in problems; then nullopt.
std::optional<Plan> compile(const Rule& rule, const Library& library, const Options& options, core::Problems& problems);
std::optional<Plan> compile(const Correlation& correlation, const Library& library, const Options& options,
                            core::Problems& problems);

// The dataset of a rule's first query: what its findings are about.
cim::Dataset dataset_of(const Logsource& logsource);

}  // namespace rw::detect::sigma
