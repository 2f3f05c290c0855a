#include "daemon/detect/tick.h"

#include <algorithm>
#include <map>
#include <utility>

namespace rw::detect {

core::Result<Tick> Tick::open(storage::Reader& reader, std::vector<std::shared_ptr<const Search>> searches) {
  Tick tick;
  tick.searches_ = std::move(searches);
  std::vector<storage::Filter> filters;
  for (const auto& search : tick.searches_) {
    for (const EventQuery* query : search->queries()) {
      // One that looks back sees more than the window.
      if (is_always(query->where) || !query->keeps_to_window()) continue;
      tick.queries_.push_back(query);
      filters.push_back({query->dataset, query->where});
    }
  }
  RW_TRY(tick.sieve_, reader.open_sieve(std::move(filters)));
  return tick;
}

core::Result<SiftedQueries> Tick::sift(const cim::Window& window, const storage::SearchLimits& limits) {
  RW_TRY(std::vector<storage::Sifted> sifted, sieve_->sift(window, limits.timeout));
  SiftedQueries queries;
  for (std::size_t i = 0; i < sifted.size(); ++i) queries.emplace(queries_[i], std::move(sifted[i]));
  return queries;
}

core::Result<std::vector<bool>> Tick::concerned(const cim::Window& window, const storage::NewEvents& events,
                                                const storage::SearchLimits& limits) {
  RW_TRY(const std::vector<bool> passing, sieve_->may_pass(window, events, limits.timeout));
  std::map<const EventQuery*, bool> passes;
  for (std::size_t i = 0; i < queries_.size(); ++i) passes.emplace(queries_[i], passing[i]);
  std::vector<bool> concerned;
  for (const auto& search : searches_) {
    const std::vector<const EventQuery*> queries = search->queries();
    concerned.push_back(std::ranges::any_of(queries, [&](const EventQuery* query) {
      const auto answer = passes.find(query);
      return events.any_of(query->dataset) && (answer == passes.end() || answer->second);
    }));
  }
  return concerned;
}

}  // namespace rw::detect
