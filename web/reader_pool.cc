#include "web/reader_pool.h"

#include <utility>

namespace rw::web {

core::Result<ReaderPool::Lease> ReaderPool::take() {
  {
    core::Lock lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<storage::Reader> reader = std::move(idle_.back());
      idle_.pop_back();
      return lease(std::move(reader));
    }
  }
  RW_TRY(std::unique_ptr<storage::Reader> reader, store_.open_reader());
  core::Lock lock(mutex_);
  return lease(std::move(reader));
}

ReaderPool::Lease ReaderPool::lease(std::unique_ptr<storage::Reader> reader) {
  if (cancelled_) reader->cancel();
  leased_.push_back(reader.get());
  return Lease(*this, std::move(reader));
}

void ReaderPool::give_back(std::unique_ptr<storage::Reader> reader) {
  core::Lock lock(mutex_);
  std::erase(leased_, reader.get());
  idle_.push_back(std::move(reader));
}

void ReaderPool::cancel() {
  core::Lock lock(mutex_);
  cancelled_ = true;
  for (storage::Reader* reader : leased_) reader->cancel();
}

}  // namespace rw::web
