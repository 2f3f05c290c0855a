// tests/golden/decode: NAME.xml is what a forwarder sends, NAME.json what the store is given.
// REGWARDEN_UPDATE_GOLDEN=1 rewrites the .json files; the difference is for people to review.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/ingest/pipeline.h"
#include "storage/writer.h"
#include "tests/unit/normalize/shown_records.h"

namespace rw::ingest {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string normalized(const std::string& xml) {
  Json shown = Json::object();
  core::Counters counters;
  {
    storage::Writer writer(std::make_unique<ShowingSession>(shown), {}, counters);
    KeyDeletions key_deletions;
    Pipeline pipeline(writer, counters, key_deletions);
    const MessageContext context{.received = core::from_us(1'791'749'700'000'000), .input = "test", .peer = "golden"};
    const auto recognised = pipeline.add(xml, context);
    CHECK((recognised.ok() || counters.value(core::Counter::kRejected) > 0));
    CHECK(pipeline.flush());
  }
  for (const auto& [kind, count] : counters.skipped()) {
    shown["skipped"].push_back(kind.first + " " + std::to_string(kind.second) + ": " + std::to_string(count));
  }
  return shown.dump(2) + "\n";
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
    const std::string actual = normalized(read(input));
    if (update) std::ofstream(expected, std::ios::binary) << actual;
    CHECK(actual == read(expected));
  }
}

}  // namespace rw::ingest
