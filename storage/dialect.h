// What differs between the stores' query languages, for the emitter of search plans: how to read a CIM field, how to
// test it, how to aggregate. Every function returns SQL text and appends the values it needs to `binds`; placeholders
// are numbered by position in `binds` (?1 is the first). Values are never spliced into the text.
// Stateless and thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/cim/fields.h"
#include "daemon/cim/finding.h"
#include "daemon/core/text_test.h"
#include "storage/predicate.h"
#include "storage/query.h"

namespace rw::storage {

class Dialect {
 public:
  virtual ~Dialect() = default;

  // The name shown by `regwarden explain`: "sqlite".
  virtual std::string_view name() const = 0;

  // "FROM … WHERE time in window": the dataset's rows in [earliest, latest), to be followed by " AND …".
  virtual std::string from(cim::Dataset dataset, const cim::Window& window, std::vector<Value>& binds) const = 0;

  // The field as text (NULL where the data model leaves it null, "unknown" where it fills), usable in SELECT and
  // GROUP BY. _time reads as microseconds, an integer; a number as an integer; a list as the text of a JSON array, of
  // which one text passes for matches().
  virtual std::string field(cim::Dataset dataset, const cim::Field& field) const = 0;

  // The field as the data model shows it passes the test: true or false, never NULL (a null field passes none).
  virtual std::string matches(cim::Dataset dataset, const cim::Field& field, const core::TextTest& test,
                              std::vector<Value>& binds) const = 0;
  // The field is not null: true or false.
  virtual std::string exists(cim::Dataset dataset, const cim::Field& field) const = 0;
  virtual std::string compare(cim::Dataset dataset, const Compares& compares, std::vector<Value>& binds) const = 0;
  virtual std::string same(cim::Dataset dataset, const Same& same) const = 0;

  // A placeholder for the value, appended to binds.
  virtual std::string bind(Value value, std::vector<Value>& binds) const = 0;

  // Distinct non-null texts of an expression in a group, sorted by code point, as a JSON array text.
  virtual std::string values_aggregate(std::string_view expression) const = 0;
  // The text as a number, NULL where it is none as a whole ("5", " 1.50", "-3e2"; not "0x10").
  virtual std::string number(std::string_view expression) const = 0;
  // The order of events: by time, and of one time by their arrival.
  virtual std::string newest_first() const = 0;
  // The non-null text of an expression in the group's first or last event in that order.
  virtual std::string earliest_aggregate(std::string_view expression) const = 0;
  virtual std::string latest_aggregate(std::string_view expression) const = 0;
};

}  // namespace rw::storage
