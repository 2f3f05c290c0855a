#include "storage/sqlite/terms.h"

#include <algorithm>
#include <random>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rw::storage::sqlite {
namespace {

constexpr std::size_t kFirstSlots = 1 << 14;

}  // namespace

TermMap::TermMap() : seed_((std::uint64_t{std::random_device{}()} << 32) | std::random_device{}()) {
  slots_.resize(kFirstSlots);
}

TermMap::Slot& TermMap::find(std::string_view text, std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (true) {
    Slot& slot = slots_[at];
    if (slot.id == 0 || (slot.hash == hash && std::string_view(slot.text, slot.size) == text)) return slot;
    at = (at + 1) & mask;
  }
}

std::int64_t TermMap::id(std::string_view text) {
  if (text.empty()) return 0;
  Slot* slot = &find(text, XXH3_64bits_withSeed(text.data(), text.size(), seed_));
  if (slot->id != 0) return slot->id;
  const std::int64_t id = highest_id_ + 1;
  insert(text, id);
  slot = &find(text, XXH3_64bits_withSeed(text.data(), text.size(), seed_));
  pending_.push_back({id, {slot->text, slot->size}});
  return id;
}

void TermMap::insert(std::string_view text, std::int64_t id) {
  if ((used_ + 1) * 10 > slots_.size() * 7) grow();
  const std::uint64_t hash = XXH3_64bits_withSeed(text.data(), text.size(), seed_);
  Slot& slot = find(text, hash);
  highest_id_ = std::max(highest_id_, id);
  if (slot.id != 0) return;  // two processes made the same term: either id will do
  const std::string_view kept = texts_.copy(text);
  slot = {hash, id, kept.data(), static_cast<std::uint32_t>(kept.size())};
  ++used_;
}

void TermMap::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.id == 0) continue;
    std::size_t at = slot.hash & mask;
    while (slots_[at].id != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

core::Result<void> TermMap::load_new(Connection& connection) {
  RW_TRY(Statement select, connection.prepare("SELECT id, text FROM term WHERE id > ?1"));
  select.bind(1, highest_id_);
  while (true) {
    RW_TRY(const bool row, select.step());
    if (!row) return {};
    insert(select.text(1), select.integer(0));
  }
}

core::Result<void> TermMap::insert_pending(Statement& insert) {
  for (const Pending& item : pending_) {
    insert.bind(1, item.id);
    insert.bind(2, item.text);
    RW_CHECK(insert.run());
  }
  pending_.clear();
  return {};
}

void TermMap::clear() {
  slots_.assign(kFirstSlots, Slot{});
  used_ = 0;
  texts_ = core::Arena();
  highest_id_ = 0;
  pending_.clear();
}

}  // namespace rw::storage::sqlite
