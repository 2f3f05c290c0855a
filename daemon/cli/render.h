// Tables for people (aligned columns), JSON and CSV (RFC 4180) for programs.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "daemon/cim/finding.h"
#include "storage/query.h"

namespace rw::cli {

enum class OutputFormat { kTable, kJson, kCsv };

// Texts come from monitored hosts: a table shows control characters as \xNN, and in CSV a text that begins with = + - @
// (or a tab or a carriage return) has an apostrophe before it, so that a spreadsheet takes none for a formula.

// Columns as wide as their longest value, at most kWidestColumn characters (cut with an ellipsis).
inline constexpr std::size_t kWidestColumn = 60;
void print_table(std::ostream& out, const std::vector<std::string>& columns,
                 const std::vector<std::vector<std::string>>& rows);

// JSON: a list of objects, nulls left out.
void print_rows(std::ostream& out, OutputFormat format, const storage::Table& table);

// The rows of a search over a window. JSON: {"detection", "earliest", "latest", "columns", "rows": [{column: value}]},
// without "detection" where `detection` is empty. _time is RFC 3339 everywhere.
void print_result(std::ostream& out, OutputFormat format, const std::string& detection, const cim::Window& window,
                  const storage::Table& table);

}  // namespace rw::cli
