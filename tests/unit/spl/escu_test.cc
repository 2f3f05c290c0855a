// Every detection of the shared ESCU content compiles, prints back the same, and its SQL runs.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/detect/compile.h"
#include "daemon/detect/spl/parser.h"
#include "tests/support/temporary_store.h"

namespace rw::detect {
namespace {

constexpr std::size_t kDetections = 105;
// Files that do not compile, with the reason.
const std::vector<std::pair<std::string, std::string>> kUnsupported = {};

// The scalar of `search:`, which is single-quoted in all of these files: a line break is a blank, '' is one quote.
std::string search_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::string text;
  bool inside = false;
  while (std::getline(file, line)) {
    const std::string key = "search: '";
    if (!inside && line.starts_with(key)) {
      inside = true;
      line.erase(0, key.size());
    } else if (inside) {
      line.erase(0, line.find_first_not_of(' '));
      text += ' ';
    }
    if (!inside) continue;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] != '\'') {
        text += line[i];
      } else if (i + 1 < line.size() && line[i + 1] == '\'') {
        text += line[i++];
      } else {
        return text;
      }
    }
  }
  return "";
}

TEST_CASE("every ESCU detection compiles and runs") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(REGWARDEN_SHARED_DIR "/escu/detections")) {
    if (entry.path().extension() == ".yml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  CHECK(files.size() == kDetections);

  test::TemporaryStore store;
  const cim::Window window = test::window("2026-03-01T10:50:00Z", "2026-03-01T11:50:00Z");
  std::vector<std::pair<std::string, std::string>> failed;
  for (const std::filesystem::path& path : files) {
    const std::string text = search_of(path);
    INFO(path << "\n" << text);
    REQUIRE_FALSE(text.empty());
    const auto search = compile_spl(text, Macros::builtin());
    if (!search.ok()) {
      failed.emplace_back(path.stem().string(), search.error().message);
      continue;
    }
    const auto result = (*search)->run({store.reader(), store.dialect(), window, core::TimeZone(), window.latest});
    if (!result.ok()) FAIL(result.error().message);
    CHECK(result->table.rows.empty());

    const auto expanded = spl::expand(text, Macros::builtin());
    const auto pipeline = spl::parse(*expanded);
    REQUIRE(pipeline.ok());
    const std::string printed = spl::print(*pipeline);
    const auto again = spl::expand(printed, Macros());
    const auto reparsed = spl::parse(*again);
    REQUIRE(reparsed.ok());
    CHECK(spl::print(*reparsed) == printed);
  }
  CHECK(failed == kUnsupported);
}

}  // namespace
}  // namespace rw::detect
