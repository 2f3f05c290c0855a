#include "daemon/config/secrets.h"

#include <catch2/catch.hpp>

#include "tests/unit/config/config_fixture.h"

namespace rw::config {
namespace {

TEST_CASE("Token files") {
  const TempFolder folder;
  const auto good = read_token_file(folder.write("good", "\n a \n\tb\r\n\n\nc"));
  REQUIRE(good.ok());
  CHECK(*good == std::vector<std::string>{"a", "b", "c"});

  const auto fault = [](const std::string& path) {
    const auto tokens = read_token_file(path);
    return tokens.ok() ? "no error" : tokens.error().message;
  };
  const std::string empty = folder.write("empty", " \n\n");
  const std::string blank = folder.write("blank", "a\nb c\n");
  const std::string large = folder.write("large", std::string(kMaxTokenFileBytes + 1, 'x'));
  CHECK(fault(empty) == empty + ": there is no token in it: expected one a line");
  CHECK(fault(blank) == blank + ":2: the token has a blank or a character that is not ASCII");
  CHECK(fault(large) == large + ": larger than 1024 KiB");
  CHECK(fault(folder.path("missing")) == folder.path("missing") + ": cannot be read: No such file or directory");
  CHECK(fault(folder.path("")) == folder.path("") + ": is no regular file");
}

TEST_CASE("Where secrets stand is known, for those who look at permissions") {
  const TempFolder folder;
  const std::string tokens = folder.write("tokens", "secret\n");
  REQUIRE(::setenv("REGWARDEN_TEST_A", "alpha", 1) == 0);
  struct Case {
    std::string api;
    std::vector<std::string> files;
    bool in_the_file;
  };
  const std::vector<Case> cases = {
      {"{}", {}, false},
      {"{token_file: tokens}", {tokens}, false},
      {"{tokens: [{file: tokens}]}", {tokens}, false},
      {"{tokens: ['${REGWARDEN_TEST_A}']}", {}, false},
      {"{tokens: [secret]}", {}, true},
      {"{tokens: [secret, {file: tokens}]}", {tokens}, true},
  };
  for (const auto& [api, files, in_the_file] : cases) {
    INFO(api);
    core::Problems problems;
    const Config config = parse("api: " + api, folder.path("regwarden.yaml"), problems);
    CHECK(problems.empty());
    CHECK(config.secret_files == files);
    CHECK(config.has_secrets == in_the_file);
  }
}

}  // namespace
}  // namespace rw::config
