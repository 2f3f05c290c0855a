// The writing side: batches → rows, one transaction a commit, and upkeep between commits. Used on the writer's thread
// only. Other processes may write between our commits (`regwarden run`, `import`): the dictionary catches up when they
// did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/dictionary.h"
#include "storage/sqlite/late_spans.h"
#include "storage/sqlite/row_feed.h"
#include "storage/sqlite/source_table.h"
#include "storage/sqlite/throttle_triggers.h"
#include "storage/sqlite/upkeep.h"
#include "storage/sqlite/write_ahead_log.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

class SqliteWriteSession final : public WriteSession {
 public:
  struct Options {
    std::string vfs = {};  // this and the next: as in sqlite::Options
    int checkpoint_pages = kCheckpointPages;
    std::optional<Retention> retention = std::nullopt;             // unset: this session does no upkeep
    std::size_t dictionary_bytes = std::size_t{64} * 1024 * 1024;  // see Dictionary
  };
  static core::Result<std::unique_ptr<WriteSession>> open(const std::string& path, const Options& options);

  core::Result<std::vector<CommitOutcome>> commit(std::span<const Batch> batches) override;
  core::Result<void> checkpoint() override { return checkpointer_.run(connection_); }
  core::Result<UpkeepStep> keep_up(core::Micros now) override;
  void set_retention(const Retention& retention) override;

 private:
  SqliteWriteSession(Connection connection, const Options& options)
      : connection_(std::move(connection)),
        checkpointer_(connection_, options.checkpoint_pages),
        dictionary_(options.dictionary_bytes) {}

  core::Result<void> prepare();
  core::Result<void> catch_up();
  core::Result<void> expect_file_in_place();
  core::Result<std::vector<CommitOutcome>> write(std::span<const Batch> batches);
  core::Result<void> write(const Batch& batch, CommitOutcome& outcome);
  core::Result<void> write_findings(const Batch& batch, CommitOutcome& outcome);
  core::Result<void> merge_sources(std::span<const Batch> batches, std::vector<CommitOutcome>& outcomes);
  core::Result<void> in_transaction(const Upkeep::Body& body);
  void roll_back();
  // All of the batch's of one kind. Counts them in the outcome, the added ones in `stored`.
  template <class Record>
  core::Result<void> insert(const std::vector<Record>& records, cim::Dataset dataset, RowFeed& rows,
                            std::uint64_t& stored, CommitOutcome& outcome);
  // One row of a feed. Returns the id of the log that the event is known in.
  core::Result<std::int64_t> add(RowFeed& rows, const cim::RegistryRecord& record);
  core::Result<std::int64_t> add(RowFeed& rows, const cim::ProcessRecord& record);
  core::Result<bool> insert(const cim::RiskEvent& event);
  core::Result<bool> insert(const cim::Notable& notable);
  core::Result<void> insert(const cim::Run& run);
  core::Result<void> insert(const cim::DetectionSince& detection);
  core::Result<void> insert(const Rejected& rejected);
  core::Result<bool> insert_row(Statement& statement);

  void add_term(RowFeed& rows, std::string_view text);
  void add_mixed(RowFeed& rows, std::string_view text);
  void add_value_data(RowFeed& rows, const cim::RegistryRecord& record);

  Connection connection_;
  Checkpointer checkpointer_;
  std::int64_t data_version_ = -1;  // PRAGMA data_version when the dictionary was last known to be complete
  Dictionary dictionary_;
  std::unordered_map<std::int64_t, std::uint64_t> stored_of_origin_;  // events added by this transaction
  SourceTable source_table_;
  LateSpans late_spans_;
  ThrottleTriggers throttle_triggers_;
  std::unique_ptr<Upkeep> upkeep_;       // null: without
  std::uint64_t forgotten_entries_ = 0;  // of the dictionary, since they were last told

  struct Statements {
    Statement begin, commit, rollback, data_version;
    Statement risk_event, notable, run, detection, rejected, trim_rejected;
  } sql_;
  RowFeed registry_events_, process_events_;
  std::vector<std::int64_t> origins_;  // of the rows that are in a feed
};

}  // namespace rw::storage::sqlite
