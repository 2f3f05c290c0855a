#include "daemon/ingest/http/hec_event.h"

#include <fmt/format.h>
#include "daemon/ingest/decode/simdjson.h"

#include <algorithm>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_limit.h"

namespace rw::ingest {
namespace {

constexpr std::int64_t kFirstMilliseconds = 100'000'000'000;  // 10^11

// Steps through the members of an object that simdjson has found valid and gives each value as it was written, which
// simdjson's tree no longer knows (1.10, 1.79E9, the order and spelling of an event's own members).
class RawValues {
 public:
  explicit RawValues(std::string_view object) : text_(object), at_(1) {}

  // Of the member with this number, from 0; not of one before the last that was asked for.
  std::string_view value(std::size_t number) {
    std::string_view found;
    for (; next_ <= number; ++next_) found = next();
    return found;
  }

 private:
  std::string_view next() {
    at_ = skip_json_string(text_, text_.find('"', at_));
    at_ = skip_json_blank(text_, text_.find(':', at_) + 1);
    const std::size_t start = at_;
    if (text_[at_] == '"') {
      at_ = skip_json_string(text_, at_);
    } else if (text_[at_] == '{' || text_[at_] == '[') {
      at_ = find_json_end(text_, at_).end;
    } else {
      at_ = text_.find_first_of(",} \t\r\n", at_);
    }
    return text_.substr(start, at_ - start);
  }

  std::string_view text_;
  std::size_t at_;
  std::size_t next_ = 0;
};

using simdjson::dom::element;
using simdjson::dom::element_type;

// What a member was, as far as it matters; absent and null are the same. An event that is a string has no raw text.
struct Member {
  bool present = false;
  element value;
  std::string_view raw = {};
};

bool is_number(element value) { return value.is<double>() || value.is<std::int64_t>() || value.is<std::uint64_t>(); }

// Lives until the parser's next document: of its strings, or of the text it was given.
std::string_view text_of(const Member& member) {
  return member.value.is_string() ? member.value.get_string().value_unsafe() : member.raw;
}

}  // namespace

struct HecEventReader::Json {
  simdjson::dom::parser parser;
  std::string cleaned;
};

HecEventReader::HecEventReader(std::string_view body) : body_(body), objects_(body), json_(std::make_unique<Json>()) {}

HecEventReader::~HecEventReader() = default;

std::optional<HecItem> HecEventReader::next() {
  if (!trusted_) return std::nullopt;
  std::optional<JsonPiece> piece = objects_.next();
  if (!piece) return std::nullopt;
  if (!piece->fault.empty()) {
    trusted_ = false;
    return HecItem{HecCode::kInvalidDataFormat, {}, std::move(piece->fault), piece->text};
  }
  HecItem item = read_object(piece->text);
  if (!trusted_) {
    const auto start = static_cast<std::size_t>(piece->text.data() - body_.data());
    item.reason = fmt::format("byte {}: {}", start, item.reason);
    item.source = body_.substr(start);
  }
  return item;
}

HecItem HecEventReader::read_object(std::string_view text) {
  const auto fault = [&](HecCode code, std::string reason) { return HecItem{code, {}, std::move(reason), text}; };
  if (const core::Result<void> fits = check_event_size(text.size()); !fits.ok()) {
    return fault(HecCode::kInvalidDataFormat, fits.error().message);
  }
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
  std::size_t number = 0;
  for (const simdjson::dom::key_value_pair item : object) {
    Member* const member = item.key == "event"    ? &event
                           : item.key == "time"   ? &time
                           : item.key == "host"   ? &host
                           : item.key == "fields" ? &fields
                                                  : nullptr;
    if (member != nullptr && !member->present && !item.value.is_null()) {
      *member = {.present = true, .value = item.value};
      // The text of an event is long, and needs no second look.
      if (member != &event || !item.value.is_string()) member->raw = raw_values.value(number);
    }
    ++number;
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
  if (host.present) item.event.host = text_of(host);
  item.event.payload = text_of(event);
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
