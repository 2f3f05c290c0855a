// In which order rows come: "- count, num(size), user", of sort and of dedup's sortby.
#pragma once

#include <string>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/detect/rows.h"

namespace rw::detect::spl {

class Parser;

struct SortKey {
  // How two values compare: auto by number where both are numbers, else by text; the others by that alone.
  enum class By { kAuto, kText, kNumber, kAddress };

  std::string field;
  bool descending = false;
  By by = By::kAuto;
};

// One or more, to the end of the command or one of the words that end a sort ("desc", "d").
core::Result<std::vector<SortKey>> parse_sort_keys(Parser& parser);

// Null comes last; equal rows keep their order.
void sort_rows(Rows& rows, const std::vector<SortKey>& keys);

std::string print(const std::vector<SortKey>& keys);

}  // namespace rw::detect::spl
