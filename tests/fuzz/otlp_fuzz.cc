// Any bytes as the body of POST /v1/logs, in both forms: it ends, whatever was read lies inside the body, and a record
// has a payload or a fault. The first byte chooses the form: 'j' JSON, anything else protobuf.
#include "daemon/ingest/decode/simdjson.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/ingest/http/otlp_logs.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  const bool json = data[0] == 'j';
  simdjson::dom::parser parser;
  std::size_t records = 0;
  const auto take = [&](const rw::ingest::OtlpLogRecord& record) {
    RW_ASSERT(++records <= size);
    RW_ASSERT(record.source.size() <= 3 * size);  // text that is no UTF-8 grows when it is repaired
    if (!record.fault.empty()) return true;
    RW_ASSERT(!record.payload.empty());
    // A key-value list is JSON, whatever was in it. A string that only begins like it is its sender's business.
    const bool made_here = record.payload.data() < record.source.data() ||
                           record.payload.data() >= record.source.data() + record.source.size();
    if (!json && made_here) {
      simdjson::dom::object object;
      const auto error = parser.parse(record.payload.data(), record.payload.size()).get_object().get(object);
      RW_ASSERT(error == simdjson::SUCCESS);
    }
    return true;
  };
  const auto read = json ? rw::ingest::read_otlp_json(body, take) : rw::ingest::read_otlp_protobuf(body, take);
  RW_ASSERT(read.ok() || !read.error().message.empty());
  return 0;
}
