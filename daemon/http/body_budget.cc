#include "daemon/http/body_budget.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "daemon/core/result.h"

namespace rw::http {
namespace {

constexpr std::size_t kFirstBytes = 4096;
// Up to here a body doubles. From here on realloc() moves pages and copies nothing, so it can grow by little.
constexpr std::size_t kDoublingBytes = 1024 * 1024;
// Where there is no room for that.
constexpr std::size_t kLastStepBytes = 64 * 1024;

}  // namespace

bool BodyBudget::change(std::size_t before, std::size_t now) {
  if (now <= before) {
    used_bytes_.fetch_sub(before - now, std::memory_order_relaxed);
    return true;
  }
  const std::size_t more = now - before;
  const std::size_t used = used_bytes_.fetch_add(more, std::memory_order_relaxed) + more;
  if (used <= limit_bytes_ || now <= kAlwaysBytes) return true;
  used_bytes_.fetch_sub(more, std::memory_order_relaxed);
  return false;
}

bool BodyBudget::take_turn(std::chrono::steady_clock::time_point deadline) {
  core::Lock lock(mutex_);
  while (turn_taken_) {
    if (turn_returned_.wait_until(mutex_, deadline) == std::cv_status::timeout && turn_taken_) return false;
  }
  turn_taken_ = true;
  return true;
}

void BodyBudget::return_turn() {
  {
    core::Lock lock(mutex_);
    turn_taken_ = false;
  }
  turn_returned_.notify_one();
}

bool Body::append(std::string_view bytes) {
  if (bytes.empty()) return true;
  RW_ASSERT(bytes.size() <= max_bytes_ - size_);
  if (bytes.size() > capacity_ - size_ && !grow(size_ + bytes.size())) return false;
  std::memcpy(bytes_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
  return true;
}

bool Body::grow(std::size_t size) {
  const std::size_t more = capacity_ < kDoublingBytes ? capacity_ : capacity_ / 4;
  std::size_t capacity = std::min(std::max({size, capacity_ + more, kFirstBytes}), max_bytes_);
  if (!budget_.change(capacity_ + decoder_bytes_, capacity + decoder_bytes_)) {
    capacity = std::min(size + kLastStepBytes, max_bytes_);
    if (!budget_.change(capacity_ + decoder_bytes_, capacity + decoder_bytes_)) return false;
  }
  void* const grown = std::realloc(bytes_, capacity);
  if (grown == nullptr) {
    budget_.change(capacity + decoder_bytes_, capacity_ + decoder_bytes_);
    throw std::bad_alloc();  // as every other allocation of a request; its connection is dropped
  }
  bytes_ = static_cast<char*>(grown);
  capacity_ = capacity;
  return true;
}

bool Body::count_decoder(std::size_t bytes) {
  if (!budget_.change(capacity_ + decoder_bytes_, capacity_ + bytes)) return false;
  decoder_bytes_ = bytes;
  return true;
}

void Body::clear() {
  budget_.change(capacity_ + decoder_bytes_, 0);
  std::free(bytes_);
  bytes_ = nullptr;
  size_ = capacity_ = decoder_bytes_ = 0;
}

}  // namespace rw::http
