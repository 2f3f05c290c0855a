// Undoes Content-Encoding while a body arrives, and stops at a limit on the decoded bytes: a bomb costs no more than
// the limit. gzip (RFC 1952, any number of members) and deflate (RFC 1950; also bare RFC 1951, as some clients send).
// One object per body, used on one thread.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rw::http {

class BodyDecoder {
 public:
  enum class Coding { kIdentity, kGzip, kDeflate };
  enum class Outcome { kGood, kTooLarge, kMalformed };

  // nullopt: a coding that is not supported (br, zstd, snappy, two after one another).
  static std::optional<Coding> parse_coding(std::string_view content_encoding);

  BodyDecoder(Coding coding, std::size_t max_bytes) : coding_(coding), max_bytes_(max_bytes) {}
  ~BodyDecoder();
  BodyDecoder(const BodyDecoder&) = delete;
  BodyDecoder& operator=(const BodyDecoder&) = delete;

  // Appends what the bytes decode to. After anything but kGood the object must not be used again.
  Outcome append(std::string_view bytes, std::string& out);
  // kMalformed: the compressed stream is not whole.
  Outcome finish() const;

 private:
  Outcome inflate_some(std::string_view bytes, std::string& out);

  const Coding coding_;
  const std::size_t max_bytes_;
  z_stream stream_{};
  bool open_ = false;   // stream_ holds memory of zlib's
  bool ended_ = false;  // a whole member was seen and nothing since
};

}  // namespace rw::http
