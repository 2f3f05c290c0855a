// Which registry keys are about to be deleted. The Security log tells a key's deletion in two events: 4663 names the
// key and says that the right to delete it was used, 4660 says that the object behind a handle is gone, without its
// name. What the first says is remembered here until the second comes. Thread-safe: the two may come by different
// threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "daemon/core/mutex.h"
#include "daemon/core/time.h"

namespace rw::ingest {

class KeyDeletions {
 public:
  // How far apart, in event time, the two may be; Windows writes them within milliseconds. Handles are used again, so
  // the time is short.
  static constexpr core::Micros::duration kWithin = std::chrono::minutes(3);
  // What is remembered at most; the oldest goes first.
  static constexpr std::size_t kMaxKeys = 10'000;
  static constexpr std::size_t kMaxBytes = 4 * 1024 * 1024;  // texts

  // Texts compare without case. Nothing is remembered or found where one of them is empty.
  struct Handle {
    std::string_view computer;
    std::string_view process_id;  // decimal
    std::string_view handle_id;
  };

  // A later key of the same handle takes its place.
  void remember(const Handle& handle, core::Micros time, std::string_view key_name);

  // The key that the event with this time and record id says to be gone. A key is deleted once: another record id
  // finds nothing, but the same event sent again finds the key again.
  std::optional<std::string> confirm(const Handle& handle, core::Micros time, std::optional<std::uint64_t> record_id);

 private:
  struct Key {
    std::string id;  // of the handle
    core::Micros time;
    std::string key_name;
    bool confirmed = false;
    std::optional<std::uint64_t> confirmed_by;

    std::size_t bytes() const { return id.size() + key_name.size(); }
  };
  using Keys = std::list<Key>;

  void forget(Keys::iterator key) RW_REQUIRES(mutex_);

  core::Mutex mutex_;
  Keys keys_ RW_GUARDED_BY(mutex_);                                                       // oldest first
  std::unordered_map<std::string_view, Keys::iterator> by_handle_ RW_GUARDED_BY(mutex_);  // views of Key::id
  std::size_t bytes_ RW_GUARDED_BY(mutex_) = 0;
};

}  // namespace rw::ingest
