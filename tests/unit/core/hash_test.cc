#include "daemon/core/hash.h"

#include <catch2/catch.hpp>

using rw::core::StableHash;

// Findings are stored under these for ever: a changed expectation here is a fault in the hash, never in the test.
TEST_CASE("a stable hash is the first half of SHA-256 over length-prefixed fields") {
  StableHash hash;
  CHECK(hash.hex() == "e3b0c44298fc1c149afbf4c8996fb924");  // SHA-256 of nothing (FIPS 180-4 examples)
  hash.add("");
  CHECK(hash.hex() == "af5570f5a1810b7af78caf4bc70a660f");  // of eight zero bytes
  hash.add("dest");
  CHECK(hash.hex() == "fc487bace8d7e8b97c69350f07cf9d44");
}

TEST_CASE("a stable hash keeps fields apart") {
  const auto of = [](std::initializer_list<const char*> fields) {
    StableHash hash;
    for (const char* field : fields) hash.add(field);
    return hash.hex();
  };
  CHECK(of({"ab", "c"}) != of({"a", "bc"}));
  CHECK(of({"a"}) != of({"a", ""}));
  CHECK(of({"a", "b"}) != of({"b", "a"}));
  CHECK(of({"a", "b"}) == of({"a", "b"}));

  StableHash number;
  number.add(std::int64_t{-5});
  CHECK(number.hex() == of({"-5"}));
}

TEST_CASE("digests in hex") {
  using rw::core::Digest;
  using rw::core::hex_digest;
  CHECK(hex_digest(Digest::kMd5, "") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(hex_digest(Digest::kSha1, "abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hex_digest(Digest::kSha256, "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex_digest(Digest::kSha512, "abc").substr(0, 16) == "ddaf35a193617aba");
}
