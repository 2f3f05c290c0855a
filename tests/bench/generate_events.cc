// Writes N octet-counted syslog frames to stdout: the load of scripts/bench.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "tests/bench/events.h"

int main(int argc, char** argv) {
  unsigned long long count = 0;
  const bool distinct = argc == 3 && std::string_view(argv[2]) == "distinct";
  if (argc != (distinct ? 3 : 2) || std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), count).ec != std::errc()) {
    std::fputs("usage: generate_events COUNT [distinct]\n", stderr);
    return 2;
  }
  const auto paths = distinct ? rw::bench::Paths::kDistinct : rw::bench::Paths::kRepeating;
  std::string buffer;
  for (unsigned long long i = 0; i < count; ++i) {
    buffer += rw::bench::event_frame(i, paths);
    if (buffer.size() > (1 << 20) || i + 1 == count) {
      if (std::fwrite(buffer.data(), 1, buffer.size(), stdout) != buffer.size()) return 1;
      buffer.clear();
    }
  }
  return 0;
}
