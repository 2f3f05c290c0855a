#include "daemon/ingest/http/json_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/core/byte_set.h"
#include "daemon/core/json_text.h"
#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

// Splunk answers "raw nesting too deep" as code 6; no Windows event is nested more than a few levels.
constexpr std::size_t kMaxDepth = 64;

constexpr core::ByteSet kValueStops("\"{}[]");

bool is_json_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

std::size_t skip_json_blank(std::string_view text, std::size_t at) {
  while (at < text.size() && is_json_blank(text[at])) ++at;
  return at;
}

std::size_t skip_json_string(std::string_view text, std::size_t at) {
  ++at;
  while ((at = core::find_json_string_stop(text, at)) != std::string_view::npos) {
    if (text[at] == '"') return at + 1;
    at += 2;
  }
  return at;
}

JsonExtent find_json_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  JsonExtent extent;
  while ((at = kValueStops.find_in(text, at)) != std::string_view::npos) {
    if (text[at] == '"') {
      at = skip_json_string(text, at);
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

JsonObjects::JsonObjects(std::string_view body) : body_(body) {
  if (body_.starts_with(core::kByteOrderMark)) at_ = core::kByteOrderMark.size();
}

JsonPiece JsonObjects::fault(std::size_t from, std::string reason) {
  ended_ = true;
  return {body_.substr(std::min(from, body_.size())), std::move(reason)};
}

void JsonObjects::resume(std::size_t at) {
  at_ = at;
  after_element_ = false;
  ended_ = false;
}

std::optional<JsonPiece> JsonObjects::next() {
  while (!ended_) {
    at_ = skip_json_blank(body_, at_);
    if (at_ == body_.size()) {
      if (!in_array_) return std::nullopt;
      return fault(at_, fmt::format("byte {}: the array does not end, expected ']'", at_));
    }
    const char c = body_[at_];
    if (in_array_ && c == ']') {
      in_array_ = false;
      ++at_;
      continue;
    }
    if (in_array_ && after_element_) {
      if (c != ',') return fault(at_, fmt::format("byte {}: expected ',' or ']'", at_));
      after_element_ = false;
      at_ = skip_json_blank(body_, at_ + 1);
      if (at_ == body_.size() || body_[at_] != '{') {
        return fault(at_, fmt::format("byte {}: expected an object", at_));
      }
      continue;
    }
    if (!in_array_ && c == '[') {
      in_array_ = true;
      after_element_ = false;
      ++at_;
      continue;
    }
    if (c != '{') return fault(at_, fmt::format("byte {}: expected an object", at_));

    const std::size_t start = at_;
    const JsonExtent extent = find_json_end(body_, start);
    if (extent.too_deep) {
      return fault(start, fmt::format("byte {}: nested deeper than {} levels", start, kMaxDepth));
    }
    if (extent.end == std::string_view::npos) {
      return fault(start, fmt::format("byte {}: the object does not end", start));
    }
    at_ = extent.end;
    after_element_ = true;
    return JsonPiece{body_.substr(start, at_ - start), {}};
  }
  return std::nullopt;
}

}  // namespace rw::ingest
