#include "daemon/scheduler/roster.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "daemon/detect/search.h"
#include "daemon/scheduler/due.h"
#include "daemon/scheduler/tick_sieves.h"

namespace rw::scheduler {
namespace {

// A ledger that is further ahead of the clock than this was written while the clock was wrong.
constexpr std::chrono::hours kClockFault{24};

std::map<std::string, std::shared_ptr<const Served>, std::less<>> served_of(const detect::Catalogue& catalogue) {
  std::map<std::string, std::shared_ptr<const Served>, std::less<>> served;
  for (const auto& detection : catalogue.detections()) {
    if (detection->state != detect::DetectionState::kEnabled) continue;
    core::Result<Cron> cron = Cron::parse(detection->schedule.cron_schedule);
    if (cron.ok()) {
      const bool late = reads_findings(*detection);
      served.emplace(detection->id, std::make_shared<Served>(Served{detection, std::move(cron).value(), late}));
    } else {
      spdlog::error("detection {} ({}) does not run: {}", detection->name, detection->file, cron.error().message);
    }
  }
  return served;
}

}  // namespace

std::size_t Roster::slot_of(const std::string& detection_id) {
  const auto [it, is_new] = by_id_.try_emplace(detection_id, slots_.size());
  if (is_new) slots_.emplace_back();
  return it->second;
}

std::optional<Turn> Roster::turn_of(std::size_t slot, core::Micros served_until, bool in_ledger) const {
  const auto& served = slots_[slot].served;
  if (served == nullptr) return std::nullopt;
  Turn turn{.due = core::Micros::min(), .detection = slot, .served_until = served_until, .in_ledger = in_ledger};
  if (!in_ledger) return turn;
  const auto due = served->cron.next_after(served_until, zone_);
  if (!due) return std::nullopt;
  const cim::Window window = window_of(served->detection->schedule, *due, zone_);
  turn.due = *due;
  turn.reads_findings = served->reads_findings;
  turn.earliest = window.earliest;
  turn.latest = window.latest;
  return turn;
}

std::optional<Turn> Roster::next_turn(std::size_t slot, core::Micros served_until, bool in_ledger) {
  const auto turn = turn_of(slot, served_until, in_ledger);
  slots_[slot].has_turn = turn.has_value();
  return turn;
}

void Roster::serve(const detect::Catalogue& catalogue, const std::vector<storage::LedgerEntry>& ledger) {
  auto served = served_of(catalogue);
  std::map<std::string_view, core::Micros> served_until;
  for (const storage::LedgerEntry& entry : ledger) served_until.emplace(entry.detection_id, entry.served_until);

  core::Lock lock(mutex_);
  ++generation_;
  for (Slot& slot : slots_) slot.served = nullptr;
  for (auto& [id, detection] : served) slots_[slot_of(id)].served = detection;
  agenda_.renew([this](const Turn& turn)
                    RW_REQUIRES(mutex_) { return next_turn(turn.detection, turn.served_until, turn.in_ledger); });
  // From here on only the slots without a turn are left: those that were not served until now.
  const core::Micros now = clock_.now();
  for (const auto& [id, detection] : served) {
    const std::size_t slot = slot_of(id);
    if (slots_[slot].has_turn) continue;
    const auto entry = served_until.find(id);
    core::Micros until = entry == served_until.end() ? now : entry->second;
    if (until > now + kClockFault) {
      spdlog::warn("detection {}: the ledger is ahead of the clock (served until {}): going on from now",
                   detection->detection->name, core::format_rfc3339(until));
      until = now;
    }
    if (const auto turn = next_turn(slot, until, entry != served_until.end())) agenda_.add(*turn);
  }
}

std::optional<Roster::Tick> Roster::take() {
  while (true) {
    const std::vector<Turn> turns = agenda_.take();
    if (turns.empty()) return std::nullopt;
    core::Lock lock(mutex_);
    Tick tick;
    tick.generation = generation_;
    for (const Turn& turn : turns) {
      const auto now = turn_of(turn.detection, turn.served_until, turn.in_ledger);
      if (now == turn) {
        tick.due.push_back({turn, slots_[turn.detection].served});
      } else {  // changed since it was taken
        agenda_.done(turn, next_turn(turn.detection, turn.served_until, turn.in_ledger));
      }
    }
    if (!tick.due.empty()) return tick;
  }
}

Roster::Snapshot Roster::snapshot() {
  core::Lock lock(mutex_);
  Snapshot snapshot{.served = {}, .generation = generation_};
  for (const auto& [id, slot] : by_id_) {
    if (slots_[slot].served != nullptr) snapshot.served.emplace(id, slots_[slot].served);
  }
  return snapshot;
}

void Roster::committed(const Turn& turn, core::Micros until) {
  core::Lock lock(mutex_);
  agenda_.done(turn, next_turn(turn.detection, until, true));
}

void Roster::retry_later(const Turn& turn, std::chrono::steady_clock::duration pause) {
  core::Lock lock(mutex_);
  agenda_.done_later(turn, next_turn(turn.detection, turn.served_until, turn.in_ledger), pause);
}

}  // namespace rw::scheduler
