// Cuts a TCP byte stream into syslog messages (RFC 6587). In: bytes in any chunking. Out: one message a call, without
// MSG-LEN and trailer. The first byte of every frame decides: 1-9 followed by digits and one space is octet counting
// (3.4.1), anything else ends at LF or NUL (3.4.2). So that a text line "12 apples" is not taken for a count, the byte
// after the space must begin a message ('<', '{' or a BOM) unless the frame before was counted too.
// One trailing LF, CR LF or NUL inside a counted frame is stripped (rsyslog and syslog-ng put it there), empty frames
// and stray line ends between frames are skipped.
// Memory is at most the message limit and what one append() brought; nothing at all between messages.
// One object per connection, used on that connection's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "daemon/core/result.h"

namespace rw::ingest {

class SyslogStream {
 public:
  struct Message {
    std::string_view text;        // lives until the next append() or the next() that has nothing
    std::uint64_t cut_bytes = 0;  // the message was longer than the limit by this much, which is gone
  };

  // A count over this many bytes is nobody's message.
  static constexpr std::uint64_t kMaxCount = 64 * 1024 * 1024;

  explicit SyslogStream(std::size_t max_message_bytes);

  // Call next() until it has nothing before the next append().
  void append(std::string_view bytes);
  // Next whole message; nullopt: more bytes needed. A message over the limit is given cut, its rest skipped.
  // Errors: InvalidInput (a count over kMaxCount). No way to resynchronise: close the connection.
  core::Result<std::optional<Message>> next();
  // The connection has ended: what stands in the buffer without a trailer. For LF framing that is a whole message (the
  // last line of a file has no LF); for a counted frame it is cut off, and `incomplete` is true.
  struct Rest {
    Message message;
    bool incomplete = false;
  };
  std::optional<Rest> finish();

  // The bytes that no message was made of yet.
  std::string_view pending() const { return {buffer_.get() + begin_, end_ - begin_}; }
  // Memory it holds.
  std::size_t buffered_bytes() const { return capacity_; }

 private:
  enum class Frame { kNone, kLine, kCounted };
  enum class Count { kNone, kUndecided, kFound };

  core::Result<bool> start_frame();
  core::Result<Count> read_count();
  std::optional<Message> end_of_line();
  std::optional<Message> end_of_counted();
  void end_frame(std::size_t end);
  // The frame's first `size` bytes stand at begin_, `dropped` of its bytes are gone already.
  Message message(std::uint64_t size) const;
  void drop_over_limit();
  void move_to(std::size_t capacity);
  void moved_to_front(std::size_t size);
  void give_back();

  const std::size_t max_message_bytes_;
  // Beyond the limit, so that a line end just behind it can be told from text.
  const std::size_t kept_bytes_;

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  // of the frame
  std::size_t end_ = 0;
  // In the buffer; so that lines that end in NUL do not make the search for LF start anew each time.
  std::size_t no_line_feed_before_ = 0;

  Frame frame_ = Frame::kNone;
  bool counted_before_ = false;
  std::size_t scanned_ = 0;          // kLine: bytes after begin_ that hold no line end
  std::uint64_t msg_len_ = 0;        // kCounted
  std::uint64_t dropped_bytes_ = 0;  // of the frame, over the limit
};

}  // namespace rw::ingest
