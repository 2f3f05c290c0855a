#include "daemon/cli/doctor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/cli/file_access.h"

namespace rw::cli {

TEST_CASE("findings are shown aligned, with what to do below and the sum at the end") {
  Findings findings;
  CHECK(render_text(findings) == "\nAll is well.\n");
  findings.ok("disk", "there is room");
  findings.warning("certificates", "it expires", "renew it");
  findings.problem("ports", "taken", "stop it");
  findings.problem("ports", "another", "");
  findings.ok_if_quiet("ports", "is not said beside a problem");
  findings.ok_if_quiet("clock", "right");
  CHECK(render_text(findings) ==
        "ok       disk          there is room\n"
        "warning  certificates  it expires\n"
        "                       -> renew it\n"
        "problem  ports         taken\n"
        "                       -> stop it\n"
        "problem  ports         another\n"
        "ok       clock         right\n"
        "\n2 problems, 1 warning.\n");
  CHECK(render_json(findings).starts_with("{\n  \"status\": \"problem\",\n  \"problems\": 2,\n  \"warnings\": 1,\n"));
}

TEST_CASE("who may read a file is judged by modes along its whole path") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("rw-access-" + std::to_string(getpid()));
  const std::string file = (folder / "inner/file").string();
  std::filesystem::create_directories(folder / "inner");
  std::ofstream(file) << "text";
  const uid_t stranger = 54321;
  const auto set = [&](mode_t outer, mode_t inner, mode_t mode) {
    REQUIRE(::chmod(folder.c_str(), outer) == 0);
    REQUIRE(::chmod((folder / "inner").c_str(), inner) == 0);
    REQUIRE(::chmod(file.c_str(), mode) == 0);
  };
  set(0755, 0755, 0644);
  CHECK(is_open_to_all(file));
  CHECK(may_read(file, stranger, stranger));
  set(0755, 0755, 0640);
  CHECK_FALSE(is_open_to_all(file));
  CHECK_FALSE(may_read(file, stranger, stranger));
  CHECK(may_read(file, stranger, getgid()));
  CHECK(may_read(file, getuid(), getgid()));
  set(0755, 0700, 0644);
  CHECK_FALSE(is_open_to_all(file));
  CHECK_FALSE(may_read(file, stranger, stranger));
  set(0711, 0711, 0604);
  CHECK(is_open_to_all(file));
  CHECK_FALSE(may_read(file, stranger, getgid()));  // its group is kept out
  CHECK_FALSE(may_read(file + ".none", getuid(), getgid()));
  std::filesystem::remove_all(folder);
}

}  // namespace rw::cli
