// A set of bytes, for searches in long texts: one table lookup a byte, where std::string_view::find_first_of calls
// memchr for each.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace rw::core {

class ByteSet {
 public:
  constexpr explicit ByteSet(std::string_view bytes) {
    for (const char byte : bytes) has_[static_cast<unsigned char>(byte)] = true;
  }

  constexpr bool has(char byte) const { return has_[static_cast<unsigned char>(byte)]; }
  // Where the first of them is, from `from` on; npos: nowhere.
  constexpr std::size_t find_in(std::string_view text, std::size_t from = 0) const {
    for (std::size_t at = from; at < text.size(); ++at) {
      if (has(text[at])) return at;
    }
    return std::string_view::npos;
  }

 private:
  std::array<bool, 256> has_{};
};

}  // namespace rw::core
