// What the tests of the configuration share.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/config/load.h"

namespace rw::config {

inline std::vector<std::string> rendered(const core::Problems& problems) {
  std::vector<std::string> lines;
  for (const auto& problem : problems) lines.push_back(core::render(problem));
  return lines;
}

// Problems of this text as /c/regwarden.yaml, without the name of the file.
inline std::vector<std::string> problems_of(const std::string& text) {
  core::Problems problems;
  parse(text, "/c/regwarden.yaml", problems);
  std::vector<std::string> lines = rendered(problems);
  const std::string prefix = "/c/regwarden.yaml:";
  for (auto& line : lines) {
    if (line.starts_with(prefix)) line.erase(0, prefix.size());
  }
  return lines;
}

// A configuration without a problem.
inline Config good(const std::string& text, const std::string& file = "/c/regwarden.yaml") {
  core::Problems problems;
  Config config = parse(text, file, problems);
  CHECK(rendered(problems) == std::vector<std::string>{});
  return config;
}

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "regwarden-config-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string path(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace rw::config
