#include "daemon/core/process_stats.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>

namespace rw::core {

TEST_CASE("what the kernel counts of this process") {
  const auto before = process_stats();
  REQUIRE(before);
  CHECK(before->resident_bytes > 1'000'000);
  CHECK(before->virtual_bytes >= before->resident_bytes);
  CHECK(before->max_fds >= before->open_fds);
  const std::ifstream file("/proc/self/exe");
  const auto after = process_stats();
  CHECK(after->open_fds == before->open_fds + 1);
  CHECK(after->cpu_seconds >= before->cpu_seconds);
  CHECK(after->cpu_seconds < 3600);

  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  CHECK(after->start_time_seconds <= now + 1);
  CHECK(after->start_time_seconds > now - 3600);
}

}  // namespace rw::core
