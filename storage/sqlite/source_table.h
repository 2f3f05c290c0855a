// The table log_source: merges what batches saw of their sources, inside the writer's transaction. Used on the writer's
// thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/sqlite/connection.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

class SourceTable {
 public:
  // The connection outlives the table.
  core::Result<void> prepare(Connection& connection);

  // Rows that this transaction has added for a host and channel (case folded).
  using StoredOf =
      std::function<core::Result<std::uint64_t>(const std::string& host_key, const std::string& channel_key)>;
  // Returns the number of events that were not counted: of sources beyond kMaxSources.
  core::Result<std::uint64_t> merge(std::span<const Batch> batches, const StoredOf& stored_of);
  core::Result<void> set(const HostSilence& silence);
  // Returns the number of sources that the host had.
  core::Result<std::uint64_t> forget(const std::string& host, Connection& connection);

  // Counts the rows anew: at start, after a rollback, and when another process has written.
  core::Result<void> count_rows(Connection& connection);

 private:
  struct Key {
    std::string host;
    std::string channel;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Row;

  // False: the source is new, and there are too many.
  core::Result<bool> merge(const Key& key, const std::vector<const SourceSeen*>& seen, std::uint64_t stored);
  core::Result<bool> read(const Key& key, Row& row);
  core::Result<void> write(const Key& key, const Row& row);

  std::int64_t count_ = 0;  // rows
  Statement select_, replace_, silence_, end_silence_, forget_;
};

}  // namespace rw::storage::sqlite
