#include "daemon/ingest/normalize/key_deletions.h"

#include <catch2/catch.hpp>
#include <string>

namespace rw::ingest {
namespace {

using Found = std::optional<std::string>;

core::Micros at(int seconds) { return core::from_us(1'790'000'000'000'000 + seconds * 1'000'000LL); }

constexpr KeyDeletions::Handle kHandle{"WS1", "1448", "0x468"};

}  // namespace

TEST_CASE("a key's deletion is found by computer, process and handle") {
  KeyDeletions deletions;
  deletions.remember(kHandle, at(0), "HKLM\\K");
  CHECK(deletions.confirm({"WS2", "1448", "0x468"}, at(0), 1) == std::nullopt);
  CHECK(deletions.confirm({"WS1", "1449", "0x468"}, at(0), 1) == std::nullopt);
  CHECK(deletions.confirm({"WS1", "1448", "0x469"}, at(0), 1) == std::nullopt);
  CHECK(deletions.confirm({"ws1", "1448", "0X468"}, at(0), 1) == Found("HKLM\\K"));
}

TEST_CASE("a key is deleted once, however often the event comes") {
  KeyDeletions deletions;
  deletions.remember(kHandle, at(0), "HKLM\\K");
  CHECK(deletions.confirm(kHandle, at(0), 7) == Found("HKLM\\K"));
  deletions.remember(kHandle, at(0), "HKLM\\K");  // both are sent again
  CHECK(deletions.confirm(kHandle, at(0), 7) == Found("HKLM\\K"));
  CHECK(deletions.confirm(kHandle, at(1), 8) == std::nullopt);
  CHECK(deletions.confirm(kHandle, at(1), std::nullopt) == std::nullopt);
  deletions.remember(kHandle, at(2), "HKLM\\L");  // the handle is used again
  CHECK(deletions.confirm(kHandle, at(2), 8) == Found("HKLM\\L"));

  deletions.remember(kHandle, at(3), "HKLM\\M");
  CHECK(deletions.confirm(kHandle, at(3), std::nullopt) == Found("HKLM\\M"));
  CHECK(deletions.confirm(kHandle, at(3), std::nullopt) == std::nullopt);
}

TEST_CASE("events far apart do not belong together") {
  KeyDeletions deletions;
  deletions.remember(kHandle, at(0), "HKLM\\K");
  CHECK(deletions.confirm(kHandle, at(181), 1) == std::nullopt);
  CHECK(deletions.confirm(kHandle, at(-181), 1) == std::nullopt);
  CHECK(deletions.confirm(kHandle, at(180), 1) == Found("HKLM\\K"));
}

TEST_CASE("half a handle is none") {
  KeyDeletions deletions;
  for (const KeyDeletions::Handle& handle : {KeyDeletions::Handle{"", "1", "2"}, KeyDeletions::Handle{"WS1", "", "2"},
                                             KeyDeletions::Handle{"WS1", "1", ""}}) {
    deletions.remember(handle, at(0), "HKLM\\K");
    CHECK(deletions.confirm(handle, at(0), 1) == std::nullopt);
  }
}

TEST_CASE("what is remembered is bounded, the oldest goes first") {
  KeyDeletions many;
  const auto remember = [&](std::size_t i, const std::string& key) {
    many.remember({"WS1", "1", std::to_string(i)}, at(0), key);
  };
  const auto known = [&](std::size_t i) { return many.confirm({"WS1", "1", std::to_string(i)}, at(0), i).has_value(); };
  for (std::size_t i = 0; i <= KeyDeletions::kMaxKeys; ++i) remember(i, "K");
  CHECK_FALSE(known(0));
  CHECK(known(1));
  CHECK(known(KeyDeletions::kMaxKeys));

  remember(1'000'000, std::string(KeyDeletions::kMaxBytes / 2, 'x'));
  CHECK(known(2));
  remember(1'000'001, std::string(KeyDeletions::kMaxBytes / 2, 'x'));
  CHECK_FALSE(known(2));
  CHECK_FALSE(known(1'000'000));
  CHECK(known(1'000'001));
  remember(1'000'002, std::string(KeyDeletions::kMaxBytes, 'x'));  // alone too large
  CHECK_FALSE(known(1'000'001));
  CHECK_FALSE(known(1'000'002));
}

}  // namespace rw::ingest
