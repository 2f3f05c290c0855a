#include "daemon/ingest/http/hec_event.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

// Splunk answers "raw nesting too deep" as code 6; no Windows event is nested more than a few levels.
constexpr std::size_t kMaxDepth = 64;
constexpr std::int64_t kFirstMilliseconds = 100'000'000'000;  // 10^11

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t skip_blank(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

// The position after the string whose quote is at `at`; npos: it does not end.
std::size_t skip_string(std::string_view text, std::size_t at) {
  ++at;
  while ((at = text.find_first_of("\"\\", at)) != std::string_view::npos) {
    if (text[at] == '"') return at + 1;
    at += 2;
  }
  return at;
}

struct Extent {
  std::size_t end = std::string_view::npos;  // npos: the value does not end
  bool too_deep = false;
};

// Where the object or array at `at` ends, by its brackets alone: whether it is JSON is for simdjson to say.
Extent find_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  Extent extent;
  while ((at = text.find_first_of("\"{}[]", at)) != std::string_view::npos) {
    if (text[at] == '"') {
      at = skip_string(text, at);
      if (at == std::string_view::npos) return extent;
      continue;
    }
    if (text[at] == '{' || text[at] == '[') {
      if (++depth > kMaxDepth) {
        extent.too_deep = true;
        return extent;
      }
    } else if (--depth == 0) {
      extent.end = at + 1;
      return extent;
    }
    ++at;
  }
  return extent;
}

// Steps through the members of an object that simdjson has found valid and gives each value as it was written, which
// simdjson's tree no longer knows (1.10, 1.79E9, the order and spelling of an event's own members).
class RawValues {
 public:
  explicit RawValues(std::string_view object) : text_(object), at_(1) {}

  std::string_view next() {
    at_ = skip_string(text_, text_.find('"', at_));
    at_ = skip_blank(text_, text_.find(':', at_) + 1);
    const std::size_t start = at_;
    if (text_[at_] == '"') {
      at_ = skip_string(text_, at_);
    } else if (text_[at_] == '{' || text_[at_] == '[') {
      at_ = find_end(text_, at_).end;
    } else {
      at_ = text_.find_first_of(",} \t\r\n", at_);
    }
    return text_.substr(start, at_ - start);
  }

 private:
  std::string_view text_;
  std::size_t at_;
};

using simdjson::dom::element;
using simdjson::dom::element_type;

// What a member was, as far as it matters; absent and null are the same.
struct Member {
  bool present = false;
  element value;
  std::string_view raw;
};

void take_first(Member& member, element value, std::string_view raw) {
  if (!member.present && !value.is_null()) member = {true, value, raw};
}

bool is_number(element value) { return value.is<double>() || value.is<std::int64_t>() || value.is<std::uint64_t>(); }

std::string_view text_of(const Member& member) {
  return member.value.is_string() ? member.value.get_string().value_unsafe() : member.raw;
}

}  // namespace

struct HecEventReader::Json {
  simdjson::dom::parser parser;
  std::string cleaned;
};

HecEventReader::HecEventReader(std::string_view body) : body_(body), json_(std::make_unique<Json>()) {
  if (body_.starts_with(core::kByteOrderMark)) at_ = core::kByteOrderMark.size();
}

HecEventReader::~HecEventReader() = default;

std::optional<HecItem> HecEventReader::malformed(std::size_t from, std::string reason) {
  trusted_ = false;
  at_ = body_.size();
  return HecItem{HecCode::kInvalidDataFormat, {}, std::move(reason), body_.substr(std::min(from, body_.size()))};
}

std::optional<HecItem> HecEventReader::next() {
  while (true) {
    at_ = skip_blank(body_, at_);
    if (at_ == body_.size()) {
      if (!in_array_ || !trusted_) return std::nullopt;
      in_array_ = false;
      return malformed(at_, fmt::format("byte {}: the array does not end, expected ']'", at_));
    }
    const char c = body_[at_];
    if (in_array_ && c == ']') {
      in_array_ = false;
      ++at_;
      continue;
    }
    if (in_array_ && after_element_) {
      if (c != ',') return malformed(at_, fmt::format("byte {}: expected ',' or ']'", at_));
      after_element_ = false;
      at_ = skip_blank(body_, at_ + 1);
      if (at_ == body_.size() || body_[at_] != '{') {
        return malformed(at_, fmt::format("byte {}: expected an object", at_));
      }
      continue;
    }
    if (!in_array_ && c == '[') {
      in_array_ = true;
      after_element_ = false;
      ++at_;
      continue;
    }
    if (c != '{') return malformed(at_, fmt::format("byte {}: expected an object", at_));

    const std::size_t start = at_;
    const Extent extent = find_end(body_, start);
    if (extent.too_deep) {
      return malformed(start, fmt::format("byte {}: nested deeper than {} levels", start, kMaxDepth));
    }
    if (extent.end == std::string_view::npos) {
      return malformed(start, fmt::format("byte {}: the object does not end", start));
    }
    at_ = extent.end;
    after_element_ = true;
    HecItem item = read_object(body_.substr(start, at_ - start));
    if (!trusted_) return malformed(start, fmt::format("byte {}: {}", start, item.reason));
    return item;
  }
}

