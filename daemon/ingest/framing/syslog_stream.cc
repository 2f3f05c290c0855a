#include "daemon/ingest/framing/syslog_stream.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

constexpr std::size_t kMaxCountDigits = 9;
constexpr std::size_t kMinCapacity = 512;
// A buffer with much less in it than this is not worth a smaller one.
constexpr std::size_t kSmallCapacity = 4096;

bool is_line_end(char c) { return c == '\n' || c == '\r' || c == '\0'; }
bool begins_message(char c) { return c == '<' || c == '{' || c == '\xef'; }

// Without one trailing LF, CR LF, CR or NUL.
std::string_view without_line_end(std::string_view text) {
  if (!text.empty() && (text.back() == '\n' || text.back() == '\0')) {
    const bool line_feed = text.back() == '\n';
    text.remove_suffix(1);
    if (!line_feed) return text;
  }
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

// Its place in [from, to), or `to`.
std::size_t find_byte(const char* base, std::size_t from, std::size_t to, char byte) {
  if (from == to) return to;
  const auto* found = static_cast<const char*>(std::memchr(base + from, byte, to - from));
  return found == nullptr ? to : static_cast<std::size_t>(found - base);
}

}  // namespace

SyslogStream::SyslogStream(std::size_t max_message_bytes)
    : max_message_bytes_(max_message_bytes), kept_bytes_(max_message_bytes + 2) {}

void SyslogStream::move_to(std::size_t capacity) {
  std::unique_ptr<char[]> buffer(capacity == 0 ? nullptr : new char[capacity]);
  const std::size_t size = end_ - begin_;
  if (size != 0) std::memcpy(buffer.get(), buffer_.get() + begin_, size);
  buffer_ = std::move(buffer);
  capacity_ = capacity;
  moved_to_front(size);
}

void SyslogStream::moved_to_front(std::size_t size) {
  no_line_feed_before_ -= std::min(no_line_feed_before_, begin_);
  begin_ = 0;
  end_ = size;
}

void SyslogStream::append(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::size_t size = end_ - begin_;
  if (size + bytes.size() > capacity_) {
    // Doubling, so that a message in many small pieces is not copied for each; but not far beyond the limit.
    const std::size_t doubled = std::min(2 * capacity_, kept_bytes_ + bytes.size());
    move_to(std::max({size + bytes.size(), doubled, kMinCapacity}));
  } else if (end_ + bytes.size() > capacity_) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, size);
    moved_to_front(size);
  }
  std::memcpy(buffer_.get() + end_, bytes.data(), bytes.size());
  end_ += bytes.size();
}

// Thousands of connections are idle at a time: what they hold must be what they need.
void SyslogStream::give_back() {
  const std::size_t size = end_ - begin_;
  if (size == 0) {
    move_to(0);
  } else if (capacity_ > kSmallCapacity && capacity_ / 4 > size) {
    move_to(std::max(size, kMinCapacity));
  }
}

core::Result<std::optional<SyslogStream::Message>> SyslogStream::next() {
  while (true) {
    if (frame_ == Frame::kNone) {
      RW_TRY(const bool started, start_frame());
      if (!started) break;
    }
    const std::optional<Message> found = frame_ == Frame::kLine ? end_of_line() : end_of_counted();
    if (!found) {
      drop_over_limit();
      break;
    }
    if (!found->text.empty()) return found;
  }
  give_back();
  return std::optional<Message>();
}

// False: more bytes are needed to tell what the frame is.
core::Result<bool> SyslogStream::start_frame() {
  while (begin_ != end_ && is_line_end(buffer_[begin_])) ++begin_;
  if (begin_ == end_) return false;
  RW_TRY(const Count count, read_count());
  if (count == Count::kUndecided) return false;
  frame_ = count == Count::kFound ? Frame::kCounted : Frame::kLine;
  counted_before_ = count == Count::kFound;
  return true;
}

// MSG-LEN SP, RFC 6587 3.4.1: taken off the buffer when found.
core::Result<SyslogStream::Count> SyslogStream::read_count() {
  const std::string_view text = pending();
  if (text.front() < '1' || text.front() > '9') return Count::kNone;
  std::uint64_t count = 0;
  std::size_t digits = 0;
  while (digits < text.size() && digits <= kMaxCountDigits && core::is_digit(text[digits])) {
    count = count * 10 + static_cast<std::uint64_t>(text[digits] - '0');
    ++digits;
  }
  if (digits > kMaxCountDigits) return Count::kNone;
  if (digits == text.size()) return Count::kUndecided;
  if (text[digits] != ' ') return Count::kNone;
  if (!counted_before_) {
    if (digits + 1 == text.size()) return Count::kUndecided;
    if (!begins_message(text[digits + 1])) return Count::kNone;
  }
  if (count > kMaxCount) {
    return core::Error{core::ErrorCode::kInvalidInput,
                       "octet count " + std::to_string(count) + ": expected at most " + std::to_string(kMaxCount),
                       "check the sender's framing: octet counting and line feeds must not be mixed up"};
  }
  begin_ += digits + 1;
  msg_len_ = count;
  return Count::kFound;
}

SyslogStream::Message SyslogStream::message(std::uint64_t size) const {
  const auto kept = static_cast<std::size_t>(std::min<std::uint64_t>(size, kept_bytes_));
  std::string_view text(buffer_.get() + begin_, kept);
  if (size <= kept_bytes_) {
    text = without_line_end(text);
    size = text.size();
  }
  if (size <= max_message_bytes_) return {text, 0};
  return {text.substr(0, max_message_bytes_), size - max_message_bytes_};
}

std::optional<SyslogStream::Message> SyslogStream::end_of_line() {
  const char* const base = buffer_.get();
  const std::size_t from = begin_ + scanned_;
  const std::size_t line_feed_from = std::max(from, no_line_feed_before_);
  const std::size_t line_feed = find_byte(base, line_feed_from, end_, '\n');
  no_line_feed_before_ = line_feed;
  const std::size_t end = find_byte(base, from, line_feed, '\0');
  if (end == end_) {
    scanned_ = end_ - begin_;
    return std::nullopt;
  }
  const Message found = message(end - begin_ + dropped_bytes_);
  end_frame(end + 1);
  return found;
}

std::optional<SyslogStream::Message> SyslogStream::end_of_counted() {
  if (dropped_bytes_ + (end_ - begin_) < msg_len_) return std::nullopt;
  const Message found = message(msg_len_);
  end_frame(begin_ + static_cast<std::size_t>(msg_len_ - dropped_bytes_));
  return found;
}

void SyslogStream::end_frame(std::size_t end) {
  begin_ = end;
  frame_ = Frame::kNone;
  scanned_ = 0;
  dropped_bytes_ = 0;
}

void SyslogStream::drop_over_limit() {
  const std::size_t size = end_ - begin_;
  if (size <= kept_bytes_) return;
  dropped_bytes_ += size - kept_bytes_;
  end_ = begin_ + kept_bytes_;
  scanned_ = std::min(scanned_, kept_bytes_);
  no_line_feed_before_ = std::min(no_line_feed_before_, end_);
}

std::optional<SyslogStream::Rest> SyslogStream::finish() {
  const bool incomplete = frame_ == Frame::kCounted;
  if (begin_ == end_ && !incomplete) return std::nullopt;
  Message rest = message(end_ - begin_ + dropped_bytes_);
  end_frame(end_);
  if (rest.text.empty() && !incomplete) return std::nullopt;
  return Rest{rest, incomplete};
}

}  // namespace rw::ingest
