// Finds out which rows of the tables that events refer to are in use: reads all events, and then those tables, in
// slices, on a connection of its own, so that no transaction stays open and the writer's cache is left alone. What the
// writer gives out or looks up meanwhile it adds itself (Dictionary::note_in), so every row that is in use when the
// mark is complete is in the sets, and some that no longer are. That holds as long as nobody else writes. Memory:
// IdSet's bound for each table. Used on the writer's thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/id_set.h"

namespace rw::storage::sqlite {

class Mark {
 public:
  static constexpr std::int64_t kSliceRows = 10'000;

  // To be called when all that the writer did is committed.
  static core::Result<std::unique_ptr<Mark>> begin(const std::string& path);

  // Reads the next slice. True: complete.
  core::Result<bool> step();

  IdsInUse& in_use() { return in_use_; }

 private:
  static constexpr std::size_t kPasses = 6;

  explicit Mark(Connection connection) : connection_(std::move(connection)) {}

  Connection connection_;
  std::array<Statement, kPasses> select_;
  std::array<std::int64_t, kPasses> last_{};  // the highest ids there were at the beginning
  IdsInUse in_use_;
  std::size_t pass_ = 0;
  std::int64_t after_ = 0;  // ids of this pass's table up to here are done
};

}  // namespace rw::storage::sqlite
