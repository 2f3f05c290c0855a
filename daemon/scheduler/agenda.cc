#include "daemon/scheduler/agenda.h"

#include <algorithm>
#include <utility>

#include "daemon/core/result.h"

namespace rw::scheduler {
namespace {

constexpr std::chrono::seconds kLongestSleep{30};

}  // namespace

std::set<Turn>::iterator Agenda::first_due(core::Micros now) {
  // Turns that make findings and wait stand before those that read them; those that are away may be older still.
  const auto oldest_away = std::ranges::find_if(away_, [](const auto& tick) { return !std::get<1>(tick.first); });
  for (auto it = turns_.begin(); it != turns_.end() && it->due <= now; ++it) {
    if (!it->reads_findings || oldest_away == away_.end() || std::get<0>(oldest_away->first) > it->due) return it;
  }
  return turns_.end();
}

std::vector<Turn> Agenda::take() {
  core::Lock lock(mutex_);
  while (!closed_) {
    const auto steady_now = std::chrono::steady_clock::now();
    auto until = steady_now + kLongestSleep;
    for (auto it = paused_.begin(); it != paused_.end();) {
      if (it->first <= steady_now) {
        turns_.insert(it->second);
        it = paused_.erase(it);
      } else {
        until = std::min(until, it->first);
        ++it;
      }
    }
    const core::Micros now = clock_.now();
    auto it = first_due(now);
    if (it != turns_.end()) {
      std::vector<Turn> tick;
      while (it != turns_.end() && (tick.empty() || tick_of(*it) == tick_of(tick.front()))) {
        tick.push_back(*it);
        it = turns_.erase(it);
      }
      away_[tick_of(tick.front())].turns += tick.size();
      return tick;
    }
    const auto next = std::ranges::find_if(turns_, [now](const Turn& turn) { return turn.due > now; });
    if (next != turns_.end() && next->due < now + kLongestSleep)
      until = std::min(until, steady_now + (next->due - now));
    changed_.wait_until(mutex_, until);
  }
  return {};
}

void Agenda::add(const Turn& turn) {
  {
    core::Lock lock(mutex_);
    turns_.insert(turn);
  }
  changed_.notify_all();
}

void Agenda::come_back(const Turn& turn, const std::optional<Turn>& next) {
  const auto tick = away_.find(tick_of(turn));
  RW_ASSERT(tick != away_.end());
  if (next) tick->second.next.push_back(*next);
  if (--tick->second.turns > 0) return;
  turns_.insert(tick->second.next.begin(), tick->second.next.end());
  away_.erase(tick);
}

void Agenda::done(const Turn& turn, const std::optional<Turn>& next) {
  {
    core::Lock lock(mutex_);
    come_back(turn, next);
  }
  changed_.notify_all();
}

void Agenda::done_later(const Turn& turn, const std::optional<Turn>& next, std::chrono::steady_clock::duration pause) {
  {
    core::Lock lock(mutex_);
    come_back(turn, std::nullopt);
    if (next) paused_.emplace_back(std::chrono::steady_clock::now() + pause, *next);
  }
  changed_.notify_all();
}

void Agenda::renew(const std::function<std::optional<Turn>(const Turn&)>& renewed) {
  {
    core::Lock lock(mutex_);
    std::set<Turn> turns;
    for (const Turn& turn : turns_) {
      if (const auto now = renewed(turn)) turns.insert(*now);
    }
    turns_ = std::move(turns);
    const auto goes = [&](Turn& turn) {
      const auto now = renewed(turn);
      if (now) turn = *now;
      return !now;
    };
    std::erase_if(paused_, [&](auto& paused) { return goes(paused.second); });
    for (auto& [key, tick] : away_) std::erase_if(tick.next, goes);
  }
  changed_.notify_all();
}

bool Agenda::any_away() {
  core::Lock lock(mutex_);
  return !away_.empty();
}

void Agenda::wake() {
  { const core::Lock lock(mutex_); }  // whoever has read the clock already waits by now, and hears us
  changed_.notify_all();
}

void Agenda::close() {
  {
    core::Lock lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

}  // namespace rw::scheduler
