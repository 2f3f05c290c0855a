#include "daemon/ingest/http/otlp_protobuf.h"

#include <fmt/format.h>

namespace rw::ingest {
namespace {

constexpr std::uint64_t kMaxFieldNumber = (1u << 29) - 1;

}  // namespace

core::Error ProtobufReader::error(std::string_view what) const {
  return core::invalid_input(fmt::format("byte {}: {}", left_.data() - body_.data(), what));
}

core::Result<std::uint64_t> ProtobufReader::varint() {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < left_.size(); ++i) {
    const auto byte = static_cast<unsigned char>(left_[i]);
    // The tenth byte has room for one bit.
    if (i == 9 && byte > 1) return error("a varint of more than 64 bits");
    value |= std::uint64_t{byte & 0x7fu} << (7 * i);
    if (byte < 0x80) {
      left_.remove_prefix(i + 1);
      return value;
    }
  }
  return error("cut off in a varint");
}

core::Result<std::uint64_t> ProtobufReader::fixed(std::size_t size) {
  if (left_.size() < size) return error(fmt::format("cut off in a value of {} bytes", size));
  std::uint64_t value = 0;
  for (std::size_t i = size; i > 0; --i) value = value << 8 | static_cast<unsigned char>(left_[i - 1]);
  left_.remove_prefix(size);
  return value;
}

core::Result<std::optional<ProtobufReader::Field>> ProtobufReader::next() {
  if (left_.empty()) return std::optional<Field>();
  RW_TRY(const std::uint64_t tag, varint());
  const std::uint64_t number = tag >> 3;
  if (number == 0 || number > kMaxFieldNumber) return error(fmt::format("field number {}: no field has it", number));
  Field field{.number = static_cast<std::uint32_t>(number), .type = static_cast<WireType>(tag & 7)};
  switch (tag & 7) {
    case 0: {
      RW_TRY(field.value, varint());
      break;
    }
    case 1: {
      RW_TRY(field.value, fixed(8));
      break;
    }
    case 2: {
      RW_TRY(const std::uint64_t length, varint());
      if (length > left_.size()) {
        return error(fmt::format("field {}: {} bytes long, and {} are left", number, length, left_.size()));
      }
      field.bytes = left_.substr(0, length);
      left_.remove_prefix(length);
      break;
    }
    case 5: {
      RW_TRY(field.value, fixed(4));
      break;
    }
    default:
      return error(
          fmt::format("field {}: wire type {}: expected 0, 1, 2 or 5 (groups are not supported)", number, tag & 7));
  }
  return std::optional(field);
}

core::Result<void> ProtobufReader::expect(const Field& field, WireType type, std::string_view name) const {
  if (field.type == type) return {};
  return error(fmt::format("field {} ({}) before it has wire type {}: expected {}", field.number, name,
                           static_cast<int>(field.type), static_cast<int>(type)));
}

core::Result<std::string_view> ProtobufReader::bytes(const Field& field, std::string_view name) const {
  RW_CHECK(expect(field, WireType::kBytes, name));
  return field.bytes;
}

core::Result<std::uint64_t> ProtobufReader::number(const Field& field, WireType type, std::string_view name) const {
  RW_CHECK(expect(field, type, name));
  return field.value;
}

}  // namespace rw::ingest
