// Counts the rows that a search keeps, and the memory they take, against its limits. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "storage/store.h"

namespace rw::storage {

class RowMeter {
 public:
  // `command`: whose rows they are, for the message; empty: those of the search. It outlives the meter.
  explicit RowMeter(const SearchLimits& limits, std::string_view command = {}) : limits_(limits), command_(command) {}

  // One more row. Errors: Limit.
  core::Result<void> add(const std::vector<Value>& row) { return add(1, size_bytes(row)); }
  core::Result<void> add_all(const std::vector<std::vector<Value>>& rows) {
    for (const auto& row : rows) RW_CHECK(add(row));
    return {};
  }
  // What replaces values of rows that were counted, or adds to them. Errors: Limit.
  core::Result<void> add_bytes(std::size_t bytes) { return add(0, bytes); }

 private:
  core::Result<void> add(std::int64_t rows, std::size_t bytes) {
    rows_ += rows;
    bytes_ += bytes;
    if (rows_ <= limits_.max_rows && bytes_ <= limits_.max_bytes) return {};
    return too_much();
  }
  core::Error too_much() const;

  const SearchLimits& limits_;
  const std::string_view command_;
  std::int64_t rows_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace rw::storage
