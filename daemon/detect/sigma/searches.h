// The `detection` section of a rule, and the `filter` section of a filter: named searches and the condition over them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/detect/plan.h"
#include "daemon/detect/sigma/condition.h"
#include "daemon/detect/sigma/field_test.h"

namespace rw::detect::sigma {

// A list of maps: any of them; a map: all of its tests. A list of keywords is a list of maps with one test each.
struct NamedSearch {
  std::string name;
  std::vector<std::vector<FieldTest>> any_of;
};

struct Searches {
  yaml::Node at;
  std::vector<NamedSearch> searches = {};
  // As written; several: any of them.
  struct Written {
    yaml::Node at;
    Condition condition;
  };
  std::vector<Written> conditions = {};
};

// section: the map; what: its name, for messages; other_keys: those that are no search. nullopt: faults, all of them,
// are in problems.
std::optional<Searches> read_searches(const yaml::Node& section, std::string_view what,
                                      const std::vector<std::string_view>& other_keys, const Options& options,
                                      core::Problems& problems);

// Over the events of a dataset. A field that no event of it has is null: no test of it holds, and it is empty.
// Errors: Limit; the message names what is too large.
core::Result<Predicate> predicate_of(const Searches& searches, cim::Dataset dataset);

// The field of the events under the name a rule gives it. nullptr: none has it.
const cim::Field* event_field(cim::Dataset dataset, std::string_view name);

}  // namespace rw::detect::sigma
