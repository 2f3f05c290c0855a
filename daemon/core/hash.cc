#include "daemon/core/hash.h"

#include <openssl/sha.h>

#include <array>
#include <cstddef>

#include "daemon/core/result.h"

namespace rw::core {
namespace {

constexpr std::size_t kHexBytes = 16;  // of the 32 that SHA-256 gives

}  // namespace

void StableHash::add(std::string_view field) {
  std::uint64_t length = field.size();
  for (int i = 0; i < 8; ++i) {  // least significant byte first
    bytes_ += static_cast<char>(length & 0xff);
    length >>= 8;
  }
  bytes_ += field;
}

std::string StableHash::hex() const {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  const unsigned char* done =
      SHA256(reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size(), digest.data());
  RW_ASSERT(done != nullptr);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < kHexBytes; ++i) {
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 0xf];
  }
  return text;
}

}  // namespace rw::core
