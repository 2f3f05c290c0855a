// Cuts a byte stream into RELP frames, and makes frames. A frame is
//   TXNR SP COMMAND SP DATALEN [SP DATA] LF
// with TXNR of 1 to 9 digits, COMMAND of 1 to 32 letters, DATALEN of 1 to 9 digits, and SP DATA only where DATALEN is
// not 0. In: bytes in any chunking; out: one frame a call. Data over the limit are cut, the rest is skipped.
// Memory is at most the limit and what one append() brought; nothing at all between frames. One object per connection.
// Source: the RELP specification of librelp, and what librelp 1.11 writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/result.h"

namespace rw::ingest {

class RelpStream {
 public:
  struct Frame {
    std::uint32_t txnr = 0;
    std::string_view command;  // views live until the next append() or next()
    std::string_view data;
    std::uint64_t cut_bytes = 0;  // the data were longer than the limit by this much, which is gone
  };

  explicit RelpStream(std::size_t max_data_bytes) : max_data_bytes_(max_data_bytes) {}

  // Call next() until it has nothing before the next append().
  void append(std::string_view bytes);
  // Next whole frame; nullopt: more bytes needed.
  // Errors: InvalidInput (not of the form above). No way to resynchronise: close the connection.
  core::Result<std::optional<Frame>> next();

  // The bytes that no frame was made of yet.
  std::string_view pending() const { return std::string_view(buffer_).substr(begin_); }
  // Memory it holds.
  std::size_t buffered_bytes() const { return buffer_.capacity(); }

 private:
  // False: the header is not whole yet.
  core::Result<bool> read_header();
  void give_back();

  const std::size_t max_data_bytes_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of the frame, or of its data when in_data_
  bool in_data_ = false;
  std::uint32_t txnr_ = 0;
  std::string command_;
  std::size_t kept_ = 0;       // of the data, this much is given
  std::uint64_t over_ = 0;     // and this much is skipped,
  std::uint64_t skipped_ = 0;  // of which is gone already
};

// data: less than 1 GB.
std::string relp_frame(std::uint32_t txnr, std::string_view command, std::string_view data);

}  // namespace rw::ingest
