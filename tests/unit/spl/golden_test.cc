// Searches beside their plan and SQL: tests/golden/spl/NAME.spl, .plan, .sql. With REGWARDEN_UPDATE_GOLDEN=1 in the
// environment the expected files are written anew; the difference is for review.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "daemon/detect/compile.h"
#include "tests/support/temporary_store.h"

namespace rw::detect {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {(std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()};
}

TEST_CASE("golden plans and SQL") {
  const char* update = std::getenv("REGWARDEN_UPDATE_GOLDEN");
  const bool updates = update != nullptr && std::string(update) == "1";
  // The clock of Berlin is put forward within it.
  const cim::Window window = test::window("2026-03-29T00:50:00Z", "2026-03-29T01:50:00Z");
  const auto zone = core::TimeZone::find("Europe/Berlin");
  REQUIRE(zone.ok());
  test::TemporaryStore store;
  std::vector<std::filesystem::path> searches;
  for (const auto& entry : std::filesystem::directory_iterator(REGWARDEN_SOURCE_DIR "/tests/golden/spl")) {
    if (entry.path().extension() == ".spl") searches.push_back(entry.path());
  }
  std::sort(searches.begin(), searches.end());
  REQUIRE(searches.size() >= 6);
  for (std::filesystem::path path : searches) {
    INFO(path);
    const auto search = compile_spl(read(path), Macros::builtin());
    if (!search.ok()) FAIL(search.error().message);
    const std::string plan = (*search)->explain_plan();
    const std::string sql = (*search)->explain_sql(store.dialect(), window, *zone);
    if (updates) {
      std::ofstream(path.replace_extension(".plan"), std::ios::binary) << plan;
      std::ofstream(path.replace_extension(".sql"), std::ios::binary) << sql;
    }
    CHECK(read(path.replace_extension(".plan")) == plan);
    CHECK(read(path.replace_extension(".sql")) == sql);
    // The store takes it.
    const auto result = (*search)->run({store.reader(), store.dialect(), window, *zone, window.latest});
    if (!result.ok()) FAIL(result.error().message);
  }
}

}  // namespace
}  // namespace rw::detect