HecItem HecEventReader::read_object(std::string_view text) {
  const auto fault = [&](HecCode code, std::string reason) { return HecItem{code, {}, std::move(reason), text}; };
  std::string_view valid = text;
  simdjson::dom::object object;
  simdjson::error_code error = json_->parser.parse(valid.data(), valid.size()).get_object().get(object);
  if (error == simdjson::UTF8_ERROR) {  // Latin-1 from a client that did not convert: keep what can be read
    json_->cleaned = core::to_valid_utf8(text);
    valid = json_->cleaned;
    error = json_->parser.parse(valid.data(), valid.size()).get_object().get(object);
  }
  if (error != simdjson::SUCCESS) {
    trusted_ = false;
    return fault(HecCode::kInvalidDataFormat, simdjson::error_message(error));
  }

  Member event, time, host, fields;
  RawValues raw_values(valid);
  for (const simdjson::dom::key_value_pair member : object) {
    const std::string_view raw = raw_values.next();
    if (member.key == "event") take_first(event, member.value, raw);
    if (member.key == "time") take_first(time, member.value, raw);
    if (member.key == "host") take_first(host, member.value, raw);
    if (member.key == "fields") take_first(fields, member.value, raw);
  }
  if (!event.present) return fault(HecCode::kEventRequired, "no \"event\" member");
  if (event.value.is_string() && core::trim(text_of(event)).empty()) {
    return fault(HecCode::kEventBlank, "\"event\" is an empty string");
  }
  HecItem item;
  item.source = text;
  if (time.present) {
    if (time.value.is_string() || is_number(time.value)) item.event.time = parse_hec_time(text_of(time));
    if (!item.event.time) {
      return fault(HecCode::kIndexedFields, fmt::format("\"time\": {}: expected seconds since 1970 as a decimal number",
                                                        time.raw.substr(0, 100)));
    }
  }
  if (fields.present) {
    simdjson::dom::object flat;
    if (fields.value.get_object().get(flat) != simdjson::SUCCESS) {
      return fault(HecCode::kInvalidDataFormat, "\"fields\": expected an object");
    }
    for (const simdjson::dom::key_value_pair field : flat) {
      if (field.value.type() == element_type::OBJECT) {
        return fault(HecCode::kIndexedFields,
                     fmt::format("\"fields\": {}: expected no object", field.key.substr(0, 100)));
      }
    }
  }
  if (host.present) host_ = text_of(host);
  payload_ = text_of(event);
  item.event.host = host.present ? std::string_view(host_) : std::string_view();
  item.event.payload = payload_;
  return item;
}

std::optional<core::Micros> parse_hec_time(std::string_view text) {
  text = core::trim(text);
  bool negative = false;
  if (!text.empty() && text.front() == '-') {
    negative = true;
    text.remove_prefix(1);
  }
  const std::size_t dot = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, dot);
  const std::string_view fraction = dot == text.size() ? std::string_view() : text.substr(dot + 1);
  if (whole.empty() || whole.size() > 15) return std::nullopt;
  if (!std::all_of(whole.begin(), whole.end(), core::is_digit)) return std::nullopt;
  if (!std::all_of(fraction.begin(), fraction.end(), core::is_digit)) return std::nullopt;

  std::int64_t units = 0;
  for (const char c : whole) units = units * 10 + (c - '0');
  const bool milliseconds = units > kFirstMilliseconds;
  const std::int64_t unit_us = milliseconds ? 1'000 : 1'000'000;
  if (!milliseconds && units > INT64_MAX / unit_us) return std::nullopt;
  std::int64_t us = units * unit_us;
  std::int64_t digit_us = unit_us / 10;
  for (const char c : fraction) {
    us += (c - '0') * digit_us;
    digit_us /= 10;
  }
  return core::from_us(negative ? -us : us);
}

}  // namespace rw::ingest
