#include "daemon/ingest/http/otlp_value_text.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "daemon/core/base64.h"
#include "daemon/core/json_text.h"

namespace rw::ingest {

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

void append_otlp_bytes(std::string& out, std::string_view bytes) {
  out += '"';
  out += core::encode_base64(bytes);
  out += '"';
}

void OtlpObjectText::begin() {
  text_.assign(1, '{');
  keys_.clear();
}

bool OtlpObjectText::member(std::string_view key) {
  if (!keys_.insert(key).second) return false;
  if (keys_.size() > 1) text_ += ',';
  core::append_json_repaired(text_, key);
  text_ += ':';
  return true;
}

std::string_view OtlpObjectText::finish() {
  text_ += '}';
  return text_;
}

}  // namespace rw::ingest
