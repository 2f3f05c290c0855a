// A reader that leaves everything to another one: the base of those that change what some questions do.
#pragma once

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "storage/store.h"

namespace rw::storage {

class ForwardingReader : public Reader {
 public:
  // The other reader outlives this one.
  explicit ForwardingReader(Reader& inner) : inner_(inner) {}

  core::Result<Table> query(const Query& query, const SearchLimits& limits) override {
    return inner_.query(query, limits);
  }
  core::Result<void> scan(const Query& query, std::chrono::milliseconds timeout, const RowSink& sink) override {
    return inner_.scan(query, timeout, sink);
  }
  core::Result<std::unique_ptr<Sieve>> open_sieve(std::vector<Filter> filters) override {
    return inner_.open_sieve(std::move(filters));
  }
  core::Result<ListPage> list(const ListRequest& request) override { return inner_.list(request); }
  core::Result<std::vector<TallyGroup>> tally(const TallyRequest& request) override { return inner_.tally(request); }
  core::Result<std::vector<LedgerEntry>> ledger() override { return inner_.ledger(); }
  core::Result<std::vector<HostSeen>> hosts() override { return inner_.hosts(); }
  core::Result<AccessState> access() override { return inner_.access(); }
  core::Result<std::vector<LateSpan>> late_spans(std::size_t limit) override { return inner_.late_spans(limit); }
  core::Result<std::vector<SearchedWindow>> searched_windows(const cim::Window& span) override {
    return inner_.searched_windows(span);
  }
  void cancel() override { inner_.cancel(); }

 protected:
  Reader& inner() { return inner_; }

 private:
  Reader& inner_;
};

}  // namespace rw::storage
