// The YAML files of a path that the operator names: a file, or a folder and all that is below it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "daemon/core/problem.h"

namespace rw::detect {

// One object per load: a file that two paths reach (a path inside another, a symbolic link) is listed once.
class FileList {
 public:
  // A file: itself, whatever its name. A folder: its .yml and .yaml files at any depth, sorted; hidden ones (.git) are
  // passed over, symbolic links are followed. Problems: a path that does not exist, a folder that cannot be read.
  std::vector<std::string> add(const std::string& path, core::Problems& problems);

 private:
  void add_folder(const std::string& folder, int depth, std::vector<std::string>& files, core::Problems& problems);
  bool is_new(const std::string& path);

  std::set<std::string> seen_;  // canonical paths
};

}  // namespace rw::detect
