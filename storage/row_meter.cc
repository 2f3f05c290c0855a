#include "storage/row_meter.h"

#include <fmt/format.h>

#include <string>

#include "daemon/core/units.h"

namespace rw::storage {

core::Error RowMeter::too_much() const {
  const std::string who = command_.empty() ? "the search gave" : fmt::format("{}:", command_);
  const std::string what = rows_ > limits_.max_rows ? fmt::format("{} rows", limits_.max_rows)
                                                    : fmt::format("{} of rows", core::format_size(limits_.max_bytes));
  return {core::ErrorCode::kLimit, fmt::format("{} more than {}", who, what), "narrow the search or its time range"};
}

}  // namespace rw::storage
