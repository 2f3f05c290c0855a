// All that the writer keeps in memory of the tables that events refer to, and how it stays true: other processes may
// write between our commits (`regwarden run`, `import`), and delete nothing; the daemon's sweep deletes rows and counts
// itself in the table `upkeep`, so that every writer whose maps it concerns begins them anew. Used on the writer's
// thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "daemon/cim/record.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/id_set.h"
#include "storage/sqlite/origins.h"
#include "storage/sqlite/recent_keys.h"
#include "storage/sqlite/row_feed.h"
#include "storage/sqlite/terms.h"

namespace rw::storage::sqlite {

class Dictionary {
 public:
  // max_bytes: what the maps may hold between two commits; one transaction comes on top.
  explicit Dictionary(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // The connection outlives the dictionary.
  core::Result<void> prepare(Connection& connection);
  // Loads what other processes have added; all of it after clear(), and when rows were swept since.
  core::Result<void> load_new(Connection& connection);
  // The rows of all ids that were made up since.
  core::Result<void> insert_pending();
  // After a rollback the maps know rows that do not exist: they start over from the file with the next load_new().
  void clear();
  // After a commit. Forgets what was not used of late when the maps have grown too large; returns how many entries.
  // For that moment what stays is there twice, about half of what the maps may hold.
  std::size_t bound_memory();

  struct EventIds {
    std::int64_t source;
    std::int64_t origin;
  };
  core::Result<EventIds> event_ids(const cim::EventSource& source);
  std::int64_t path_id(const cim::RegistryRecord& record);
  std::int64_t actor_id(const cim::RegistryRecord& record);

  // From now on every id that is given out or looked up is added to the sets; nullptr ends it.
  void note_in(IdsInUse* in_use);
  // A sweep of our own was committed.
  void count_sweep() { ++sweeps_; }

  TermMap terms;
  TupleMap<2> paths;    // key_name, value_name
  TupleMap<5> actors;   // process_guid, process_id, process_path, user, user_domain
  TupleMap<6> sources;  // computer, channel, provider, event_id, event_type, envelope
  OriginTable origins;

 private:
  std::size_t bytes() const;
  // Ids are given once more by the maps, which then know that they are in use.
  void forget_recent();

  const std::size_t max_bytes_;
  std::size_t turn_bytes_ = 0;  // when the turn of the maps began
  RecentKeys recent_paths_{8192, 2};
  RecentKeys recent_actors_{4096, 1};   // a process is known by its guid
  RecentKeys recent_sources_{1024, 4};  // and those of one computer by what their events are
  std::unordered_map<std::int64_t, std::int64_t> origin_of_source_;
  std::int64_t sweeps_ = -1;  // of the table `upkeep`, when the maps were loaded; -1: they are empty
  IdsInUse* in_use_ = nullptr;
  Statement new_paths_, new_actors_, new_sources_, sweeps_now_;
  RowFeed term_rows_, path_rows_, actor_rows_, source_rows_;
};

}  // namespace rw::storage::sqlite
