#include "daemon/ingest/http/otlp_value_text.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <iterator>

#include "daemon/core/json_text.h"
#include "daemon/core/text.h"

namespace rw::ingest {

void append_otlp_string(std::string& out, std::string_view text) {
  if (core::is_valid_utf8(text)) {
    core::append_json_string(out, text);
  } else {
    core::append_json_string(out, core::to_valid_utf8(text));
  }
}

void append_otlp_int(std::string& out, std::int64_t value) { fmt::format_to(std::back_inserter(out), "{}", value); }

void append_otlp_double(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
  } else if (std::isinf(value)) {
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
}

void append_otlp_bool(std::string& out, bool value) { out += value ? "true" : "false"; }

// RFC 4648 section 4.
void append_otlp_bytes(std::string& out, std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte = [&](std::size_t at) -> std::uint32_t {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
  };
  out += '"';
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::uint32_t bits = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    out += kAlphabet[bits >> 18];
    out += kAlphabet[bits >> 12 & 63];
    out += at + 1 < bytes.size() ? kAlphabet[bits >> 6 & 63] : '=';
    out += at + 2 < bytes.size() ? kAlphabet[bits & 63] : '=';
  }
  out += '"';
}

void OtlpObjectText::begin() {
  text_.assign(1, '{');
  keys_.clear();
}

bool OtlpObjectText::member(std::string_view key) {
  if (!keys_.insert(key).second) return false;
  if (keys_.size() > 1) text_ += ',';
  append_otlp_string(text_, key);
  text_ += ':';
  return true;
}

std::string_view OtlpObjectText::finish() {
  text_ += '}';
  return text_;
}

}  // namespace rw::ingest
