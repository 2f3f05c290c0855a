#include "daemon/ingest/normalize/key_deletions.h"

#include <utility>

#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

// Empty: no handle. No part holds a NUL.
std::string id_of(const KeyDeletions::Handle& handle) {
  if (handle.computer.empty() || handle.process_id.empty() || handle.handle_id.empty()) return {};
  std::string id = core::fold(handle.computer);
  id += '\0';
  id += core::fold(handle.process_id);
  id += '\0';
  id += core::fold(handle.handle_id);
  return id;
}

}  // namespace

void KeyDeletions::forget(Keys::iterator key) {
  bytes_ -= key->bytes();
  by_handle_.erase(key->id);
  keys_.erase(key);
}

void KeyDeletions::remember(const Handle& handle, core::Micros time, std::string_view key_name) {
  std::string id = id_of(handle);
  if (id.empty()) return;
  const core::Lock lock(mutex_);
  if (const auto found = by_handle_.find(id); found != by_handle_.end()) {
    if (found->second->time == time && found->second->key_name == key_name) return;  // the same event again
    forget(found->second);
  }
  keys_.push_back({std::move(id), time, std::string(key_name), false, std::nullopt});
  const auto key = std::prev(keys_.end());
  by_handle_.emplace(key->id, key);
  bytes_ += key->bytes();
  while (keys_.size() > kMaxKeys || bytes_ > kMaxBytes) forget(keys_.begin());
}

std::optional<std::string> KeyDeletions::confirm(const Handle& handle, core::Micros time,
                                                 std::optional<std::uint64_t> record_id) {
  const std::string id = id_of(handle);
  if (id.empty()) return std::nullopt;
  const core::Lock lock(mutex_);
  const auto found = by_handle_.find(id);
  if (found == by_handle_.end()) return std::nullopt;
  Key& key = *found->second;
  const auto apart = time < key.time ? key.time - time : time - key.time;
  if (apart > kWithin) return std::nullopt;
  if (key.confirmed && (!record_id || key.confirmed_by != record_id)) return std::nullopt;
  key.confirmed = true;
  key.confirmed_by = record_id;
  return key.key_name;
}

}  // namespace rw::ingest
