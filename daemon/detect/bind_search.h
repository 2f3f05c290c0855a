// Search expressions against the fields of a dataset: what a store can test of an event. Pure.
#pragma once

#include <memory>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/detect/plan.h"
#include "daemon/detect/spl/expand.h"
#include "daemon/detect/spl/search_expression.h"

namespace rw::detect {

// The names that the fields of a dataset have in a search.
struct FieldScope {
  cim::Dataset dataset;
  bool prefixed;  // Registry.dest; else dest

  // nullptr: the dataset has no such field.
  const cim::Field* find(std::string_view name) const;
  // The other way.
  std::string name_of(const cim::Field& field) const;
};

// The filter that the expression is, simplified. With subsearches in it, one that lets more events through, never
// fewer. Errors: Unsupported (a field of the index), Limit (too deep or too long for a store).
core::Result<Predicate> bind_search(const spl::SearchExpression& expression, const FieldScope& scope,
                                    const spl::ExpandedText& text);

// The filter that the expression will be when its subsearches have run. `filter`: what must hold besides.
std::shared_ptr<const OpenFilter> open_filter(const spl::SearchExpression& expression, const FieldScope& scope,
                                              const spl::ExpandedText& text, Predicate filter);

}  // namespace rw::detect
