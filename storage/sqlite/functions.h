// SQL functions of our own, on reading connections:
//   rw_match(text, test)      1 or 0; NULL text gives 0. test is core::TextTest::encode().
//   rw_any_line(text, test)   the same of any line of the text
//   rw_fold(text)             core::fold(); NULL stays NULL
//   rw_compare(text, const)   -1, 0, 1: as numbers when both are numbers, else as folded text. NULL text gives NULL.
//   rw_number(text)           the number that the text is as a whole, else NULL
//   rw_has(values, value)     1 or 0: whether a ValueSet, bound as a pointer, has the whole number or the NULL
//   rw_values(text)           aggregate: the distinct texts, sorted by code point, as a JSON array
//   rw_lines(text)            aggregate: the texts in the order they come, a line each
//   rw_earliest(text, time, id), rw_latest(text, time, id)
//                             aggregates: the text at the least and the greatest time. NULL texts do not count.
#pragma once

#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/id_set.h"

namespace rw::storage::sqlite {

// Ids that pass a filter, and whether a null does.
struct ValueSet {
  static constexpr const char* kPointerType = "rw_value_set";

  IdSet ids{IdSet::kMostPageNumbers};
  bool null = false;
  bool empty = true;  // no id and no null

  void add(std::int64_t id) {
    ids.add(id);
    empty = false;
  }
  void add_null() {
    null = true;
    empty = false;
  }
  bool has(std::int64_t id) const { return id == 0 ? null : ids.has(id); }  // 0: a null
};

// What rw_compare says of two texts.
int compare_texts(std::string_view a, std::string_view b);

core::Result<void> register_functions(Connection& connection);

}  // namespace rw::storage::sqlite
