#include "daemon/core/arena.h"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace rw::core {

TEST_CASE("an arena copies texts and keeps them", "[arena]") {
  Arena arena;
  CHECK(arena.capacity_bytes() == 0);
  std::vector<std::string_view> copies;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "text " + std::to_string(i);
    copies.push_back(arena.copy(text));
    text.assign(text.size(), 'x');
  }
  bool all_equal = true;
  for (int i = 0; i < 20'000; ++i) {
    all_equal = all_equal && copies[static_cast<std::size_t>(i)] == "text " + std::to_string(i);
  }
  CHECK(all_equal);
  CHECK(arena.capacity_bytes() >= 20'000 * 6);
}

TEST_CASE("an arena takes nothing for an empty text", "[arena]") {
  Arena arena;
  CHECK(arena.copy("").empty());
  CHECK(arena.capacity_bytes() == 0);
}

TEST_CASE("an arena gives a large text a block of its own", "[arena]") {
  Arena arena;
  const std::string large(1'000'000, 'a');
  const std::string_view small = arena.copy("small");
  const std::string_view copy = arena.copy(large);
  CHECK(copy == large);
  CHECK(small == "small");
  CHECK(arena.capacity_bytes() >= large.size());
  CHECK(arena.capacity_bytes() < large.size() + 128 * 1024);
}

TEST_CASE("views survive the move of their arena", "[arena]") {
  Arena first;
  const std::string_view text = first.copy("HKLM\\SOFTWARE");
  Arena second = std::move(first);
  CHECK(text == "HKLM\\SOFTWARE");
  CHECK(second.copy("more") == "more");
  CHECK(text == "HKLM\\SOFTWARE");
}

}  // namespace rw::core
