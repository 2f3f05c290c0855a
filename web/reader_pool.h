// Readers for the API: one for every request that is being served, opened when first needed and used again.
// Thread-safe; a lease belongs to the thread that took it and ends before the pool.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "daemon/core/mutex.h"
#include "daemon/core/result.h"
#include "storage/store.h"

namespace rw::web {

class ReaderPool {
 public:
  // The store outlives the pool.
  explicit ReaderPool(storage::Store& store) : store_(store) {}

  // Gives the reader back when it goes.
  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<storage::Reader> reader) : pool_(&pool), reader_(std::move(reader)) {}
    ~Lease() {
      if (reader_) pool_->give_back(std::move(reader_));
    }
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;

    storage::Reader* operator->() { return reader_.get(); }
    storage::Reader& operator*() { return *reader_; }

   private:
    ReaderPool* pool_;
    std::unique_ptr<storage::Reader> reader_;
  };

  // Errors: those of Store::open_reader.
  core::Result<Lease> take();
  // Ends what the leased readers do just now, and what they will be asked to do, with Cancelled.
  void cancel();

 private:
  Lease lease(std::unique_ptr<storage::Reader> reader) RW_REQUIRES(mutex_);
  void give_back(std::unique_ptr<storage::Reader> reader);

  storage::Store& store_;
  core::Mutex mutex_;
  std::vector<std::unique_ptr<storage::Reader>> idle_ RW_GUARDED_BY(mutex_);
  std::vector<storage::Reader*> leased_ RW_GUARDED_BY(mutex_);
  bool cancelled_ RW_GUARDED_BY(mutex_) = false;
};

}  // namespace rw::web
