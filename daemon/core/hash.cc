#include "daemon/core/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>
#include <cstddef>

#include "daemon/core/result.h"

namespace rw::core {
namespace {

constexpr std::size_t kHexBytes = 16;  // of the 32 that SHA-256 gives

std::string hex_of(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 0xf];
  }
  return text;
}

const EVP_MD* method_of(Digest digest) {
  switch (digest) {
    case Digest::kMd5:
      return EVP_md5();
    case Digest::kSha1:
      return EVP_sha1();
    case Digest::kSha256:
      return EVP_sha256();
    case Digest::kSha512:
      return EVP_sha512();
  }
  return nullptr;
}

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
  return hex_of(digest.data(), kHexBytes);
}

std::string hex_digest(Digest digest, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> result{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), result.data(), &size, method_of(digest), nullptr) != 1) return {};
  return hex_of(result.data(), size);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> result{};
  unsigned int size = 0;
  const unsigned char* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
           bytes.size(), result.data(), &size);
  RW_ASSERT(done != nullptr);
  return {result.begin(), result.end()};
}

}  // namespace rw::core
