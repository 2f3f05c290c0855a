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
