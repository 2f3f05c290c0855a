#include "daemon/ingest/framing/event_file.h"

#include <algorithm>

#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kEventEnd = "</Event>";
constexpr std::string_view kObjectEnd = "\n}";
constexpr std::size_t kUtf16MarkBytes = 2;

// Tags that stand around events and carry nothing.
bool is_wrapper(std::string_view text) {
  return text.starts_with("<Events") || text.starts_with("</Events") || text.starts_with("<?xml");
}

}  // namespace

void EventFile::append(std::string_view bytes) {
  buffer_.erase(0, start_);
  scanned_ = scanned_ > start_ ? scanned_ - start_ : 0;
  start_ = 0;
  if (begun_ && !utf16_) {
    buffer_ += bytes;
    return;
  }
  undecoded_ += bytes;
  convert(false);
}

// Takes over of undecoded_ what can be.
void EventFile::convert(bool at_end) {
  if (!begun_) {
    if (!at_end && undecoded_.size() < core::kByteOrderMark.size()) return;
    begun_ = true;
    utf16_ = core::utf16_byte_order_of_markup(undecoded_);
    if (undecoded_.starts_with(core::kByteOrderMark)) undecoded_.erase(0, core::kByteOrderMark.size());
    if (utf16_ && core::utf16_byte_order(undecoded_)) undecoded_.erase(0, kUtf16MarkBytes);
  }
  const std::size_t whole = utf16_ && !at_end ? core::utf16_whole_bytes(undecoded_, *utf16_) : undecoded_.size();
  const std::string_view text = std::string_view(undecoded_).substr(0, whole);
  // After the first characters a mark is one like others.
  if (utf16_ && core::utf16_byte_order(text) == utf16_) buffer_ += core::kByteOrderMark;
  buffer_ += utf16_ ? core::utf16_to_utf8(text, *utf16_) : std::string(text);
  undecoded_.erase(0, whole);
}

std::optional<std::string_view> EventFile::next_at_end() {
  if (!undecoded_.empty()) convert(true);
  return take(true);
}

std::string_view EventFile::consume(std::size_t bytes) {
  const std::string_view payload = std::string_view(buffer_).substr(start_, bytes);
  start_ += bytes;
  scanned_ = start_;
  return payload;
}

std::optional<std::string_view> EventFile::take(bool at_end) {
  while (true) {
    while (start_ < buffer_.size() && core::is_blank(buffer_[start_])) ++start_;
    const std::string_view rest = std::string_view(buffer_).substr(start_);
    if (rest.empty()) return std::nullopt;
    scanned_ = std::max(scanned_, start_);

    if (is_wrapper(rest)) {
      const std::size_t end = rest.find('>');
      if (end == std::string_view::npos) return at_end ? std::optional(consume(rest.size())) : std::nullopt;
      consume(end + 1);
      continue;
    }

    // XML ends at its end tag, pretty-printed JSON at its closing brace, everything else at its line end.
    const bool xml = rest.front() == '<';
    const bool pretty = rest.starts_with("{\n") || rest.starts_with("{\r\n");
    if (!at_end && (rest == "{" || rest == "{\r")) return std::nullopt;
    const std::string_view end_mark = xml ? kEventEnd : pretty ? kObjectEnd : std::string_view("\n");
    const std::size_t end = buffer_.find(end_mark, scanned_);
    if (end != std::string::npos) return consume(end + end_mark.size() - start_);
    if (at_end) return consume(rest.size());
    if (rest.size() > max_payload_bytes_) return consume(max_payload_bytes_);
    // A mark may straddle two chunks.
    scanned_ = std::max(start_, buffer_.size() - std::min(buffer_.size(), kEventEnd.size()));
    return std::nullopt;
  }
}

}  // namespace rw::ingest
