#include "daemon/config/environment.h"

#include <catch2/catch.hpp>

#include "tests/unit/config/config_fixture.h"

namespace rw::config {
namespace {

std::string expanded(const std::string& text) {
  const auto result = expand_environment(text);
  return result.ok() ? *result : "error: " + result.error().message;
}

TEST_CASE("Environment variables in a text") {
  REQUIRE(::setenv("REGWARDEN_TEST_A", "alpha", 1) == 0);
  REQUIRE(::setenv("REGWARDEN_TEST_REFERENCE", "${REGWARDEN_TEST_A}", 1) == 0);
  REQUIRE(::setenv("REGWARDEN_TEST_EMPTY", "", 1) == 0);
  REQUIRE(::unsetenv("REGWARDEN_TEST_UNSET") == 0);
  struct Case {
    std::string text;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {"", ""},
      {"plain", "plain"},
      {"$5 and $REGWARDEN_TEST_A", "$5 and $REGWARDEN_TEST_A"},
      {"${REGWARDEN_TEST_A}", "alpha"},
      {"<${REGWARDEN_TEST_A}${REGWARDEN_TEST_EMPTY}${REGWARDEN_TEST_A}>", "<alphaalpha>"},
      {"${REGWARDEN_TEST_REFERENCE}", "${REGWARDEN_TEST_A}"},
      {"$${REGWARDEN_TEST_A}", "$alpha"},
      {"${REGWARDEN_TEST_UNSET}", "error: the environment variable REGWARDEN_TEST_UNSET is not set"},
      {"${", "error: expected ${NAME}, with the name of an environment variable"},
      {"${}", "error: expected ${NAME}, with the name of an environment variable"},
      {"${1A}", "error: expected ${NAME}, with the name of an environment variable"},
      {"${A-B}", "error: expected ${NAME}, with the name of an environment variable"},
      {"${REGWARDEN_TEST_A", "error: expected ${NAME}, with the name of an environment variable"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(expanded(text) == expected);
  }
}

TEST_CASE("The folder of credentials") {
  REQUIRE(::unsetenv("CREDENTIALS_DIRECTORY") == 0);
  CHECK(expanded("${CREDENTIALS_DIRECTORY}/a") == "/run/credentials/regwarden.service/a");
  REQUIRE(::setenv("CREDENTIALS_DIRECTORY", "/run/credentials/other.service", 1) == 0);
  CHECK(expanded("${CREDENTIALS_DIRECTORY}/a") == "/run/credentials/other.service/a");
  REQUIRE(::unsetenv("CREDENTIALS_DIRECTORY") == 0);
}

TEST_CASE("Environment variables in paths") {
  const TempFolder folder;
  folder.write("token", "of-the-credentials\n");
  REQUIRE(::setenv("REGWARDEN_TEST_FOLDER", folder.path("").c_str(), 1) == 0);
  REQUIRE(::setenv("REGWARDEN_TEST_EMPTY", "", 1) == 0);
  REQUIRE(::unsetenv("REGWARDEN_TEST_UNSET") == 0);

  const Config config = good(
      "data_dir: ${REGWARDEN_TEST_FOLDER}/data\n"
      "api: {token_file: \"${REGWARDEN_TEST_FOLDER}/token\"}\n"
      "detections: {paths: [\"${REGWARDEN_TEST_FOLDER}/a\", b]}\n");
  CHECK(config.data_dir == folder.path("data"));
  CHECK(config.api.tokens == std::vector<std::string>{"of-the-credentials"});
  CHECK(config.detections.paths == std::vector<std::string>{folder.path("a"), "/c/b"});

  CHECK(problems_of("data_dir: ${REGWARDEN_TEST_UNSET}/data\n") ==
        std::vector<std::string>{"1:11: error: data_dir: the environment variable REGWARDEN_TEST_UNSET is not set"});
  CHECK(problems_of("data_dir: ${REGWARDEN_TEST_EMPTY}\n") ==
        std::vector<std::string>{"1:11: error: data_dir: '': expected a path"});
}

}  // namespace
}  // namespace rw::config
