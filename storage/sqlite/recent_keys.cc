#include "storage/sqlite/recent_keys.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <span>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rw::storage::sqlite {
namespace {

// Each text's size stands before it, so that no two keys are kept as the same bytes.
void append_sized(std::string& texts, std::string_view text) {
  const std::size_t size = text.size();
  texts.append(reinterpret_cast<const char*>(&size), sizeof(size));
  texts.append(text);
}

bool is_kept_as(RecentKeys::Key key, std::string_view texts) {
  for (const std::string_view text : key) {
    std::size_t size = 0;
    if (texts.size() < sizeof(size) + text.size()) return false;
    std::memcpy(&size, texts.data(), sizeof(size));
    texts.remove_prefix(sizeof(size));
    if (size != text.size() || !texts.starts_with(text)) return false;
    texts.remove_prefix(size);
  }
  return texts.empty();
}

}  // namespace

RecentKeys::RecentKeys(std::size_t places, std::size_t choosing_texts)
    : seed_((std::uint64_t{std::random_device{}()} << 32) | std::random_device{}()),
      mask_(places - 1),
      choosing_texts_(choosing_texts) {}

std::uint64_t RecentKeys::hash_of(Key key) const {
  std::uint64_t hash = seed_;
  for (const std::string_view text : std::span(key.begin(), std::min(key.size(), choosing_texts_))) {
    hash = XXH3_64bits_withSeed(text.data(), text.size(), hash);
  }
  return hash;
}

std::int64_t RecentKeys::find(Key key) const {
  if (places_.empty()) return 0;
  const std::uint64_t hash = hash_of(key);
  const Place& place = places_[hash & mask_];
  return place.hash == hash && is_kept_as(key, place.texts) ? place.id : 0;
}

void RecentKeys::keep(Key key, std::int64_t id) {
  std::string texts;
  for (const std::string_view text : key) append_sized(texts, text);
  if (texts.size() > kLongestKeyBytes) return;
  if (places_.empty()) places_.resize(mask_ + 1);
  const std::uint64_t hash = hash_of(key);
  Place& place = places_[hash & mask_];
  place = {hash, id, std::move(texts)};
}

std::size_t RecentKeys::bytes() const {
  std::size_t bytes = places_.capacity() * sizeof(Place);
  for (const Place& place : places_) bytes += place.texts.capacity();
  return bytes;
}

void RecentKeys::clear() { places_ = std::vector<Place>(); }

}  // namespace rw::storage::sqlite
