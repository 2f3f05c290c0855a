// The first byte chooses the pieces in which the others arrive: the frames must be those of the whole.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/ingest/framing/relp_stream.h"

namespace {

constexpr std::size_t kLimit = 64;

// Errors without what they quote: that depends on how much has come.
std::vector<std::string> frames_of(std::string_view bytes, std::size_t piece) {
  rw::ingest::RelpStream stream(kLimit);
  std::vector<std::string> frames;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    stream.append(bytes.substr(0, piece));
    while (true) {
      const auto frame = stream.next();
      if (!frame.ok()) {
        frames.push_back(frame.error().message.substr(0, frame.error().message.find(", found")));
        return frames;
      }
      if (!frame->has_value()) break;
      const auto& [txnr, command, data, cut] = **frame;
      RW_ASSERT(data.size() <= kLimit && command.size() <= 32);
      frames.push_back(std::to_string(txnr) + ' ' + std::string(command) + ' ' + std::string(data) + '+' +
                       std::to_string(cut));
    }
    RW_ASSERT(stream.buffered_bytes() <= 2 * (64 + kLimit + piece));
  }
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  RW_ASSERT(frames_of(bytes, 1 + data[0] % 32U) == frames_of(bytes, size));
  return 0;
}
