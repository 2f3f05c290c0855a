// Field numbers: opentelemetry-proto 1.x, logs/v1/logs.proto, common/v1/common.proto, resource/v1/resource.proto.
#include <fmt/format.h>

#include <bit>
#include <utility>
#include <vector>

#include "daemon/core/json_text.h"
#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_limit.h"
#include "daemon/ingest/http/otlp_logs.h"
#include "daemon/ingest/http/otlp_protobuf.h"
#include "daemon/ingest/http/otlp_value_text.h"

namespace rw::ingest {
namespace {

using core::Result;
using Field = ProtobufReader::Field;
using WireType = ProtobufReader::WireType;

enum class ValueKind : std::uint32_t { kNone = 0, kString, kBool, kInt, kDouble, kArray, kKeyValues, kBytes };

constexpr std::string_view kValueKindNames[] = {"nothing",  "a string", "a bool",           "an int",
                                                "a double", "an array", "a key-value list", "bytes"};

struct AnyValue {
  ValueKind kind = ValueKind::kNone;
  std::uint64_t number = 0;
  std::string_view bytes = {};
};

struct KeyValue {
  std::string_view key;
  std::string_view value;  // an AnyValue's message
};

class ProtobufLogs {
 public:
  ProtobufLogs(std::string_view body, const TakeOtlpLogRecord& take) : body_(body), take_(take) {}

  Result<void> read() {
    return each(body_, [&](const ProtobufReader& reader, const Field& field) -> Result<void> {
      if (field.number != 1 || stopped_) return {};
      RW_TRY(const std::string_view message, reader.bytes(field, "resource_logs"));
      return resource_logs(message);
    });
  }

 private:
  // Calls `see` for every field of the message.
  template <class See>
  Result<void> each(std::string_view message, const See& see) {
    ProtobufReader reader(message, body_);
    while (true) {
      RW_TRY(const std::optional<Field> field, reader.next());
      if (!field) return {};
      RW_CHECK(see(reader, *field));
    }
  }

  Result<void> resource_logs(std::string_view message) {
    host_ = {};
    // The resource may stand behind the records that it is about.
    RW_CHECK(each(message, [&](const ProtobufReader& reader, const Field& field) -> Result<void> {
      if (field.number != 1) return {};
      RW_TRY(const std::string_view bytes, reader.bytes(field, "resource"));
      return resource(bytes);
    }));
    return each(message, [&](const ProtobufReader& reader, const Field& field) -> Result<void> {
      if (field.number != 2 || stopped_) return {};
      RW_TRY(const std::string_view bytes, reader.bytes(field, "scope_logs"));
      return scope_logs(bytes);
    });
  }

  Result<void> resource(std::string_view message) {
    return each(message, [&](const ProtobufReader& reader, const Field& field) -> Result<void> {
      if (field.number != 1) return {};
      RW_TRY(const std::string_view bytes, reader.bytes(field, "attributes"));
      RW_TRY(const KeyValue attribute, key_value(bytes));
      if (attribute.key != "host.name") return {};
      RW_TRY(const AnyValue value, any_value(attribute.value));
      if (value.kind == ValueKind::kString && host_.empty()) host_ = value.bytes;
      return {};
    });
  }

  Result<void> scope_logs(std::string_view message) {
    return each(message, [&](const ProtobufReader& reader, const Field& field) -> Result<void> {
      if (field.number != 2 || stopped_) return {};
      RW_TRY(const std::string_view bytes, reader.bytes(field, "log_records"));
      return log_record(bytes);
    });
  }

  Result<void> log_record(std::string_view message) {
    OtlpLogRecord record{.host = host_, .source = message};
    std::uint64_t time_ns = 0;
    std::uint64_t observed_ns = 0;
    AnyValue body;
    RW_CHECK(each(message, [&](const ProtobufReader& reader, const Field& field) -> Result<void> {
      if (field.number == 1) {
        RW_TRY(time_ns, reader.number(field, WireType::kFixed64, "time_unix_nano"));
      } else if (field.number == 11) {
        RW_TRY(observed_ns, reader.number(field, WireType::kFixed64, "observed_time_unix_nano"));
      } else if (field.number == 5) {
        RW_TRY(const std::string_view bytes, reader.bytes(field, "body"));
        RW_TRY(body, any_value(bytes));
      }
      return {};
    }));
    if (time_ns == 0) time_ns = observed_ns;
    if (time_ns != 0) record.time = core::from_us(static_cast<std::int64_t>(time_ns / 1000));
    fault_.clear();
    if (const Result<void> fits = check_event_size(message.size()); !fits.ok()) {
      fault_ = fits.error().message;
    } else {
      RW_TRY(record.payload, payload(message, body));
    }
    record.fault = fault_;
    stopped_ = !take_(record);
    return {};
  }

