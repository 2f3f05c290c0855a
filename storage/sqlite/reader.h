// The reading side: searches and listings on a read-only connection with limits. One thread at a time; cancel() from
// any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/value_sets.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

class SqliteReader final : public Reader {
 public:
  static core::Result<std::unique_ptr<Reader>> open(const std::string& path, const std::string& vfs = {},
                                                    Connection::Mode mode = Connection::Mode::kReadOnly);

  core::Result<Table> query(const Query& query, const SearchLimits& limits) override;
  core::Result<void> scan(const Query& query, std::chrono::milliseconds timeout, const RowSink& sink) override;
  core::Result<std::unique_ptr<Sieve>> open_sieve(std::vector<Filter> filters) override;
  core::Result<ListPage> list(const ListRequest& request) override;
  core::Result<std::vector<TallyGroup>> tally(const TallyRequest& request) override;
  core::Result<std::vector<LedgerEntry>> ledger() override;
  core::Result<std::vector<HostSeen>> hosts() override;
  core::Result<AccessState> access() override;
  core::Result<std::vector<LateSpan>> late_spans(std::size_t limit) override;
  core::Result<std::vector<SearchedWindow>> searched_windows(const cim::Window& span) override;
  void cancel() override;

  // For what reads with statements of its own (the sieve): from start_clock() on, step() ends after the timeout with
  // the errors of scan().
  core::Result<void> start_clock(std::chrono::milliseconds timeout);
  core::Result<Statement> prepare(std::string_view sql) { return connection_.prepare(sql); }
  // True: a row is there.
  core::Result<bool> step(Statement& statement);
  ValueSets& value_sets() { return value_sets_; }

 private:
  explicit SqliteReader(Connection connection) : connection_(std::move(connection)) {}

  static int on_progress(void* self);
  // The statement with its values, and the clock running.
  core::Result<Statement> start(const Query& query, std::chrono::milliseconds timeout);
  // nullopt: there are no more.
  core::Result<std::optional<std::vector<Value>>> next(Statement& statement);

  Connection connection_;
  ValueSets value_sets_;
  std::chrono::milliseconds timeout_{0};
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  std::atomic<bool> cancelled_{false};
};

}  // namespace rw::storage::sqlite
