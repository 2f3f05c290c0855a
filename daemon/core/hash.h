// A hash of a list of fields that is the same on every machine, in every version and for ever: findings are stored
// under it. SHA-256 (FIPS 180-4) over the fields, each with its length before it, cut to 128 bits: the fields come from
// monitored hosts, and nobody may be able to choose two that hide each other. Not for passwords.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rw::core {

// Copy it to hash several lists that begin alike. Not thread-safe.
class StableHash {
 public:
  // add("ab"), add("c") and add("a"), add("bc") differ.
  void add(std::string_view field);
  // The same as its decimal text.
  void add(std::int64_t number) { add(std::to_string(number)); }

  // 32 lower-case hex digits.
  std::string hex() const;

 private:
  std::string bytes_;
};

// The digest of the bytes in lower-case hex digits, for texts that come as digests from elsewhere.
enum class Digest { kMd5, kSha1, kSha256, kSha512 };
std::string hex_digest(Digest digest, std::string_view bytes);

// HMAC (RFC 2104) with SHA-256: 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

}  // namespace rw::core