  Result<std::string_view> payload(std::string_view message, const AnyValue& body) {
    const bool blank = body.kind == ValueKind::kString && core::trim(body.bytes).empty();
    if (body.kind == ValueKind::kString && !blank) return body.bytes;
    if (body.kind != ValueKind::kNone && body.kind != ValueKind::kKeyValues && !blank) {
      fault_ = fmt::format("the body is {}: expected a string or a key-value list",
                           kValueKindNames[static_cast<std::size_t>(body.kind)]);
      return std::string_view();
    }
    object_.begin();
    if (body.kind == ValueKind::kKeyValues) RW_CHECK(members(body.bytes, 1, "values"));
    RW_CHECK(members(message, 6, "attributes"));
    if (object_.empty()) fault_ = "neither a body nor attributes";
    return object_.finish();
  }

  // The KeyValues that stand in the message as field `number`.
  Result<void> members(std::string_view message, std::uint32_t number, std::string_view name) {
    return each(message, [&](const ProtobufReader& reader, const Field& field) -> Result<void> {
      if (field.number != number) return {};
      RW_TRY(const std::string_view bytes, reader.bytes(field, name));
      RW_TRY(const KeyValue pair, key_value(bytes));
      return object_.member(pair.key) ? append(pair.value, 1) : Result<void>();
    });
  }

  // To object_.text(). Too deep a value sets fault_.
  Result<void> append(std::string_view message, int depth) {
    std::string& out = object_.text();
    RW_TRY(const AnyValue value, any_value(message));
    switch (value.kind) {
      case ValueKind::kNone:
        out += "null";
        return {};
      case ValueKind::kString:
        core::append_json_repaired(out, value.bytes);
        return {};
      case ValueKind::kBool:
        append_otlp_bool(out, value.number != 0);
        return {};
      case ValueKind::kInt:
        append_otlp_int(out, static_cast<std::int64_t>(value.number));
        return {};
      case ValueKind::kDouble:
        append_otlp_double(out, std::bit_cast<double>(value.number));
        return {};
      case ValueKind::kBytes:
        append_otlp_bytes(out, value.bytes);
        return {};
      case ValueKind::kArray:
      case ValueKind::kKeyValues:
        break;
    }
    if (depth >= kMaxOtlpDepth) {
      fault_ = fmt::format("values nested deeper than {} levels", kMaxOtlpDepth);
      out += "null";
      return {};
    }
    const bool array = value.kind == ValueKind::kArray;
    bool first = true;
    out += array ? '[' : '{';
    RW_CHECK(each(value.bytes, [&](const ProtobufReader& reader, const Field& field) -> Result<void> {
      if (field.number != 1) return {};
      RW_TRY(const std::string_view bytes, reader.bytes(field, "values"));
      if (!std::exchange(first, false)) out += ',';
      if (array) return append(bytes, depth + 1);
      RW_TRY(const KeyValue pair, key_value(bytes));
      core::append_json_repaired(out, pair.key);
      out += ':';
      return append(pair.value, depth + 1);
    }));
    out += array ? ']' : '}';
    return {};
  }

  // Of a oneof that was sent twice the last counts.
  Result<AnyValue> any_value(std::string_view message) {
    AnyValue value;
    RW_CHECK(each(message, [&](const ProtobufReader& reader, const Field& field) -> Result<void> {
      if (field.number > static_cast<std::uint32_t>(ValueKind::kBytes)) return {};
      value = {.kind = static_cast<ValueKind>(field.number)};
      switch (value.kind) {
        case ValueKind::kBool:
        case ValueKind::kInt: {
          RW_TRY(value.number, reader.number(field, WireType::kVarint, "value"));
          break;
        }
        case ValueKind::kDouble: {
          RW_TRY(value.number, reader.number(field, WireType::kFixed64, "value"));
          break;
        }
        default: {
          RW_TRY(value.bytes, reader.bytes(field, "value"));
        }
      }
      return {};
    }));
    return value;
  }

  Result<KeyValue> key_value(std::string_view message) {
    KeyValue pair;
    RW_CHECK(each(message, [&](const ProtobufReader& reader, const Field& field) -> Result<void> {
      if (field.number == 1) {
        RW_TRY(pair.key, reader.bytes(field, "key"));
      } else if (field.number == 2) {
        RW_TRY(pair.value, reader.bytes(field, "value"));
      }
      return {};
    }));
    return pair;
  }

  const std::string_view body_;
  const TakeOtlpLogRecord& take_;
  std::string_view host_;
  std::string fault_;  // of the record that is being read
  OtlpObjectText object_;
  bool stopped_ = false;
};

}  // namespace

Result<void> read_otlp_protobuf(std::string_view body, const TakeOtlpLogRecord& take) {
  return ProtobufLogs(body, take).read();
}

}  // namespace rw::ingest
