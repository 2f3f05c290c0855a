// The first byte chooses the pieces in which the others arrive: the messages must be those of the whole.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/ingest/framing/syslog_stream.h"

namespace {

constexpr std::size_t kLimit = 64;

std::vector<std::string> messages_of(std::string_view bytes, std::size_t piece) {
  rw::ingest::SyslogStream stream(kLimit);
  std::vector<std::string> messages;
  const auto keep = [&](const rw::ingest::SyslogStream::Message& message) {
    RW_ASSERT(message.text.size() <= kLimit);
    messages.push_back(std::string(message.text) + '+' + std::to_string(message.cut_bytes));
  };
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    stream.append(bytes.substr(0, piece));
    while (true) {
      const auto message = stream.next();
      if (!message.ok()) {
        messages.push_back(message.error().message);
        return messages;
      }
      if (!message->has_value()) break;
      keep(**message);
    }
    RW_ASSERT(stream.buffered_bytes() <= std::max<std::size_t>(512, kLimit + 2 + piece));
  }
  if (const auto rest = stream.finish()) {
    messages.emplace_back(rest->incomplete ? "incomplete" : "rest");
    keep(rest->message);
  }
  return messages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  RW_ASSERT(messages_of(bytes, 1 + data[0] % 32U) == messages_of(bytes, size));
  return 0;
}
