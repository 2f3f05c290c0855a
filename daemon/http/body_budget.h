// What the bodies of requests hold in memory, all listeners of the process together: whatever is sent, and by however
// many, it is no more than one limit. What goes beyond is answered 503, and comes again.
//
// Counted is what is held: the capacity of each body and the memory of its decoder, from the first byte until the
// handler has ended. A length that a client merely announces holds nothing. How long an unfinished body can hold what
// it has is limited by Connection: the read timeout, and a second more for each KiB that came, ten minutes at most.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string_view>

#include "daemon/core/mutex.h"

namespace rw::http {

// Thread-safe.
class BodyBudget {
 public:
  static constexpr std::size_t kDefaultBytes = 128 * 1024 * 1024;
  // A body up to this size is never refused, so that large ones, unfinished or from those without a token, keep nobody
  // out who sends ordinary batches. There are at most as many bodies as the servers have threads.
  static constexpr std::size_t kAlwaysBytes = 256 * 1024;
  // What is made of a larger body in memory can be several times its size (JSON's tree): one at a time is handled.
  static constexpr std::size_t kLargeBytes = 4 * 1024 * 1024;

  // What a decoder holds at most: zstd's window of 8 MiB, and some.
  static constexpr std::size_t kMaxDecoderBytes = 10 * 1024 * 1024;

  // The default, or more: so much that a body of the largest size that a listener takes has room, alone. Otherwise its
  // sender would be told to come again for ever.
  static constexpr std::size_t limit_for(std::size_t max_body_bytes) {
    const std::size_t alone = max_body_bytes + kMaxDecoderBytes;
    return alone > kDefaultBytes ? alone : kDefaultBytes;
  }

  explicit BodyBudget(std::size_t limit_bytes = kDefaultBytes) : limit_bytes_(limit_bytes) {}
  BodyBudget(const BodyBudget&) = delete;
  BodyBudget& operator=(const BodyBudget&) = delete;

  std::size_t limit_bytes() const { return limit_bytes_; }
  std::size_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }

  // A request that held `before` wants to hold `now`. False: too much, and nothing has changed. Less is always granted.
  bool change(std::size_t before, std::size_t now);

  // The turn to handle a large body; false: it was not free until the deadline.
  bool take_turn(std::chrono::steady_clock::time_point deadline);
  void return_turn();

 private:
  const std::size_t limit_bytes_;
  std::atomic<std::size_t> used_bytes_{0};

  core::Mutex mutex_;
  core::CondVar turn_returned_;
  bool turn_taken_ RW_GUARDED_BY(mutex_) = false;
};

// One body, decoded. It grows where it stands: a std::string would hold a second copy of it for that, and up to twice
// its size afterwards. Used by one thread at a time.
class Body {
 public:
  // The budget outlives it. max_bytes: it is never given more.
  Body(BodyBudget& budget, std::size_t max_bytes) : budget_(budget), max_bytes_(max_bytes) {}
  ~Body() { clear(); }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  // False: the budget is used up; the body is as it was.
  bool append(std::string_view bytes);
  // What its decoder holds beside it. False: as above.
  bool count_decoder(std::size_t bytes);
  // Gives all of it back.
  void clear();

  std::size_t size() const { return size_; }
  // Lives until it is changed.
  std::string_view text() const { return {bytes_, size_}; }

 private:
  bool grow(std::size_t size);

  BodyBudget& budget_;
  const std::size_t max_bytes_;
  char* bytes_ = nullptr;  // of malloc
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t decoder_bytes_ = 0;
};

}  // namespace rw::http
