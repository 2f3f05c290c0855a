#include "web/deadline_reader.h"

#include <algorithm>

namespace rw::web {

core::Result<storage::Table> DeadlineReader::query(const storage::Query& query, const storage::SearchLimits& limits) {
  storage::SearchLimits rest = limits;
  RW_TRY(rest.timeout, time_for(limits.timeout));
  core::Result<storage::Table> table = inner().query(query, rest);
  if (!table.ok() && is_over(table.error())) return too_late_;
  return table;
}

core::Result<void> DeadlineReader::scan(const storage::Query& query, std::chrono::milliseconds timeout,
                                        const storage::RowSink& sink) {
  RW_TRY(const std::chrono::milliseconds rest, time_for(timeout));
  core::Result<void> scanned = inner().scan(query, rest, sink);
  if (!scanned.ok() && is_over(scanned.error())) return too_late_;
  return scanned;
}

core::Result<std::chrono::milliseconds> DeadlineReader::time_for(std::chrono::milliseconds timeout) const {
  // A reader looks at its clock now and then only, so that many short questions would never be too late.
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
  if (left <= std::chrono::milliseconds(0)) return too_late_;
  return std::min(left, timeout);
}

bool DeadlineReader::is_over(const core::Error& error) const {
  return error.code == core::ErrorCode::kLimit && std::chrono::steady_clock::now() >= deadline_;
}

}  // namespace rw::web
