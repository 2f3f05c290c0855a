// Any bytes as a CSV file: a table whose rows are as long as its header, or an error that says where.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/detect/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto csv = rw::detect::parse_csv({reinterpret_cast<const char*>(data), size});
  if (!csv.ok()) {
    RW_ASSERT(csv.error().message.find(":1: ") != std::string::npos);
    return 0;
  }
  RW_ASSERT(!csv->columns.empty() && csv->columns.size() <= rw::detect::kMaxCsvColumns);
  for (const std::vector<std::string>& row : csv->rows) RW_ASSERT(row.size() == csv->columns.size());
  return 0;
}
