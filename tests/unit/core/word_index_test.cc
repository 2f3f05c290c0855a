#include "daemon/core/word_index.h"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

namespace rw::core {
namespace {

constexpr std::string_view kWords[] = {"EventID", "EventTime", "@timestamp", "System", "a", "b", "A", ""};
constexpr WordIndex kIndex(kWords);

struct Field {
  std::string_view name;
  int rank;
};
constexpr Field kFields[] = {{"Task", 2}, {"TaskValue", 1}};
constexpr WordIndex kFieldIndex(kFields, &Field::name);

}  // namespace

TEST_CASE("a word is found where it stands, whatever its case") {
  for (std::size_t i = 0; i < std::size(kWords); ++i) {
    INFO(kWords[i]);
    CHECK(kIndex.find(kWords[i]) == (kWords[i] == "A" ? 4 : i));  // the first of equal ones
  }
  CHECK(kIndex.find("EVENTid") == 0);
  CHECK(kIndex.find("@TIMESTAMP") == 2);
  CHECK(kIndex.find("B") == 5);
  CHECK(kIndex.has("system"));
}

TEST_CASE("other words are not found") {
  // Of the same size and with the same letters where a word is looked for.
  for (const std::string_view word :
       {"EventIx", "EvxntID", "Event", "EventIDs", "`timestamp", "c", "\xc1", "SYSTE\x4e"}) {
    INFO(word);
    CHECK(kIndex.find(word) == kIndex.kNone);
  }
}

TEST_CASE("the words of items") {
  CHECK(kFieldIndex.find("taskvalue") == 1);
  CHECK(kFieldIndex.find("task") == 0);
  CHECK(kFieldIndex.find("tasks") == kFieldIndex.kNone);
}

}  // namespace rw::core
