#include "daemon/http/stream.h"

#include <fmt/format.h>

#include <utility>

namespace rw::http {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;

}  // namespace

bool StreamBody::write(std::string_view bytes) {
  while (!bytes.empty() && !ended_) {
    const std::string_view part = bytes.substr(0, kChunkBytes - piece_.size());
    piece_ += part;
    bytes.remove_prefix(part.size());
    if (piece_.size() >= kChunkBytes) flush();
  }
  return !ended_;
}

bool StreamBody::flush() {
  if (ended_ || piece_.empty()) return !ended_;
  const std::string piece = std::exchange(piece_, {});
  if (coding_ == Coding::kNone) return send(piece);
  return send(fmt::format("{:x}\r\n{}\r\n", piece.size(), piece));
}

bool StreamBody::wait(std::chrono::milliseconds time) {
  // What there is may be no more than the head.
  if (flush()) ended_ = !connection_.flush() || !connection_.wait_while_open(time, stopping_);
  return !ended_;
}

bool StreamBody::finish() {
  if (!flush()) return false;
  return coding_ == Coding::kNone || send("0\r\n\r\n");
}

bool StreamBody::send(std::string_view bytes) {
  ended_ = stopping_ || !connection_.send_all(bytes);
  return !ended_;
}

}  // namespace rw::http
