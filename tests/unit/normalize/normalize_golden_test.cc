// tests/golden/decode: NAME.xml is what a forwarder sends, NAME.json what the store is given.
// REGWARDEN_UPDATE_GOLDEN=1 rewrites the .json files; the difference is for people to review.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/ingest/pipeline.h"
#include "tests/unit/normalize/shown_records.h"

namespace rw::ingest {
namespace {

std::string normalized(const std::string& xml) {
  const MessageContext context{.received = core::from_us(1'791'749'700'000'000), .input = "test", .peer = "golden"};
  core::Counters counters;
  Taken taken = take_message(xml, context, counters);
  CHECK((taken.added.ok() || counters.value(core::Counter::kRejected) > 0));
  for (const auto& [kind, count] : counters.skipped()) {
    taken.shown["skipped"].push_back(kind.first + " " + std::to_string(kind.second) + ": " + std::to_string(count));
  }
  return taken.shown.dump(2) + "\n";
}

}  // namespace

TEST_CASE("golden: event XML to records") {
  const bool update = std::getenv("REGWARDEN_UPDATE_GOLDEN") != nullptr;
  std::set<std::filesystem::path> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(REGWARDEN_SOURCE_DIR "/tests/golden/decode")) {
    if (entry.path().extension() == ".xml") inputs.insert(entry.path());
  }
  REQUIRE(inputs.size() >= 50);
  for (const auto& input : inputs) {
    INFO(input.filename().string());
    std::filesystem::path expected = input;
    expected.replace_extension(".json");
    const std::string actual = normalized(file_text(input));
    if (update) std::ofstream(expected, std::ios::binary) << actual;
    CHECK(actual == file_text(expected));
  }
}

}  // namespace rw::ingest
