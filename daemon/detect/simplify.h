// The same rows with less work: AND in AND and OR in OR become one, what is always true or false goes (a field that the
// data model fills always exists; one that the dataset does not have never matches). Pure.
#pragma once

#include <cstddef>

#include "daemon/detect/plan.h"

namespace rw::detect {

// Limits of one WHERE after simplify(), so that its SQL fits a store's own limits (SQLite: 100 open parentheses, 1000
// levels of an expression, 1 MB of text).
inline constexpr int kMaxPredicateDepth = 25;
inline constexpr std::size_t kMaxPredicateTests = 2000;

Predicate simplify(const Predicate& predicate);

// 1 for a single test.
int depth_of(const Predicate& predicate);
std::size_t tests_in(const Predicate& predicate);

}  // namespace rw::detect
