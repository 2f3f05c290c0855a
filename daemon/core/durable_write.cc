#include "daemon/core/durable_write.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace rw::core {

int write_durably(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0 ? 0 : errno;
}

}  // namespace rw::core
