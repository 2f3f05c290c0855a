#include "daemon/config/section.h"

#include <catch2/catch.hpp>

namespace rw::config {
namespace {

TEST_CASE("The nearest word") {
  const std::vector<std::string> words = {"listen", "tokens", "token_file", "key"};
  struct Case {
    std::string written;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {"listen", "listen"},
      {"lsten", "listen"},
      {"listens", "listen"},
      {"token", "tokens"},
      {"token-file", "token_file"},
      {"tokenfile", "token_file"},
      {"keys", "key"},
      {"k", ""},
      {"", ""},
      {"port", ""},
      {std::string(100, 'l'), ""},
  };
  for (const auto& [written, expected] : cases) {
    INFO(written);
    CHECK(nearest(written, words) == expected);
  }
}

TEST_CASE("Words in a sentence") {
  CHECK(alternatives({}).empty());
  CHECK(alternatives({"a"}) == "a");
  CHECK(alternatives({"a", "b"}) == "a or b");
  CHECK(alternatives({"a", "b", "c"}) == "a, b or c");
}

}  // namespace
}  // namespace rw::config
