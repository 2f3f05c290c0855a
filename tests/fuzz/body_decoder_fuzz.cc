// Two bytes choose the coding and the pieces in which the others arrive: the text must be that of the whole, and never
// longer than the limit.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/http/body_decoder.h"

namespace {

using rw::http::BodyDecoder;

constexpr std::size_t kLimit = 64 * 1024;

std::optional<std::string> decode(BodyDecoder::Coding coding, std::string_view bytes, std::size_t piece) {
  rw::http::BodyBudget budget;
  rw::http::Body body(budget, kLimit);
  BodyDecoder decoder(coding, kLimit);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    const BodyDecoder::Outcome outcome = decoder.append(bytes.substr(0, piece), body);
    RW_ASSERT(body.size() <= kLimit);
    if (outcome != BodyDecoder::Outcome::kGood) return std::nullopt;
    RW_ASSERT(decoder.held_bytes() <= BodyDecoder::kMaxHeldBytes);
  }
  if (decoder.finish() != BodyDecoder::Outcome::kGood) return std::nullopt;
  return std::string(body.text());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  constexpr BodyDecoder::Coding kCodings[] = {BodyDecoder::Coding::kGzip, BodyDecoder::Coding::kDeflate,
                                              BodyDecoder::Coding::kZstd, BodyDecoder::Coding::kIdentity};
  const BodyDecoder::Coding coding = kCodings[data[0] % 4U];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  RW_ASSERT(decode(coding, bytes, 1 + data[1] % 32U) == decode(coding, bytes, size));
  return 0;
}
