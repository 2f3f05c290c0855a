// Rows between the query and the result of a search: a small table whose columns come and go with each command.
// Values: null, a number (integers stay integers), a text, or several texts. Times are numbers: epoch seconds.
// Not thread-safe: rows belong to one run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/core/time.h"
#include "storage/query.h"

namespace rw::detect {

using Row = std::vector<storage::Value>;  // as long as the columns

struct Column {
  std::string name;
  // Holds a group-by value of the events, by which a row is the same row when the search runs again.
  bool group = false;
  // Which group-by value of the query, untouched; the number of its column. Not set where a step wrote into it.
  std::optional<std::size_t> origin = std::nullopt;
};

struct Rows {
  std::vector<Column> columns;
  std::vector<Row> rows;
  // The text that stands for a null group-by value (tstats fillnull_value).
  std::optional<std::string> fill_null;

  std::optional<std::size_t> find(std::string_view column) const;
  // For writing into it: it has no origin any more. A new column is null in every row and no group column.
  std::size_t find_or_add(std::string_view column);
  // Keeps these columns only, in this order.
  void keep(const std::vector<std::size_t>& kept);
};

// As a person sees it: numbers without needless digits, several texts one a line, null empty. The identities of stored
// findings are made from these texts (through texts_of): what a value gives must not change.
std::string text_of(const storage::Value& value);
// The texts a cell holds: none, one or several.
std::vector<std::string> texts_of(const storage::Value& value);
// One value plain, several as a list, none null.
storage::Value value_of_texts(std::vector<std::string> texts);

// A number, or a text that is one.
using core::number_of;
std::optional<double> number_of(const storage::Value& value);
// Whole numbers as integers; not-a-number and infinite as null.
storage::Value value_of_number(double number);

// Epoch seconds of a time in microseconds: an integer when it has no fraction.
storage::Value epoch_seconds(std::int64_t us);
// The other way, to the microsecond. nullopt: not in the years 1970 to 9999.
std::optional<core::Micros> time_of_seconds(double seconds);

// Sort order: numbers by size, then texts by code point, then null. Negative, 0 or positive.
int compare_values(const storage::Value& a, const storage::Value& b);

// A column name that may hold wildcards (`*`), as `fields`, `table` and `rename` take them.
bool has_wildcard(std::string_view name);
// The text that each `*` stands for, when the name matches; case matters.
std::optional<std::vector<std::string>> match_wildcards(std::string_view pattern, std::string_view name);

}  // namespace rw::detect
