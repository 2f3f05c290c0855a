#include "daemon/detect/files.h"

#include <catch2/catch.hpp>

#include "tests/unit/detect/content_folder.h"

namespace rw::detect {
namespace {

using Lines = std::vector<std::string>;

Lines names(const test::ContentFolder& folder, const Lines& files) {
  Lines out;
  for (const std::string& file : files) out.push_back(file.substr(folder.path().size() + 1));
  return out;
}

TEST_CASE("files: YAML below a folder, sorted, hidden ones left out") {
  test::ContentFolder folder;
  for (const std::string name : {"b.yml", "a/z.yaml", "a/b/c.yml", "a.txt", ".git/x.yml", ".x.yml", "c.YML", "yml"}) {
    folder.write(name, "a: b\n");
  }
  core::Problems problems;
  CHECK(names(folder, FileList().add(folder.path(), problems)) == Lines{"a/b/c.yml", "a/z.yaml", "b.yml"});
  CHECK(names(folder, FileList().add(folder.path() + "/a", problems)) == Lines{"a/b/c.yml", "a/z.yaml"});
  CHECK(names(folder, FileList().add(folder.path("a.txt"), problems)) == Lines{"a.txt"});
  CHECK(test::rendered(problems) == Lines{});
}

TEST_CASE("files: each once, whatever paths and links lead to it") {
  test::ContentFolder folder;
  folder.write("a/one.yml", "");
  folder.write("b/two.yml", "");
  std::filesystem::create_symlink(folder.path("a/one.yml"), folder.path("b/again.yml"));
  std::filesystem::create_directory_symlink(folder.path("a"), folder.path("b/folder"));
  std::filesystem::create_directory_symlink(folder.path("b"), folder.path("b/loop"));
  core::Problems problems;
  FileList list;
  CHECK(names(folder, list.add(folder.path("b"), problems)) == Lines{"b/again.yml", "b/two.yml"});
  CHECK(names(folder, list.add(folder.path(), problems)) == Lines{});
  CHECK(names(folder, list.add(folder.path("b/two.yml"), problems)) == Lines{});
  CHECK(test::rendered(problems) == Lines{});
}

TEST_CASE("files: what is not there or too deep is a problem") {
  test::ContentFolder folder;
  core::Problems problems;
  FileList list;
  CHECK(list.add(folder.path("absent"), problems) == Lines{});
  CHECK(folder.rendered(problems) == Lines{"absent: error: no such file or folder"});
  problems.clear();
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "d/";
  folder.write(deep + "x.yml", "");
  folder.write("y.yml", "");
  CHECK(names(folder, list.add(folder.path(), problems)) == Lines{"y.yml"});
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message == "folders are nested more than 32 deep");
}

}  // namespace
}  // namespace rw::detect
