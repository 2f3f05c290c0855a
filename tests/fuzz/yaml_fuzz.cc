// Any bytes as a YAML file: a document or a problem, and every node can be walked.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/yaml/reader.h"

namespace {

void walk(const rw::yaml::Node& node, rw::core::Problems& problems) {
  node.as_text(problems, "x");
  node.as_integer(problems, "x");
  node.as_number(problems, "x");
  node.as_bool(problems, "x");
  node.as_text_list(problems, "x");
  if (node.present() && (node.line() < 1 || node.col() < 1)) std::abort();
  for (const auto& item : node.items()) walk(item, problems);
  for (const auto& entry : node.entries()) walk(entry.value, problems);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rw::core::Problems problems;
  const auto document = rw::yaml::Document::parse({reinterpret_cast<const char*>(data), size}, "fuzz.yaml", problems);
  if (!document && problems.empty()) std::abort();
  if (document) walk(document->root(), problems);
  return 0;
}
