// Predicates as SQL for tests of the dialect and the sieve, without the searches that have them in practice.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "storage/dialect.h"
#include "storage/predicate.h"
#include "storage/query.h"
#include "storage/sqlite/dialect.h"
#include "tests/unit/storage/database.h"

namespace rw::storage::test {

inline std::string where_of(const Dialect& dialect, cim::Dataset dataset, const Predicate& predicate,
                            std::vector<Value>& binds) {
  const auto chain = [&](const std::vector<Predicate>& terms, const char* between, const char* none) {
    std::string sql;
    for (const Predicate& term : terms) {
      sql += (sql.empty() ? "(" : between) + where_of(dialect, dataset, term, binds);
    }
    return sql.empty() ? none : sql + ")";
  };
  if (const auto* all = std::get_if<All>(&predicate.node)) return chain(all->terms, " AND ", "1");
  if (const auto* any = std::get_if<Any>(&predicate.node)) return chain(any->terms, " OR ", "0");
  if (const auto* negation = std::get_if<Not>(&predicate.node)) {
    return "NOT (" + where_of(dialect, dataset, *negation->term, binds) + ")";
  }
  if (const auto* matches = std::get_if<Matches>(&predicate.node)) {
    return "(" + dialect.matches(dataset, *matches->field, matches->test, binds) + ")";
  }
  if (const auto* exists = std::get_if<Exists>(&predicate.node)) {
    return "(" + dialect.exists(dataset, *exists->field) + ")";
  }
  if (const auto* same = std::get_if<Same>(&predicate.node)) return "(" + dialect.same(dataset, *same) + ")";
  return "(" + dialect.compare(dataset, std::get<Compares>(predicate.node), binds) + ")";
}

// SELECT … over the events of the window that pass.
inline Query query_of(const Dialect& dialect, cim::Dataset dataset, const cim::Window& window,
                      const Predicate& predicate, const std::string& select) {
  Query query;
  const std::string from = dialect.from(dataset, window, query.binds);
  query.sql = "SELECT " + select + " " + from + " AND " + where_of(dialect, dataset, predicate, query.binds);
  return query;
}

inline std::vector<std::vector<Value>> rows_of(Reader& reader, const Query& query) {
  INFO(query.sql);
  return must(reader.query(query, SearchLimits())).rows;
}

}  // namespace rw::storage::test
