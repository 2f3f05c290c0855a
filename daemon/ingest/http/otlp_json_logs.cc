// The outer levels are walked on the text (simdjson's On-Demand), each log record alone becomes a tree: a tree of the
// whole request would take several times its size.
#include <fmt/format.h>
#include "daemon/ingest/decode/simdjson.h"

#include <charconv>
#include <utility>

#include "daemon/core/json_text.h"
#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_limit.h"
#include "daemon/ingest/http/otlp_logs.h"
#include "daemon/ingest/http/otlp_value_text.h"

namespace rw::ingest {
namespace {

namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;
using core::Result;

// The member; nullopt: absent, null or `from` is no object.
std::optional<dom::element> member_of(const dom::element& from, std::string_view key) {
  dom::object object;
  dom::element value;
  if (from.get(object) != simdjson::SUCCESS || object.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) {
    return std::nullopt;
  }
  return value;
}

std::string_view kind_of_json(const dom::element& value) {
  switch (value.type()) {
    case dom::element_type::ARRAY:
      return "an array";
    case dom::element_type::OBJECT:
      return "an object";
    case dom::element_type::STRING:
      return "a string";
    case dom::element_type::BOOL:
      return "a bool";
    case dom::element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

// A 64-bit integer as text or as number.
template <class Integer>
std::optional<Integer> integer_of(const dom::element& value) {
  Integer number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

class JsonLogs {
 public:
  explicit JsonLogs(const TakeOtlpLogRecord& take) : take_(take) {}

  // `text` has SIMDJSON_PADDING readable bytes behind it.
  Result<void> read(simdjson::padded_string_view text) {
    ondemand::document document;
    ondemand::object request;
    RW_CHECK(good(parser_.iterate(text).get(document), "the body"));
    RW_CHECK(good(document.get_object().get(request), "the body: expected an object"));
    RW_CHECK(each(request, "resourceLogs", [&](ondemand::object& one) { return resource_logs(one); }));
    if (stopped_) return {};
    // Whatever stands behind: so that a body that is cut off, or goes on, is told.
    bool empty = false;
    RW_CHECK(good(request.reset().get(empty), "the body"));
    std::string_view whole;
    RW_CHECK(good(request.raw_json().get(whole), "the body"));
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
      return core::invalid_input("the body goes on after its end");
    }
    return {};
  }

 private:
  Result<void> good(simdjson::error_code error, std::string_view where) const {
    if (error == simdjson::SUCCESS) return {};
    return core::invalid_input(
        fmt::format("{}: {} (after {} log records)", where, simdjson::error_message(error), records_));
  }

  // Calls `see` for each object of the array that is the member `key`.
  template <class See>
  Result<void> each(ondemand::object& parent, std::string_view key, const See& see) {
    ondemand::value value;
    const simdjson::error_code error = parent.find_field_unordered(key).get(value);
    if (error == simdjson::NO_SUCH_FIELD) return {};
    RW_CHECK(good(error, key));
    bool null = false;
    RW_CHECK(good(value.is_null().get(null), key));
    if (null) return {};
    ondemand::array array;
    RW_CHECK(good(value.get_array().get(array), key));
    for (auto element : array) {
      ondemand::object object;
      RW_CHECK(good(element.get_object().get(object), key));
      RW_CHECK(see(object));
      if (stopped_) return {};
    }
    return {};
  }

  Result<void> resource_logs(ondemand::object& object) {
    host_.clear();
    ondemand::value value;
    const simdjson::error_code error = object.find_field_unordered("resource").get(value);
    if (error != simdjson::NO_SUCH_FIELD) {
      RW_CHECK(good(error, "resource"));
      bool null = false;
      RW_CHECK(good(value.is_null().get(null), "resource"));
      if (!null) RW_CHECK(resource(value));
    }
    return each(object, "scopeLogs", [&](ondemand::object& scope_logs) {
      return each(scope_logs, "logRecords", [&](ondemand::object& record) { return log_record(record); });
    });
  }

  Result<void> resource(ondemand::value& value) {
    ondemand::object object;
    std::string_view raw;
    RW_CHECK(good(value.get_object().get(object), "resource"));
    RW_CHECK(good(object.raw_json().get(raw), "resource"));
    if (const Result<void> fits = check_event_size(raw.size()); !fits.ok()) {
      return core::invalid_input("resource: " + fits.error().message);
    }
    dom::element tree;
    RW_CHECK(good(tree_parser_.parse(raw.data(), raw.size(), false).get(tree), "resource"));
    const auto attributes = member_of(tree, "attributes");
    dom::array list;
    if (!attributes || attributes->get(list) != simdjson::SUCCESS) return {};
    for (const dom::element attribute : list) {
      const auto key = member_of(attribute, "key");
      const auto any = member_of(attribute, "value");
      if (!key || !any || !key->is_string() || key->get_string().value_unsafe() != "host.name") continue;
      const auto text = member_of(*any, "stringValue");
      if (text && text->is_string() && host_.empty()) host_ = text->get_string().value_unsafe();
    }
    return {};
  }

  Result<void> log_record(ondemand::object& object) {
    std::string_view raw;
    RW_CHECK(good(object.raw_json().get(raw), "logRecords"));
    raw = core::trim(raw);
    OtlpLogRecord record{.host = host_, .source = raw};
    fault_.clear();
    if (const Result<void> fits = check_event_size(raw.size()); !fits.ok()) {
      fault_ = fits.error().message;
    } else {
      dom::element tree;
      const simdjson::error_code error = tree_parser_.parse(raw.data(), raw.size(), false).get(tree);
      if (error == simdjson::DEPTH_ERROR) {
        too_deep();
      } else if (error != simdjson::SUCCESS) {
        return good(error, fmt::format("log record {}", records_));
      } else {
        record.time = time_of(tree);
        record.payload = payload(tree);
      }
    }
    ++records_;
    record.fault = fault_;
    stopped_ = !take_(record);
    return {};
  }

  std::optional<core::Micros> time_of(const dom::element& record) {
    for (const std::string_view key : {"timeUnixNano", "observedTimeUnixNano"}) {
      const auto value = member_of(record, key);
      if (!value) continue;
      const auto ns = integer_of<std::uint64_t>(*value);
      if (!ns) {
        fault(fmt::format("{}: expected nanoseconds since 1970 as a whole number", key));
      } else if (*ns != 0) {
        return core::from_us(static_cast<std::int64_t>(*ns / 1000));
      }
    }
    return std::nullopt;
  }

  std::string_view payload(const dom::element& record) {
    const auto body = member_of(record, "body");
    object_.begin();
    if (body) {
      if (!body->is_object()) {
        fault(fmt::format("body is {}: expected an object", kind_of_json(*body)));
      } else if (const auto text = member_of(*body, "stringValue")) {
        std::string_view words;
        if (text->get(words) != simdjson::SUCCESS) fault("body: stringValue: expected a string");
        if (!core::trim(words).empty()) return words;
      } else if (const auto pairs = member_of(*body, "kvlistValue")) {
        members(member_of(*pairs, "values"));
      } else if (body->get_object().value_unsafe().size() != 0) {
        fault(fmt::format("the body has {}: expected stringValue or kvlistValue", first_key(*body)));
      }
    }
    members(member_of(record, "attributes"));
    if (object_.empty()) fault("neither a body nor attributes");
    return object_.finish();
  }

  static std::string first_key(const dom::element& object) {
    return core::quoted((*object.get_object().value_unsafe().begin()).key);
  }

  // Calls `see(key, value)` for each KeyValue; a value that is absent or null is nullopt.
  template <class See>
  void each_pair(const std::optional<dom::element>& list, const See& see) {
    if (!list) return;
    dom::array array;
    if (list->get(array) != simdjson::SUCCESS) {
      fault(fmt::format("key-value list: {}: expected an array", kind_of_json(*list)));
      return;
    }
    for (const dom::element pair : array) {
      const auto key = member_of(pair, "key");
      if (key && !key->is_string()) fault("a key is no string");
      see(key && key->is_string() ? key->get_string().value_unsafe() : std::string_view(), member_of(pair, "value"));
    }
  }

  void members(const std::optional<dom::element>& list) {
    each_pair(list, [&](std::string_view key, const std::optional<dom::element>& value) {
      if (object_.member(key)) append(value, 1);
    });
  }

  // To object_.text().
  void append(const std::optional<dom::element>& value, int depth) {
    std::string& out = object_.text();
    if (!value) {
      out += "null";
      return;
    }
    const std::size_t before = out.size();
    if (const auto text = member_of(*value, "stringValue")) {
      if (text->is_string()) core::append_json_repaired(out, text->get_string().value_unsafe());
    } else if (const auto boolean = member_of(*value, "boolValue")) {
      if (boolean->is_bool()) append_otlp_bool(out, boolean->get_bool().value_unsafe());
    } else if (const auto integer = member_of(*value, "intValue")) {
      if (const auto number = integer_of<std::int64_t>(*integer)) append_otlp_int(out, *number);
    } else if (const auto real = member_of(*value, "doubleValue")) {
      double number = 0;
      if (real->get(number) == simdjson::SUCCESS) append_otlp_double(out, number);
      if (real->is_string()) core::append_json_repaired(out, real->get_string().value_unsafe());  // "NaN", "Infinity"
    } else if (const auto bytes = member_of(*value, "bytesValue")) {
      if (bytes->is_string()) core::append_json_repaired(out, bytes->get_string().value_unsafe());  // base64 already
    } else if (const auto array = member_of(*value, "arrayValue")) {
      append_array(member_of(*array, "values"), depth);
    } else if (const auto pairs = member_of(*value, "kvlistValue")) {
      append_pairs(member_of(*pairs, "values"), depth);
    } else if (value->is_object()) {
      out += "null";  // unset, or of a kind that was added later
    }
    if (out.size() == before) {
      fault("a value does not fit its kind");
      out += "null";
    }
  }

  void append_array(const std::optional<dom::element>& list, int depth) {
    std::string& out = object_.text();
    if (depth >= kMaxOtlpDepth) return too_deep();
    out += '[';
    dom::array array;
    if (list && list->get(array) != simdjson::SUCCESS) {
      fault(fmt::format("arrayValue: {}: expected an array", kind_of_json(*list)));
    } else if (list) {
      bool first = true;
      for (const dom::element element : array) {
        if (!std::exchange(first, false)) out += ',';
        append(element, depth + 1);
      }
    }
    out += ']';
  }

  void append_pairs(const std::optional<dom::element>& list, int depth) {
    std::string& out = object_.text();
    if (depth >= kMaxOtlpDepth) return too_deep();
    bool first = true;
    out += '{';
    each_pair(list, [&](std::string_view key, const std::optional<dom::element>& value) {
      if (!std::exchange(first, false)) out += ',';
      core::append_json_repaired(out, key);
      out += ':';
      append(value, depth + 1);
    });
    out += '}';
  }

  void too_deep() { fault(fmt::format("values nested deeper than {} levels", kMaxOtlpDepth)); }

  // The first counts.
  void fault(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
  }

  const TakeOtlpLogRecord& take_;
  ondemand::parser parser_;
  dom::parser tree_parser_;
  std::string host_;
  std::string fault_;  // of the record that is being read
  OtlpObjectText object_;
  std::size_t records_ = 0;
  bool stopped_ = false;
};

}  // namespace

Result<void> read_otlp_json(std::string_view body, const TakeOtlpLogRecord& take) {
  if (core::trim(body).empty()) return {};
  // simdjson reads a little beyond the end.
  std::string padded = core::is_valid_utf8(body) ? std::string() : core::to_valid_utf8(body);
  if (!padded.empty()) body = padded;
  const std::size_t size = body.size();
  if (padded.empty()) {
    padded.reserve(size + simdjson::SIMDJSON_PADDING);
    padded = body;
  }
  padded.resize(size + simdjson::SIMDJSON_PADDING, ' ');
  return JsonLogs(take).read(simdjson::padded_string_view(padded.data(), size, padded.size()));
}

}  // namespace rw::ingest
