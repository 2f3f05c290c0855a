// The detections that ship inside the program: the files of etc/detections/ as they were when it was built.
#pragma once

#include <string_view>
#include <vector>

namespace rw::detect {

struct BuiltinFile {
  std::string_view name;  // without folder: "disable_amsi_through_registry.yml"
  std::string_view text;
};

const std::vector<BuiltinFile>& builtin_files();

}  // namespace rw::detect
