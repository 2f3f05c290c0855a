// The writer's maps from what repeats to its id: texts, and small tuples of ids. Kept whole in memory, so that a
// lookup costs no query; the tables have no index on their content. Used on the writer's thread only.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/core/arena.h"
#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

// term(id, text). Id 0 stands for null (an empty text).
class TermMap {
 public:
  TermMap();

  // The id of the text; a new one is marked for insertion. The text is copied.
  std::int64_t id(std::string_view text);

  // Reads terms with ids above the highest known: at start, and when another process has written.
  core::Result<void> load_new(Connection& connection);
  // Inserts what id() made up since the last call. `insert` is "INSERT INTO term VALUES (?1, ?2)".
  core::Result<void> insert_pending(Statement& insert);
  void clear();

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::int64_t id = 0;  // 0: free
    const char* text = nullptr;
    std::uint32_t size = 0;
  };

  Slot& find(std::string_view text, std::uint64_t hash);
  void insert(std::string_view text, std::int64_t id);
  void grow();

  const std::uint64_t seed_;  // against chosen collisions
  std::vector<Slot> slots_;   // open addressing, a power of two
  std::size_t used_ = 0;
  core::Arena texts_;
  std::int64_t highest_id_ = 0;
  struct Pending {
    std::int64_t id;
    std::string_view text;  // in texts_
  };
  std::vector<Pending> pending_;
};

// A table (id, c1 … cN) of integer columns, 0 for null.
template <std::size_t N>
class TupleMap {
 public:
  using Tuple = std::array<std::int64_t, N>;

  std::int64_t id(const Tuple& tuple) {
    const auto [it, added] = ids_.try_emplace(tuple, highest_id_ + 1);
    if (added) pending_.push_back({++highest_id_, tuple});
    return it->second;
  }

  // select: "SELECT id, c1, … FROM table WHERE id > ?1"
  core::Result<void> load_new(Statement& select) {
    select.reset();
    select.bind(1, highest_id_);
    while (true) {
      RW_TRY(const bool row, select.step());
      if (!row) break;
      Tuple tuple;
      for (std::size_t i = 0; i < N; ++i) tuple[i] = select.integer(static_cast<int>(i) + 1);
      highest_id_ = std::max(highest_id_, select.integer(0));
      ids_.try_emplace(tuple, select.integer(0));
    }
    select.reset();
    return {};
  }

  core::Result<void> insert_pending(Statement& insert) {
    for (const auto& [id, tuple] : pending_) {
      insert.bind(1, id);
      for (std::size_t i = 0; i < N; ++i) {
        if (tuple[i] == 0) {
          insert.bind_null(static_cast<int>(i) + 2);
        } else {
          insert.bind(static_cast<int>(i) + 2, tuple[i]);
        }
      }
      RW_CHECK(insert.run());
    }
    pending_.clear();
    return {};
  }

  void clear() {
    ids_.clear();
    pending_.clear();
    highest_id_ = 0;
  }

 private:
  struct Hash {
    std::size_t operator()(const Tuple& tuple) const {
      std::uint64_t hash = 0x9e3779b97f4a7c15;
      for (const std::int64_t part : tuple) {
        hash = (hash ^ static_cast<std::uint64_t>(part)) * 0xff51afd7ed558ccd;
        hash ^= hash >> 32;
      }
      return hash;
    }
  };
  std::unordered_map<Tuple, std::int64_t, Hash> ids_;
  std::int64_t highest_id_ = 0;
  std::vector<std::pair<std::int64_t, Tuple>> pending_;
};

}  // namespace rw::storage::sqlite
