#include "daemon/detect/tick.h"

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

}  // namespace rw::detect
