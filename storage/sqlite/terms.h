// The writer's maps from what repeats to its id: texts, and small tuples of ids. In memory, so that a lookup costs no
// query; the tables have no index on their content. What does not fit is forgotten: a text that comes again then gets
// a row and an id of its own, so that ids of the same text can be several (never texts of the same id, and an id that
// was given is not given again). Whoever compares must compare texts. Used on the writer's thread only.
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
#include "storage/sqlite/id_set.h"
#include "storage/sqlite/row_feed.h"

namespace rw::storage::sqlite {

// term(id, text). Id 0 stands for null (an empty text).
class TermMap {
 public:
  TermMap();

  // The id of the text; a new one is marked for insertion. The text is copied.
  std::int64_t id(std::string_view text);

  // Reads terms with ids above the highest known: at start, and when another process has written. The newest first,
  // until the map holds max_bytes.
  core::Result<void> load_new(Connection& connection, std::size_t max_bytes);
  // Inserts what id() made up since the last call. `rows` takes (id, text).
  core::Result<void> insert_pending(RowFeed& rows);
  void clear();

  // Every id that id() gives from now on is added to the set; nullptr ends it.
  void note_in(IdSet* in_use) { in_use_ = in_use; }
  // The text has no row of this id any more. Its memory comes back with the next forget_unused().
  void erase(std::string_view text, std::int64_t id);
  // From now on is of late.
  void begin_turn() { ++turn_; }
  // Forgets what id() has not given in this turn, and begins one; returns how many texts. Nothing may be pending.
  std::size_t forget_unused();
  // Memory it holds.
  std::size_t bytes() const { return slots_.capacity() * sizeof(Slot) + texts_.capacity_bytes(); }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::int64_t id = 0;  // 0: free
    const char* text = nullptr;
    std::uint32_t size = 0;
    std::uint32_t turn = 0;  // when it was last asked for
  };

  std::uint64_t hash_of(std::string_view text) const;
  Slot& find(std::string_view text, std::uint64_t hash);
  Slot& insert(std::string_view text, std::uint64_t hash, std::int64_t id);
  void place(const Slot& slot);
  void grow();

  const std::uint64_t seed_;  // against chosen collisions
  std::vector<Slot> slots_;   // open addressing, a power of two
  std::size_t used_ = 0;
  core::Arena texts_;
  std::int64_t highest_id_ = 0;
  std::uint32_t turn_ = 0;
  IdSet* in_use_ = nullptr;
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
    const auto [it, added] = ids_.try_emplace(tuple, Entry{highest_id_ + 1, turn_});
    if (added) pending_.push_back({++highest_id_, tuple});
    it->second.turn = turn_;
    if (in_use_ != nullptr) in_use_->add(it->second.id);
    return it->second.id;
  }

  // select: "SELECT id, c1, … FROM table WHERE id > ?1 ORDER BY id DESC". As TermMap's.
  core::Result<void> load_new(Statement& select, std::size_t max_bytes) {
    select.reset();
    select.bind(1, highest_id_);
    while (true) {
      RW_TRY(const bool row, select.step());
      if (!row) break;
      highest_id_ = std::max(highest_id_, select.integer(0));
      if (bytes() >= max_bytes) break;
      Tuple tuple;
      for (std::size_t i = 0; i < N; ++i) tuple[i] = select.integer(static_cast<int>(i) + 1);
      ids_.try_emplace(tuple, Entry{select.integer(0), turn_});
    }
    select.reset();
    return {};
  }

  // `rows` takes (id, c1, …). As TermMap's.
  core::Result<void> insert_pending(RowFeed& rows) {
    for (const auto& [id, tuple] : pending_) {
      rows.add(id);
      for (const std::int64_t part : tuple) rows.add_id(part);
      if (rows.is_full()) RW_CHECK(rows.insert());
    }
    pending_.clear();
    return rows.insert();
  }

  void clear() {
    ids_ = {};
    pending_.clear();
    highest_id_ = 0;
  }

  // As TermMap's.
  void note_in(IdSet* in_use) { in_use_ = in_use; }
  void erase(const Tuple& tuple, std::int64_t id) {
    const auto it = ids_.find(tuple);
    if (it != ids_.end() && it->second.id == id) ids_.erase(it);
  }
  void begin_turn() { ++turn_; }
  std::size_t forget_unused() {
    RW_ASSERT(pending_.empty());
    const std::size_t forgotten = std::erase_if(ids_, [this](const auto& item) { return item.second.turn != turn_; });
    ids_.rehash(0);
    ++turn_;
    return forgotten;
  }
  std::size_t bytes() const { return ids_.size() * kNodeBytes + ids_.bucket_count() * sizeof(void*); }

 private:
  struct Entry {
    std::int64_t id;
    std::uint32_t turn;  // when it was last asked for
  };
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
  // Pointer and hash of the list, and what the allocator adds.
  static constexpr std::size_t kNodeBytes = sizeof(std::pair<Tuple, Entry>) + 4 * sizeof(void*);

  std::unordered_map<Tuple, Entry, Hash> ids_;
  std::int64_t highest_id_ = 0;
  std::uint32_t turn_ = 0;
  IdSet* in_use_ = nullptr;
  std::vector<std::pair<std::int64_t, Tuple>> pending_;
};

}  // namespace rw::storage::sqlite
