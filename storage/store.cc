#include "storage/store.h"

#include <fmt/format.h>

namespace rw::storage {

core::Error too_many_rows(std::int64_t max_rows) {
  return {core::ErrorCode::kLimit, fmt::format("the search gave more than {} rows", max_rows),
          "narrow the search or its time range"};
}

}  // namespace rw::storage
