#include "storage/query.h"

namespace rw::storage {

std::size_t size_bytes(const Value& value) {
  std::size_t bytes = sizeof value;
  if (const auto* text = std::get_if<std::string>(&value)) bytes += text->size();
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    for (const std::string& text : *texts) bytes += sizeof text + text.size();
  }
  return bytes;
}

std::size_t size_bytes(const std::vector<Value>& row) {
  std::size_t bytes = sizeof row;
  for (const Value& value : row) bytes += size_bytes(value);
  return bytes;
}

}  // namespace rw::storage
