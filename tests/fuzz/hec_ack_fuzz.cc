// Any bytes as a question for acknowledgements: an object of ids, of which only those given out are true, or an error.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/ingest/http/hec_ack.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  rw::ingest::HecAcks acks;
  RW_ASSERT(acks.issue("channel") == 0);
  const auto first = acks.query("channel", body);
  if (!first.ok()) {
    RW_ASSERT(!first.error().message.empty());
    return 0;
  }
  RW_ASSERT(first->starts_with("{\"acks\":{") && first->ends_with("}}"));
  const std::size_t told = first->find(":true");
  RW_ASSERT(told == std::string::npos || first->find("\"0\":true") == told - 3);
  RW_ASSERT(told == std::string::npos || first->find(":true", told + 1) == std::string::npos);
  const auto again = acks.query("channel", body);
  RW_ASSERT(again.ok() && again->find(":true") == std::string::npos);
  return 0;
}
