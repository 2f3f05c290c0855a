// A reader that is of use until a point in time. A search asks for its events, for those of its subsearches and joins,
// one after the other, each with the whole of its time limit; behind this reader they share one.
#pragma once

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "storage/store.h"

namespace rw::web {

class DeadlineReader final : public storage::Reader {
 public:
  // too_late: the error of every question that is not answered before the deadline. The inner reader outlives this one.
  DeadlineReader(storage::Reader& inner, std::chrono::steady_clock::time_point deadline, core::Error too_late)
      : inner_(inner), deadline_(deadline), too_late_(std::move(too_late)) {}

  core::Result<storage::Table> query(const storage::Query& query, const storage::SearchLimits& limits) override;
  core::Result<void> scan(const storage::Query& query, std::chrono::milliseconds timeout,
                          const storage::RowSink& sink) override;

  // What follows has limits of its own and is no part of a search.
  core::Result<std::unique_ptr<storage::Sieve>> open_sieve(std::vector<storage::Filter> filters) override {
    return inner_.open_sieve(std::move(filters));
  }
  core::Result<storage::ListPage> list(const storage::ListRequest& request) override { return inner_.list(request); }
  core::Result<std::vector<storage::LedgerEntry>> ledger() override { return inner_.ledger(); }
  core::Result<std::vector<storage::HostSeen>> hosts() override { return inner_.hosts(); }
  core::Result<std::vector<storage::LateSpan>> late_spans(std::size_t limit) override {
    return inner_.late_spans(limit);
  }
  core::Result<std::vector<storage::SearchedWindow>> searched_windows(const cim::Window& span) override {
    return inner_.searched_windows(span);
  }
  void cancel() override { inner_.cancel(); }

 private:
  // At most what is left. Errors: too_late.
  core::Result<std::chrono::milliseconds> time_for(std::chrono::milliseconds timeout) const;
  bool is_over(const core::Error& error) const;

  storage::Reader& inner_;
  const std::chrono::steady_clock::time_point deadline_;
  const core::Error too_late_;
};

}  // namespace rw::web
