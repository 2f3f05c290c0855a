// Memory for the texts of one batch: handed out in pieces, freed at once. Views into it live as long as the arena;
// moving the arena does not move the pieces. Not thread-safe: a batch belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace rw::core {

class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) noexcept = default;
  Arena& operator=(Arena&&) noexcept = default;

  // Uninitialised bytes, not aligned: for text.
  char* allocate(std::size_t bytes) {
    if (bytes > free_bytes_) grow(bytes);
    char* piece = next_;
    next_ += bytes;
    free_bytes_ -= bytes;
    return piece;
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* piece = allocate(text.size());
    std::memcpy(piece, text.data(), text.size());
    return {piece, text.size()};
  }

  // Gives back everything handed out since mark(): for texts of which nothing is kept after all.
  struct Mark {
    std::size_t blocks = 0;
    char* next = nullptr;
    std::size_t free_bytes = 0;
    std::size_t capacity_bytes = 0;
  };
  Mark mark() const { return {blocks_.size(), next_, free_bytes_, capacity_bytes_}; }
  void rewind(const Mark& mark) {
    blocks_.resize(mark.blocks);
    next_ = mark.next;
    free_bytes_ = mark.free_bytes;
    capacity_bytes_ = mark.capacity_bytes;
  }

  // What the arena holds from the allocator.
  std::size_t capacity_bytes() const { return capacity_bytes_; }

 private:
  static constexpr std::size_t kBlockBytes = 64 * 1024;

  void grow(std::size_t bytes) {
    const std::size_t size = bytes > kBlockBytes / 4 ? bytes : kBlockBytes;
    blocks_.push_back(std::unique_ptr<char[]>(new char[size]));
    capacity_bytes_ += size;
    next_ = blocks_.back().get();
    free_bytes_ = size;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  std::size_t free_bytes_ = 0;
  std::size_t capacity_bytes_ = 0;
};

}  // namespace rw::core
