#include "web/reader_pool.h"

#include <utility>

namespace rw::web {

core::Result<ReaderPool::Lease> ReaderPool::take() {
  {
    core::Lock lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<storage::Reader> reader = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(reader));
    }
  }
  RW_TRY(std::unique_ptr<storage::Reader> reader, store_.open_reader());
  return Lease(*this, std::move(reader));
}

void ReaderPool::give_back(std::unique_ptr<storage::Reader> reader) {
  core::Lock lock(mutex_);
  idle_.push_back(std::move(reader));
}

}  // namespace rw::web
