// Reads one Protocol Buffers message field by field (protobuf.dev "Encoding"), as far as OTLP needs it.
//
// Not libprotobuf: what comes here is outside bytes on the hot path, and of OTLP's log schema four messages matter.
// This reader copies nothing, allocates nothing and never recurses, so its memory is bounded by its input; libprotobuf
// would build a tree several times as large as the request, and with it come generated code and a compiler for it.
//
//   message = *field          field = tag value          tag = varint (number << 3 | wire type)
//   value   = varint (0) / 8 bytes (1) / varint length, bytes (2) / 4 bytes (5)
//
// Groups (3, 4) are refused: proto3 has none. Used on one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/core/result.h"

namespace rw::ingest {

class ProtobufReader {
 public:
  enum class WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  struct Field {
    std::uint32_t number = 0;
    WireType type = WireType::kVarint;
    std::uint64_t value = 0;      // kVarint, kFixed64, kFixed32
    std::string_view bytes = {};  // kBytes; a view of the message
  };

  // `body` is the whole that `message` is a part of: errors name the byte in it. Both outlive the reader.
  ProtobufReader(std::string_view message, std::string_view body) : left_(message), body_(body) {}

  // nullopt: the end. Errors: InvalidInput (cut off, a length beyond the end, a varint of more than 64 bits, a group,
  // a field number that none has); then nothing later can be told apart.
  core::Result<std::optional<Field>> next();

  // The value of a field whose type the schema knows. Errors: InvalidInput (it came with another wire type). `name` is
  // for the message.
  core::Result<std::string_view> bytes(const Field& field, std::string_view name) const;
  core::Result<std::uint64_t> number(const Field& field, WireType type, std::string_view name) const;

 private:
  core::Result<std::uint64_t> varint();
  core::Result<std::uint64_t> fixed(std::size_t size);
  core::Error error(std::string_view what) const;
  core::Result<void> expect(const Field& field, WireType type, std::string_view name) const;

  std::string_view left_;
  const std::string_view body_;
};

}  // namespace rw::ingest
