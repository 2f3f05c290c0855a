// Deletes the rows that a mark has found to be in use by no event, a slice a step, inside the caller's transaction, and
// takes them out of the writer's maps. The row with the highest id of a table stays (see expiry.h). Every transaction
// that deletes is counted in the table `upkeep`, for other writers to see. Used on the writer's thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/dictionary.h"
#include "storage/sqlite/id_set.h"

namespace rw::storage::sqlite {

class Sweep {
 public:
  static constexpr std::int64_t kSliceRows = 5000;

  // All outlive it.
  Sweep(Connection& connection, Dictionary& dictionary, const IdsInUse& in_use)
      : connection_(connection), dictionary_(dictionary), in_use_(in_use) {}
  core::Result<void> prepare();
  bool prepared() const { return prepared_; }

  // Returns how many rows went. Not to be used further after an error, or when the transaction was rolled back.
  core::Result<std::int64_t> step();
  bool over() const { return table_ == kTables; }

 private:
  static constexpr std::size_t kTables = 5;
  static constexpr std::size_t kMostDeleted = 1000;           // a step
  static constexpr std::size_t kMostTextBytes = 1024 * 1024;  // of terms that go in one step
  struct Doomed {
    std::int64_t id;
    std::array<std::int64_t, 6> tuple;  // of a path, an actor, a source
    std::string text;                   // of a term
  };

  core::Result<std::vector<Doomed>> next_slice();
  void forget(const Doomed& row);

  Connection& connection_;
  Dictionary& dictionary_;
  const IdsInUse& in_use_;
  std::array<Statement, kTables> select_, remove_;
  Statement remove_name_, count_;
  bool prepared_ = false;
  std::size_t table_ = 0;
  std::int64_t after_ = 0;  // ids of this table up to here are done
  std::array<std::int64_t, kTables> last_{};
};

}  // namespace rw::storage::sqlite
