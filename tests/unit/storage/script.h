// Batches of all kinds of rows in order, and what a store holds that has the first so many of them: for tests that
// break the disk in between.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "storage/store.h"
#include "tests/support/memory_disk.h"
#include "tests/unit/storage/database.h"

namespace rw::storage::test {

// A store on a disk in memory.
struct StoreOnDisk {
  static constexpr int kCheckpointPages = 24;

  static sqlite::Options options(const rw::test::MemoryDisk& disk);
  static core::Result<StoreOnDisk> open(const rw::test::MemoryDisk& disk);

  std::unique_ptr<Store> store;
  std::unique_ptr<WriteSession> session;
};

class Script {
 public:
  // Batch i has i % 4 + 1 registry events, some have a process event, findings or rejected input; each has one run,
  // whose findings are those of the batch.
  explicit Script(std::size_t batches);

  std::size_t size() const { return batches_.size(); }
  // Batches that are committed together: two of every three times one, then two.
  std::size_t groups() const { return group_begin_.size() - 1; }
  std::size_t group_begin(std::size_t group) const { return group_begin_[group]; }
  std::span<const Batch> group(std::size_t group) const;
  std::span<const Batch> from(std::size_t batch) const;

  // The rows of a store with the first so many batches.
  std::vector<std::string> rows(std::size_t batches) const;
  // The rows that there are. Checks the file and all references too.
  static std::vector<std::string> rows_in(const rw::test::MemoryDisk& disk);
  // What the one has and the other has not, for messages a person can read: "missing event 1 …", "unexpected …".
  static std::vector<std::string> difference(const std::vector<std::string>& rows,
                                             const std::vector<std::string>& expected);
  static std::size_t batches_in(const std::vector<std::string>& rows);

 private:
  void add_batch(std::size_t index);
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  std::deque<std::string> texts_;
  std::vector<Batch> batches_;
  std::vector<std::vector<std::string>> rows_;  // of each batch
  std::vector<std::size_t> group_begin_;        // and the end of the last
};

}  // namespace rw::storage::test
