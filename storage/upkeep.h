// What a store does for itself between commits: what retention lets go is deleted, and what nothing refers to any more.
#pragma once

#include <cstdint>
#include <optional>

#include "daemon/core/time.h"

namespace rw::storage {

// The store as upkeep last saw it.
struct StoreState {
  core::Micros seen;                                  // when
  std::uint64_t used_bytes = 0;                       // of the database and its log: what max_size bounds
  std::uint64_t file_bytes = 0;                       // of the database's file, with the pages that are free in it
  std::uint64_t log_bytes = 0;                        // of the write-ahead log's file
  std::optional<core::Micros> oldest = std::nullopt;  // time of the oldest event; unset: there is none
};

// What a step did.
struct UpkeepStep {
  bool more = false;                  // there is more to do now
  bool pressing = false;              // the store is far beyond max_size: deleting must outrun storing
  bool finished = false;              // this step ended a round
  bool out_of_events = false;         // the store is beyond max_size, and no event is left to delete: said once
  std::uint64_t registry_events = 0;  // deleted, as all of these
  std::uint64_t process_events = 0;
  std::uint64_t findings = 0;
  std::uint64_t runs = 0;
  std::uint64_t dictionary_rows = 0;               // paths, processes, sources, texts
  std::uint64_t forgotten_entries = 0;             // of the writer's maps, for want of room
  std::optional<StoreState> state = std::nullopt;  // set when it was looked at
};

}  // namespace rw::storage
