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

std::uint64_t TermMap::hash_of(std::string_view text) const {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed_);
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
  const std::uint64_t hash = hash_of(text);
  Slot* slot = &find(text, hash);
  if (slot->id == 0) {
    slot = &insert(text, hash, highest_id_ + 1);
    pending_.push_back({slot->id, {slot->text, slot->size}});
  }
  slot->turn = turn_;
  if (in_use_ != nullptr) in_use_->add(slot->id);
  return slot->id;
}

TermMap::Slot& TermMap::insert(std::string_view text, std::uint64_t hash, std::int64_t id) {
  if ((used_ + 1) * 10 > slots_.size() * 7) grow();
  Slot& slot = find(text, hash);
  highest_id_ = std::max(highest_id_, id);
  if (slot.id != 0) return slot;  // several rows of one text: any id will do
  const std::string_view kept = texts_.copy(text);
  slot = {hash, id, kept.data(), static_cast<std::uint32_t>(kept.size()), turn_};
  ++used_;
  return slot;
}

// Its text is not there yet, and there is room.
void TermMap::place(const Slot& slot) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = slot.hash & mask;
  while (slots_[at].id != 0) at = (at + 1) & mask;
  slots_[at] = slot;
}

void TermMap::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.id != 0) place(slot);
  }
}

void TermMap::erase(std::string_view text, std::int64_t id) {
  Slot* const found = &find(text, hash_of(text));
  if (found->id == 0 || found->id != id) return;
  // What was placed behind it for want of its place moves up, or it would not be found any more.
  const std::size_t mask = slots_.size() - 1;
  auto gap = static_cast<std::size_t>(found - slots_.data());
  for (std::size_t at = (gap + 1) & mask; slots_[at].id != 0; at = (at + 1) & mask) {
    const std::size_t wanted = slots_[at].hash & mask;
    if (((at - wanted) & mask) < ((at - gap) & mask)) continue;
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = Slot{};
  --used_;
}

std::size_t TermMap::forget_unused() {
  RW_ASSERT(pending_.empty());
  // One after the other, and none larger than it must be: this is when memory is short.
  const auto is_kept = [this](const Slot& slot) { return slot.id != 0 && slot.turn == turn_; };
  std::vector<Slot> kept(static_cast<std::size_t>(std::ranges::count_if(slots_, is_kept)));
  std::ranges::copy_if(slots_, kept.begin(), is_kept);
  const std::size_t forgotten = used_ - kept.size();
  std::size_t slots = kFirstSlots;
  while (kept.size() * 10 > slots * 5) slots *= 2;
  slots_ = std::vector<Slot>();
  slots_.resize(slots);
  core::Arena texts;
  for (Slot& slot : kept) {
    slot.text = texts.copy({slot.text, slot.size}).data();
    place(slot);
  }
  texts_ = std::move(texts);
  used_ = kept.size();
  ++turn_;
  return forgotten;
}

core::Result<void> TermMap::load_new(Connection& connection, std::size_t max_bytes) {
  RW_TRY(Statement select, connection.prepare("SELECT id, text FROM term WHERE id > ?1 ORDER BY id DESC"));
  select.bind(1, highest_id_);
  while (true) {
    RW_TRY(const bool row, select.step());
    if (!row) return {};
    highest_id_ = std::max(highest_id_, select.integer(0));
    if (bytes() >= max_bytes) return {};
    insert(select.text(1), hash_of(select.text(1)), select.integer(0));
  }
}

core::Result<void> TermMap::insert_pending(RowFeed& rows) {
  for (const Pending& item : pending_) {
    rows.add(item.id);
    rows.add(item.text);
    if (rows.is_full()) RW_CHECK(rows.insert());
  }
  pending_.clear();
  return rows.insert();
}

void TermMap::clear() {
  slots_ = std::vector<Slot>(kFirstSlots);
  used_ = 0;
  texts_ = core::Arena();
  highest_id_ = 0;
  pending_.clear();
}

}  // namespace rw::storage::sqlite
