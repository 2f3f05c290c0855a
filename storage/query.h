// Questions to a store and their answers: SQL text with bound values, and tables of values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace rw::storage {

// A value of a result or a bound parameter. A list is a multivalue field (only in results).
struct Value : std::variant<std::monostate, std::int64_t, double, std::string, std::vector<std::string>> {
  using variant::variant;
  bool is_null() const { return index() == 0; }
};

struct Query {
  std::string sql;
  std::vector<Value> binds;  // for ?1, ?2, …
};

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;  // each as long as columns
};

// Memory that a value, or a row of them, takes.
std::size_t size_bytes(const Value& value);
std::size_t size_bytes(const std::vector<Value>& row);

}  // namespace rw::storage
