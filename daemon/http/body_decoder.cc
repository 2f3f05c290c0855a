#include "daemon/http/body_decoder.h"

#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <limits>

#include "daemon/core/result.h"
#include "daemon/core/text.h"

namespace rw::http {
namespace {

constexpr std::size_t kPieceBytes = 32 * 1024;
constexpr int kWindowBits = 15;
constexpr int kMaxZstdWindowLog = 23;            // RFC 9659: 8 MiB
constexpr std::size_t kMostFrameHeadBytes = 18;  // RFC 8878, 3.1.1: magic number and the longest header
constexpr int kGzipFormat = 16;                  // added to the window bits (zlib.h, inflateInit2)

// The first byte of a zlib header has method 8 in its low half. Bare deflate would begin so only with a stored block
// whose padding bits are not zero, which no compressor writes.
bool is_zlib_header(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return (byte & 0x0f) == Z_DEFLATED && (byte >> 4) <= 7;
}

// As far as its first bytes are there. libzstd also reads what came before RFC 8878, with its own ways of failing.
bool is_zstd_frame(std::string_view head) {
  constexpr std::string_view kMagic = "\x28\xb5\x2f\xfd";
  constexpr std::string_view kSkippableMagic = "\x2a\x4d\x18";  // after a byte of 0x50 to 0x5f
  head = head.substr(0, kMagic.size());
  if (kMagic.starts_with(head)) return true;
  return (static_cast<unsigned char>(head.front()) & 0xf0) == 0x50 && kSkippableMagic.starts_with(head.substr(1));
}

}  // namespace

std::optional<BodyDecoder::Coding> BodyDecoder::parse_coding(std::string_view content_encoding) {
  const std::string_view name = core::trim(content_encoding);
  if (name.empty() || core::equals_ascii_nocase(name, "identity")) return Coding::kIdentity;
  if (core::equals_ascii_nocase(name, "gzip") || core::equals_ascii_nocase(name, "x-gzip")) return Coding::kGzip;
  if (core::equals_ascii_nocase(name, "deflate")) return Coding::kDeflate;
  if (core::equals_ascii_nocase(name, "zstd")) return Coding::kZstd;
  return std::nullopt;
}

BodyDecoder::~BodyDecoder() {
  if (open_ && !zstd_) inflateEnd(&stream_);
}

BodyDecoder::Outcome BodyDecoder::append(std::string_view bytes, Body& out) {
  if (coding_ == Coding::kIdentity) {
    if (bytes.size() > max_bytes_ - std::min(out.size(), max_bytes_)) return Outcome::kTooLarge;
    return out.append(bytes) ? Outcome::kGood : Outcome::kNoRoom;
  }
  encoded_bytes_ += bytes.size();
  if (encoded_bytes_ > max_bytes_) return Outcome::kTooLarge;
  if (coding_ == Coding::kZstd) return bytes.empty() ? Outcome::kGood : unzstd(bytes, out);
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, std::numeric_limits<uInt>::max());
    const Outcome outcome = inflate_some(piece, out);
    if (outcome != Outcome::kGood) return outcome;
    bytes.remove_prefix(piece.size());
  }
  return Outcome::kGood;
}

