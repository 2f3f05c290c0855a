// Events read without a tree against events read by one: whatever was recorded says the same both ways.
#include "tests/support/event_tree.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "daemon/ingest/decode/event_xml.h"
#include "tests/unit/ingest/decoded_text.h"
#include "tests/unit/normalize/corpus.h"

namespace rw::ingest {
namespace {

core::Result<std::size_t> by_decoder(std::string_view text, core::Arena& arena, WindowsEvent& event,
                                     const TakeEvent& take) {
  return decode_event_xml(text, arena, event, take);
}

// A text for each event; errors but for what they say.
std::vector<std::string> decoded_by(decltype(test::decode_event_tree) decoder, const std::string& xml) {
  core::Arena arena;
  WindowsEvent event;
  std::vector<std::string> texts;
  const auto pieces = decoder(xml, arena, event, [&](std::string_view, const core::Result<void>& decoded) {
    texts.push_back(decoded.ok() ? text_of(event) : "error");
  });
  CHECK(pieces.ok());
  return texts;
}

std::size_t compare_files_of(const std::string& folder) {
  std::size_t events = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (name.find(".xml") == std::string::npos) continue;
    const std::string xml = read(file.path().string());
    const auto by_reader = decoded_by(by_decoder, xml);
    const auto by_tree = decoded_by(test::decode_event_tree, xml);
    INFO(name);
    REQUIRE(by_reader.size() == by_tree.size());
    for (std::size_t i = 0; i < by_tree.size(); ++i) {
      if (by_reader[i] != by_tree[i]) CHECK(by_reader[i] == by_tree[i]);
    }
    events += by_tree.size();
  }
  return events;
}

}  // namespace

TEST_CASE("corpus: the reader and a tree say the same of every event") { CHECK(compare_files_of(kFolder) > 1000); }

TEST_CASE("golden: the reader and a tree say the same of every event") {
  CHECK(compare_files_of(REGWARDEN_SOURCE_DIR "/tests/golden/decode") > 40);
}

}  // namespace rw::ingest
