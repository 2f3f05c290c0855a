#include "storage/sqlite/late_spans.h"

#include <algorithm>
#include <chrono>

namespace rw::storage::sqlite {
namespace {

constexpr std::chrono::hours kClockFault{24};

}  // namespace

core::Result<void> LateSpans::prepare(Connection& connection) {
  RW_TRY(select_, connection.prepare("SELECT earliest, latest FROM searched"));
  RW_TRY(replace_, connection.prepare("INSERT OR REPLACE INTO searched VALUES (1, ?1, ?2)"));
  RW_TRY(extend_,
         connection.prepare("INSERT INTO late_span (minute, dataset, first_id, last_id) VALUES (?1, ?2, ?3, ?4)"
                            " ON CONFLICT DO UPDATE SET last_id = excluded.last_id"));
  RW_TRY(remove_, connection.prepare("DELETE FROM late_span WHERE minute = ?1 AND dataset = ?2 AND last_id <= ?3"));
  RW_TRY(shorten_, connection.prepare("UPDATE late_span SET first_id = ?3 + 1"
                                      " WHERE minute = ?1 AND dataset = ?2 AND first_id <= ?3"));
  return {};
}

core::Result<void> LateSpans::load() {
  searched_ = {core::Micros::max(), core::Micros::min()};
  RW_TRY(const bool row, select_.step());
  if (row) searched_ = {core::from_us(select_.integer(0)), core::from_us(select_.integer(1))};
  select_.reset();
  return {};
}

core::Result<void> LateSpans::announce(const SearchedTime& searched) {
  if (searched_.latest > searched.now + kClockFault) searched_.latest = searched.now;
  searched_.earliest = std::min(searched_.earliest, searched.window.earliest);
  searched_.latest = std::max(searched_.latest, searched.window.latest);
  replace_.bind(1, core::to_us(searched_.earliest));
  replace_.bind(2, core::to_us(searched_.latest));
  return replace_.run();
}

void LateSpans::add(cim::Dataset dataset, core::Micros time, std::int64_t id) {
  const core::Micros minute(std::chrono::floor<std::chrono::minutes>(time));
  const auto [it, is_new] = added_.try_emplace({minute, dataset}, Ids{id, id});
  if (!is_new) it->second.last = id;
}

core::Result<void> LateSpans::settle(const LateSpan& done) {
  for (Statement* statement : {&remove_, &shorten_}) {
    statement->bind(1, core::to_us(done.minute));
    statement->bind(2, cim::dataset_prefix(done.dataset));
    statement->bind(3, done.last_id);
    RW_CHECK(statement->run());
  }
  return {};
}

core::Result<void> LateSpans::flush() {
  for (const auto& [key, ids] : added_) {
    extend_.bind(1, core::to_us(key.first));
    extend_.bind(2, cim::dataset_prefix(key.second));
    extend_.bind(3, ids.first);
    extend_.bind(4, ids.last);
    RW_CHECK(extend_.run());
  }
  added_.clear();
  return {};
}

}  // namespace rw::storage::sqlite