BodyDecoder::Outcome BodyDecoder::inflate_some(std::string_view bytes, Body& out) {
  if (!open_) {
    int window = kWindowBits;
    if (coding_ == Coding::kGzip) {
      window += kGzipFormat;
    } else if (!is_zlib_header(bytes.front())) {
      window = -kWindowBits;
    }
    RW_ASSERT(inflateInit2(&stream_, window) == Z_OK);  // else out of memory
    open_ = true;
    if (!out.count_decoder(held_bytes())) return Outcome::kNoRoom;
  }
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write through it
  stream_.avail_in = static_cast<uInt>(bytes.size());
  std::array<char, kPieceBytes> piece;
  while (true) {
    if (ended_) {
      if (stream_.avail_in == 0) return Outcome::kGood;
      if (coding_ != Coding::kGzip || inflateReset(&stream_) != Z_OK) return Outcome::kMalformed;
      ended_ = false;
    }
    stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream_.avail_out = static_cast<uInt>(piece.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    const Outcome taken = take({piece.data(), piece.size() - stream_.avail_out}, out);
    if (taken != Outcome::kGood) return taken;
    if (status == Z_STREAM_END) {
      ended_ = true;
      continue;
    }
    if (status != Z_OK && status != Z_BUF_ERROR) return Outcome::kMalformed;
    // Nothing left to do until more bytes come.
    if (status == Z_BUF_ERROR || (stream_.avail_in == 0 && stream_.avail_out != 0)) return Outcome::kGood;
  }
}

BodyDecoder::Outcome BodyDecoder::unzstd(std::string_view bytes, Body& out) {
  if (!open_) {
    zstd_.reset(ZSTD_createDStream());
    RW_ASSERT(zstd_ != nullptr);  // else out of memory
    RW_ASSERT(!ZSTD_isError(ZSTD_DCtx_setParameter(zstd_.get(), ZSTD_d_windowLogMax, kMaxZstdWindowLog)));
    open_ = true;
  }
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::array<char, kPieceBytes> piece;
  while (true) {
    ZSTD_outBuffer decoded{piece.data(), piece.size(), 0};
    if (ended_) {
      frame_head_.clear();
      frame_bytes_ = 0;
    }
    const std::size_t begin = in.pos;
    const std::size_t status = ZSTD_decompressStream(zstd_.get(), &decoded, &in);
    if (ZSTD_isError(status)) {
      return ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge ? Outcome::kTooLarge
                                                                                   : Outcome::kMalformed;
    }
    frame_head_ += bytes.substr(begin, std::min(in.pos - begin, kMostFrameHeadBytes - frame_head_.size()));
    if (!is_zstd_frame(frame_head_)) return Outcome::kMalformed;
    // A frame's header decides about the window; nothing is in it yet.
    if (!out.count_decoder(held_bytes())) return Outcome::kNoRoom;
    const Outcome taken = take({piece.data(), decoded.pos}, out);
    if (taken != Outcome::kGood) return taken;
    frame_bytes_ += decoded.pos;
    ended_ = status == 0;
    if (ended_ && !has_declared_size()) return Outcome::kMalformed;
    // With room left in the piece it has given all that it can give.
    if (in.pos == in.size && (ended_ || decoded.pos < decoded.size)) return Outcome::kGood;
  }
}

// libzstd leaves it out where an empty block is the last one of a frame that comes in pieces.
bool BodyDecoder::has_declared_size() const {
  const unsigned long long declared = ZSTD_getFrameContentSize(frame_head_.data(), frame_head_.size());
  return declared == ZSTD_CONTENTSIZE_UNKNOWN || declared == ZSTD_CONTENTSIZE_ERROR || declared == frame_bytes_;
}

BodyDecoder::Outcome BodyDecoder::take(std::string_view decoded, Body& out) const {
  if (decoded.size() > max_bytes_ - std::min(out.size(), max_bytes_)) return Outcome::kTooLarge;
  if (!out.append(decoded)) return Outcome::kNoRoom;
  return out.size() > kAnyRatioBytes && out.size() / kMaxRatio > encoded_bytes_ ? Outcome::kTooLarge : Outcome::kGood;
}

std::size_t BodyDecoder::held_bytes() const {
  constexpr std::size_t kInflateBytes = 40 * 1024;  // zconf.h
  if (zstd_) return ZSTD_sizeof_DStream(zstd_.get());
  return open_ ? kInflateBytes : 0;
}

BodyDecoder::Outcome BodyDecoder::finish() const {
  if (coding_ == Coding::kIdentity) return Outcome::kGood;
  // An encoded body of no bytes at all is an empty body.
  return !open_ || ended_ ? Outcome::kGood : Outcome::kMalformed;
}

}  // namespace rw::http
