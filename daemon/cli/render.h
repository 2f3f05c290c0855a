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

// A character of UTF-8 that a terminal obeys: the controls of ASCII and of Latin-1 (U+0080 to U+009F, CSI among them),
// and what turns the direction of the text around it (U+202A to U+202E, U+2066 to U+2069).
bool steers_terminal(std::string_view character);

// Where the column of this name stands; the number of columns: there is none.
std::size_t column_of(const std::vector<std::string>& columns, std::string_view name);

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
