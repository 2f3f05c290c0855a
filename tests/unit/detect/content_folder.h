// A folder of content files for one test; gone with the object.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/core/problem.h"

namespace rw::test {

class ContentFolder {
 public:
  ContentFolder() : path_((std::filesystem::temp_directory_path() / "regwarden-detect-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp: " + path_);
  }
  ~ContentFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ContentFolder(const ContentFolder&) = delete;
  ContentFolder& operator=(const ContentFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string path(const std::string& name) const { return path_ + "/" + name; }

  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = path(name);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }

  void remove(const std::string& name) const { std::filesystem::remove(path(name)); }

  // Rendered, with this folder left out of file names.
  std::vector<std::string> rendered(const core::Problems& problems) const {
    std::vector<std::string> out;
    for (const core::Problem& problem : problems) {
      std::string line = core::render(problem);
      for (auto at = line.find(path_ + "/"); at != std::string::npos; at = line.find(path_ + "/")) {
        line.erase(at, path_.size() + 1);
      }
      out.push_back(std::move(line));
    }
    return out;
  }

 private:
  std::string path_;
};

inline std::vector<std::string> rendered(const core::Problems& problems) {
  std::vector<std::string> out;
  for (const core::Problem& problem : problems) out.push_back(core::render(problem));
  return out;
}

}  // namespace rw::test
