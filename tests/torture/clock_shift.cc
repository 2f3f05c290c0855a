// A library to be preloaded: the process's wall clock is wrong by what a file says, which may change at any time.
// $CLOCK_SHIFT_FILE holds the microseconds as eight bytes, in the machine's order. Other clocks are left alone.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

using ClockGettime = int (*)(clockid_t, timespec*);

const std::atomic<std::int64_t>* open_shift() {
  static const std::atomic<std::int64_t> none{0};
  const char* const path = std::getenv("CLOCK_SHIFT_FILE");
  const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return &none;
  void* const mapped = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
  ::close(file);
  return mapped == MAP_FAILED ? &none : static_cast<const std::atomic<std::int64_t>*>(mapped);
}

std::int64_t shift_us() {
  static const std::atomic<std::int64_t>* const shift = open_shift();
  return shift->load(std::memory_order_relaxed);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t id, timespec* time) noexcept {
  static const auto real = reinterpret_cast<ClockGettime>(::dlsym(RTLD_NEXT, "clock_gettime"));
  const int result = real(id, time);
  if (result != 0 || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE)) return result;
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  const std::int64_t ns = time->tv_sec * kNsPerSecond + time->tv_nsec + shift_us() * 1000;
  time->tv_sec = ns / kNsPerSecond;
  time->tv_nsec = ns % kNsPerSecond;
  return 0;
}

int gettimeofday(timeval* time, void*) noexcept {
  timespec now{};
  const int result = clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}

time_t time(time_t* seconds) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (seconds != nullptr) *seconds = now.tv_sec;
  return now.tv_sec;
}
}
