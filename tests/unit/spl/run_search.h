// Searches run on a temporary store, and their rows as a test writes them.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "daemon/detect/compile.h"
#include "daemon/detect/rows.h"
#include "tests/support/temporary_store.h"

namespace rw::detect {

using Lines = std::vector<std::string>;

inline std::string show(const storage::Value& value) {
  if (value.is_null()) return "-";
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    std::string out = "[";
    for (const std::string& text : *texts) out += (out.size() > 1 ? " " : "") + text;
    return out + "]";
  }
  return text_of(value);
}

inline core::Result<SearchResult> try_run(test::TemporaryStore& store, const std::string& spl,
                                          const cim::Window& window, const std::string& zone_name,
                                          const storage::SearchLimits& limits = {}, const Knowledge& knowledge = {}) {
  RW_TRY(const auto search, compile_spl(spl, knowledge));
  RW_TRY(const core::TimeZone zone, core::TimeZone::find(zone_name));
  return search->run({store.reader(), store.dialect(), window, zone, window.latest, limits});
}

// A line of columns, those of group-by values with a star, and a line a row; a fault as "! message".
inline Lines run(test::TemporaryStore& store, const std::string& spl, const cim::Window& window,
                 const std::string& zone = "UTC", const Knowledge& knowledge = {}) {
  const auto result = try_run(store, spl, window, zone, {}, knowledge);
  if (!result.ok()) return {"! " + result.error().message};
  Lines lines;
  const auto join = [](const std::vector<std::string>& parts) {
    std::string line;
    for (const std::string& part : parts) line += (&part == &parts.front() ? "" : " | ") + part;
    return line;
  };
  std::vector<std::string> header = result->table.columns;
  for (std::string& column : header) {
    const auto& groups = result->group_columns;
    if (std::find(groups.begin(), groups.end(), column) != groups.end()) column += "*";
  }
  lines.push_back(join(header));
  for (const auto& row : result->table.rows) {
    std::vector<std::string> cells;
    for (const storage::Value& value : row) cells.push_back(show(value));
    lines.push_back(join(cells));
  }
  return lines;
}

}  // namespace rw::detect
