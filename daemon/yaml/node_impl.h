// What is behind a yaml::Node. Built once by TreeBuilder, immutable from then on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/yaml/reader.h"

namespace rw::yaml {

struct Node::Impl {
  Kind kind = Kind::kNull;
  bool quoted = false;
  int line = 0;
  int col = 0;
  std::shared_ptr<const std::string> file;
  std::string text;
  std::vector<Node> items;
  std::vector<Entry> entries;
};

}  // namespace rw::yaml
