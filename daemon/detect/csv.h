// CSV as RFC 4180 has it, and as spreadsheets write it: a header line, quotes with "" inside and line breaks in them,
// LF or CRLF, a byte order mark. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"

namespace rw::detect {

// Limits on one file.
inline constexpr std::size_t kMaxCsvBytes = 64 * 1024 * 1024;
inline constexpr std::size_t kMaxCsvRows = 500'000;
inline constexpr std::size_t kMaxCsvColumns = 500;

struct Csv {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // each as long as the columns
};

// A row with fewer cells than the header is filled up with empty ones; blank lines are passed over.
// Errors: InvalidInput with "LINE:COL: " (no header, a quote never closed, more cells than columns, a column named
// twice), Limit.
core::Result<Csv> parse_csv(std::string_view text);
// Errors: also InvalidInput (no regular file), NotFound, Io.
core::Result<Csv> load_csv(const std::string& path);

}  // namespace rw::detect
