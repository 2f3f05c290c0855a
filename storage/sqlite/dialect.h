// Search plans in SQLite's SQL over the tables of schema.cc. A pattern is tried once on each distinct term, path or
// actor, never on each event: a test is `column IN (ids that match)`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/dialect.h"

namespace rw::storage::sqlite {

class SqliteDialect final : public Dialect {
 public:
  std::string_view name() const override { return "sqlite"; }
  std::string from(cim::Dataset dataset, const cim::Window& window, std::vector<Value>& binds) const override;
  std::string field(cim::Dataset dataset, const cim::Field& field) const override;
  std::string matches(cim::Dataset dataset, const cim::Field& field, const core::TextTest& test,
                      std::vector<Value>& binds) const override;
  std::string exists(cim::Dataset dataset, const cim::Field& field) const override;
  std::string compare(cim::Dataset dataset, const Compares& compares, std::vector<Value>& binds) const override;
  std::string same(cim::Dataset dataset, const Same& same) const override;
  std::string bind(Value value, std::vector<Value>& binds) const override;
  std::string values_aggregate(std::string_view expression) const override;
  std::string number(std::string_view expression) const override;
  std::string earliest_aggregate(std::string_view expression) const override;
  std::string latest_aggregate(std::string_view expression) const override;
};

}  // namespace rw::storage::sqlite
