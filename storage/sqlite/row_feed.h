// Rows in memory as a table-valued SQL function, so that many rows of one table are inserted by one statement: running
// a statement for each costs about as much again as the inserting.
// Used on the writer's thread only, inside its transaction.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

class RowFeed {
 public:
  static constexpr int kMostColumns = 25;
  static constexpr std::size_t kEnoughRows = 1024;
  enum class Conflict { kFail, kSkip };  // with a row that is there

  // The SQL function for all feeds of the connection; comes first.
  static core::Result<void> enable(Connection& connection);
  // The table's columns that are given, in their order, as "a, b, c". The connection outlives the feed.
  core::Result<void> prepare(Connection& connection, std::string_view table, std::string_view columns,
                             Conflict conflict = Conflict::kFail);

  // The next column of the row; a row begins when the one before it is complete. Texts are not copied, and not empty.
  void add(std::int64_t number) { cells_.push_back({nullptr, number}); }
  void add(std::string_view text) { cells_.push_back({text.data(), static_cast<std::int64_t>(text.size())}); }
  // 0 stands for null.
  void add_id(std::int64_t id) { id == 0 ? add_null() : add(id); }
  void add_null() { cells_.push_back({&kNull, 0}); }

  // More rows gain nothing, and cost memory.
  bool is_full() const { return cells_.size() >= kEnoughRows * columns_; }
  // Inserts the rows that were added.
  core::Result<void> insert();
  // Forgets rows that were added and not inserted.
  void clear() { cells_.clear(); }
  // Of the rows of the last insert(): the id of each, 0 where it was skipped.
  std::span<const std::int64_t> ids() const { return ids_; }

 private:
  friend struct RowFeedCursor;
  struct Cell {
    const char* text;  // nullptr: a number
    std::int64_t number_or_size;
  };
  static constexpr char kNull = 0;  // its address stands for null

  std::size_t columns_ = 0;
  std::vector<Cell> cells_;
  std::vector<std::int64_t> ids_;
  Statement insert_;
  sqlite3* db_ = nullptr;
};

}  // namespace rw::storage::sqlite
