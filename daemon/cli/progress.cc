#include "daemon/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace rw::cli {
namespace {

constexpr int kBarWidth = 40;
constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

Progress::Progress(std::int64_t total_bytes) : total_bytes_(total_bytes), terminal_(::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (terminal_) std::fputs("\r\x1b[K", stderr);
}

void Progress::show(std::int64_t bytes) {
  current_bytes_ = bytes;
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kInterval;
  const double share = std::min(1.0, static_cast<double>(done_bytes_ + current_bytes_) /
                                         static_cast<double>(std::max<std::int64_t>(1, total_bytes_)));
  const auto filled = static_cast<std::size_t>(share * kBarWidth);
  std::fputs(
      fmt::format("\r[{}{}] {:3.0f} %", std::string(filled, '#'), std::string(kBarWidth - filled, ' '), share * 100)
          .c_str(),
      stderr);
}

void Progress::next_file() {
  done_bytes_ += current_bytes_;
  current_bytes_ = 0;
}

}  // namespace rw::cli
