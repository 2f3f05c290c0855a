// Undoes Content-Encoding while a body arrives: gzip (RFC 1952, any number of members), deflate (RFC 1950; also bare
// RFC 1951, as some clients send), zstd (RFC 8878, any number of frames). A bomb costs no more than the limits allow,
// counted while decoding:
//   size    decoded bytes, and encoded ones (members and frames may be empty, without end)
//   ratio   decoded to encoded, above the first MiB: what a few KiB may make us do. Deflate cannot exceed it, zstd can
//   memory  zstd's window: 8 MiB, which RFC 9659 demands of this Content-Encoding
//   budget  what all bodies together hold, asked before a body grows
// Time is bounded by the size; that a body arrives is for its reader to watch.
// One object per body, used on one thread.
#pragma once

#include <zlib.h>
#include <zstd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/http/body_budget.h"

namespace rw::http {

class BodyDecoder {
 public:
  enum class Coding { kIdentity, kGzip, kDeflate, kZstd };
  enum class Outcome {
    kGood,
    kTooLarge,  // over one of the limits
    kMalformed,
    kNoRoom,  // the budget of all bodies is used up
  };

  static constexpr std::uint64_t kMaxRatio = 1100;
  static constexpr std::size_t kAnyRatioBytes = 1024 * 1024;
  static constexpr std::size_t kMaxHeldBytes = BodyBudget::kMaxDecoderBytes;

  // nullopt: a coding that is not supported (br, snappy, two after one another).
  static std::optional<Coding> parse_coding(std::string_view content_encoding);

  BodyDecoder(Coding coding, std::size_t max_bytes) : coding_(coding), max_bytes_(max_bytes) {}
  ~BodyDecoder();
  BodyDecoder(const BodyDecoder&) = delete;
  BodyDecoder& operator=(const BodyDecoder&) = delete;

  // Appends what the bytes decode to; what the decoder itself holds is counted with it. After anything but kGood the
  // object must not be used again.
  Outcome append(std::string_view bytes, Body& out);
  // kMalformed: the compressed stream is not whole.
  Outcome finish() const;
  // Memory that it needs beside what it has appended; at most kMaxHeldBytes.
  std::size_t held_bytes() const;

 private:
  struct ZstdFree {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };

  Outcome inflate_some(std::string_view bytes, Body& out);
  Outcome unzstd(std::string_view bytes, Body& out);
  bool has_declared_size() const;
  Outcome take(std::string_view decoded, Body& out) const;

  const Coding coding_;
  const std::size_t max_bytes_;
  std::uint64_t encoded_bytes_ = 0;
  z_stream stream_{};
  std::unique_ptr<ZSTD_DStream, ZstdFree> zstd_;
  bool open_ = false;   // a byte has come (and stream_ or zstd_ holds memory)
  bool ended_ = false;  // a whole member or frame was seen and nothing since

  // Of the zstd frame that is being read.
  std::string frame_head_;
  std::uint64_t frame_bytes_ = 0;  // decoded so far
};

}  // namespace rw::http
