// Search plans in SQLite's SQL over the tables of schema.cc. A pattern is tried once on each distinct term, path or
// actor, never on each event: a test is `column IN (ids that match)`. Where few events are given it is the other way
// round: their texts are read and tried.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/dialect.h"
#include "storage/sqlite/columns.h"

namespace rw::storage::sqlite {

// Makes the test of the SQL of a text; that may be null and must then be false (0 or NULL).
using TestOfText = std::function<std::string(std::string_view text)>;

// The ids of the terms, or of the rows of the column's dimension, whose texts pass. For columns that have such.
std::string passing_ids(const cim::Field& field, const Column& column, const TestOfText& on);

class SqliteDialect : public Dialect {
 public:
  // How many events a search is tried on: those of a window, or so few that their texts are read and tried.
  enum class Rows { kWindow, kFew };

  explicit SqliteDialect(Rows rows = Rows::kWindow) : rows_(rows) {}
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
  std::string newest_first() const override;
  std::string earliest_aggregate(std::string_view expression) const override;
  std::string latest_aggregate(std::string_view expression) const override;

 private:
  // The test of a field, never NULL. `on_unknown`: its outcome for the text "unknown".
  std::string test(cim::Dataset dataset, const cim::Field& field, const Column& column, bool on_unknown,
                   const TestOfText& on) const;

  const Rows rows_;
};

// Sees the events of one table whose ids are given, as far as they are in the window, in the order of the ids.
class EventsDialect final : public SqliteDialect {
 public:
  // ids: a JSON array.
  explicit EventsDialect(std::string ids) : SqliteDialect(Rows::kFew), ids_(std::move(ids)) {}
  std::string from(cim::Dataset dataset, const cim::Window& window, std::vector<Value>& binds) const override;

 private:
  const std::string ids_;
};

}  // namespace rw::storage::sqlite
