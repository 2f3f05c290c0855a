// The writing side: batches → rows, one transaction a commit. Holds the term maps. Used on the writer's thread only.
// Other processes may write between our commits (`regwarden run`, `import`): the maps catch up when they did.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/source_table.h"
#include "storage/sqlite/terms.h"
#include "storage/sqlite/write_ahead_log.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

class SqliteWriteSession final : public WriteSession {
 public:
  // vfs, checkpoint_pages: as in Options.
  static core::Result<std::unique_ptr<WriteSession>> open(const std::string& path, const std::string& vfs,
                                                          int checkpoint_pages);

  core::Result<std::vector<CommitOutcome>> commit(std::span<const Batch> batches) override;
  core::Result<void> upkeep() override { return checkpointer_.run(connection_); }

 private:
  struct EventIds {
    std::int64_t source;
    std::int64_t origin;
  };

  SqliteWriteSession(Connection connection, int checkpoint_pages)
      : connection_(std::move(connection)), checkpointer_(connection_, checkpoint_pages) {}

  core::Result<void> prepare();
  core::Result<void> catch_up();
  core::Result<void> expect_file_in_place();
  core::Result<std::vector<CommitOutcome>> write(std::span<const Batch> batches);
  core::Result<void> merge_sources(std::span<const Batch> batches, CommitOutcome& outcome);
  core::Result<void> insert_pending();
  void forget();

  EventIds event_ids(const cim::EventSource& source);
  core::Result<bool> insert(const cim::RegistryRecord& record);
  core::Result<bool> insert(const cim::ProcessRecord& record);
  core::Result<bool> insert(const cim::RiskEvent& event);
  core::Result<bool> insert(const cim::Notable& notable);
  core::Result<void> insert(const cim::Run& run);
  core::Result<void> insert(const cim::DetectionSince& detection);
  core::Result<void> insert(const Rejected& rejected);
  core::Result<bool> insert_row(Statement& statement);
  core::Result<bool> insert_event(Statement& statement, std::int64_t origin);

  void bind_term(Statement& statement, int index, std::string_view text);
  void bind_mixed(Statement& statement, int index, std::string_view text);

  Connection connection_;
  Checkpointer checkpointer_;
  std::int64_t data_version_ = -1;  // PRAGMA data_version when the maps were last known to be complete

  TermMap terms_;
  TupleMap<2> paths_;    // key_name, value_name
  TupleMap<5> actors_;   // process_guid, process_id, process_path, user, user_domain
  TupleMap<6> sources_;  // computer, channel, provider, event_id, event_type, envelope
  TupleMap<2> origins_;  // computer, channel, folded
  std::unordered_map<std::int64_t, std::int64_t> origin_of_source_;
  std::unordered_map<std::int64_t, std::uint64_t> stored_of_origin_;  // events added by this transaction
  SourceTable source_table_;

  struct Statements {
    Statement begin, commit, rollback, data_version;
    Statement term, path, actor, source, origin;
    Statement new_paths, new_actors, new_sources, new_origins;
    Statement registry_event, process_event, risk_event, notable, run, detection, rejected, trim_rejected;
  } sql_;
};

}  // namespace rw::storage::sqlite
