// OTLP messages as their senders write them. Protobuf by hand: a test that used the reader's own tables would find
// nothing.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace rw::ingest::otlp_test {

inline std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}
inline std::string number_field(unsigned number, std::uint64_t value) { return varint(number << 3) + varint(value); }
inline std::string bytes_field(unsigned number, std::string_view bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}
inline std::string fixed64_field(unsigned number, std::uint64_t value) {
  std::string out = varint(number << 3 | 1);
  for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

// AnyValue
inline std::string text_value(std::string_view text) { return bytes_field(1, text); }
inline std::string bool_value(bool value) { return number_field(2, value ? 1 : 0); }
inline std::string int_value(std::int64_t value) { return number_field(3, static_cast<std::uint64_t>(value)); }
inline std::string double_value(double value) { return fixed64_field(4, std::bit_cast<std::uint64_t>(value)); }
inline std::string list_value(std::string_view values) { return bytes_field(5, values); }
inline std::string pairs_value(std::string_view values) { return bytes_field(6, values); }
inline std::string raw_value(std::string_view bytes) { return bytes_field(7, bytes); }
// One of the values of an ArrayValue or a KeyValueList.
inline std::string element(std::string_view value) { return bytes_field(1, value); }
inline std::string key_value(std::string_view key, std::string_view value) {
  return bytes_field(1, key) + bytes_field(2, value);
}
inline std::string pair(std::string_view key, std::string_view value) { return element(key_value(key, value)); }

// LogRecord, and what is around it.
inline std::string record_body(std::string_view any_value) { return bytes_field(5, any_value); }
inline std::string record_attribute(std::string_view key, std::string_view value) {
  return bytes_field(6, key_value(key, value));
}
inline std::string in_scope(std::string_view record) { return bytes_field(2, record); }
inline std::string resource_of(std::string_view host) {
  return bytes_field(1, bytes_field(1, key_value("os.type", text_value("windows"))) +
                            bytes_field(1, key_value("host.name", text_value(host))));
}
inline std::string in_request(std::string_view records, std::string_view resource = {}) {
  return bytes_field(
      1, std::string(resource) + bytes_field(2, bytes_field(1, bytes_field(1, "scope")) + std::string(records)));
}

// The same as JSON.
inline std::string json_request(std::string_view records, std::string_view host = "till-9") {
  return R"({"resourceLogs":[{"resource":{"attributes":[{"key":"os.type","value":{"stringValue":"windows"}},)"
         R"({"key":"host.name","value":{"stringValue":")" +
         std::string(host) + R"("}}]},"scopeLogs":[{"scope":{"name":"w"},"logRecords":[)" + std::string(records) +
         "]}]}]}";
}

}  // namespace rw::ingest::otlp_test
