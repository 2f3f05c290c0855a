// Mutex and Lock that clang's -Wthread-safety can check. Members that a mutex guards carry RW_GUARDED_BY(mutex_).
#pragma once

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define RW_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define RW_THREAD_ATTRIBUTE(x)
#endif

#define RW_GUARDED_BY(mutex) RW_THREAD_ATTRIBUTE(guarded_by(mutex))
#define RW_REQUIRES(...) RW_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))

namespace rw::core {

class RW_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() RW_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() RW_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class RW_THREAD_ATTRIBUTE(scoped_lockable) Lock {
 public:
  explicit Lock(Mutex& mutex) RW_THREAD_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) { mutex_.lock(); }
  ~Lock() RW_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits on a Mutex that the caller holds through a Lock.
using CondVar = std::condition_variable_any;

}  // namespace rw::core
