#include "daemon/core/byte_set.h"

#include <catch2/catch.hpp>
#include <string>

namespace rw::core {

TEST_CASE("a set of bytes is found in texts") {
  constexpr ByteSet set("a\xff\n");
  CHECK(set.has('a'));
  CHECK(set.has('\xff'));
  CHECK(set.has('\n'));
  CHECK_FALSE(set.has('b'));
  CHECK_FALSE(set.has('\0'));
  constexpr std::string_view kText = "bcda\xff";
  CHECK(set.find_in(kText) == 3);
  CHECK(set.find_in(kText, 3) == 3);
  CHECK(set.find_in(kText, 4) == 4);
  CHECK(set.find_in(kText, 5) == std::string_view::npos);
  CHECK(set.find_in(kText, 99) == std::string_view::npos);
  CHECK(set.find_in("") == std::string_view::npos);
  CHECK(ByteSet("").find_in(kText) == std::string_view::npos);
}

}  // namespace rw::core
