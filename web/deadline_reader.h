// A reader that is of use until a point in time. A search asks for its events, for those of its subsearches and joins,
// one after the other, each with the whole of its time limit; behind this reader they share one.
#pragma once

#include <chrono>
#include <utility>

#include "storage/forwarding_reader.h"

namespace rw::web {

// What is no part of a search has limits of its own.
class DeadlineReader final : public storage::ForwardingReader {
 public:
  // too_late: the error of every question that is not answered before the deadline. The inner reader outlives this one.
  DeadlineReader(storage::Reader& inner, std::chrono::steady_clock::time_point deadline, core::Error too_late)
      : ForwardingReader(inner), deadline_(deadline), too_late_(std::move(too_late)) {}

  core::Result<storage::Table> query(const storage::Query& query, const storage::SearchLimits& limits) override;
  core::Result<void> scan(const storage::Query& query, std::chrono::milliseconds timeout,
                          const storage::RowSink& sink) override;

 private:
  // At most what is left. Errors: too_late.
  core::Result<std::chrono::milliseconds> time_for(std::chrono::milliseconds timeout) const;
  bool is_over(const core::Error& error) const;

  const std::chrono::steady_clock::time_point deadline_;
  const core::Error too_late_;
};

}  // namespace rw::web
