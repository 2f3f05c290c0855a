// Many searches over one window, as a tick of the scheduler has them: one sieve looks at the window for all, and what
// it left is given to each search. The rows are the same as of single runs. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "daemon/cim/finding.h"
#include "daemon/core/result.h"
#include "daemon/detect/search.h"
#include "storage/store.h"

namespace rw::detect {

class Tick {
 public:
  // The reader outlives the tick. Errors: those of Reader::open_sieve.
  static core::Result<Tick> open(storage::Reader& reader, std::vector<std::shared_ptr<const Search>> searches);

  // For SearchContext::sifted of each of the searches, over this window. Errors: those of Sieve::sift.
  core::Result<SiftedQueries> sift(const cim::Window& window, const storage::SearchLimits& limits);

  // Which of the searches new events of this window may give other rows; one answer each. A query that the sieve is not
  // asked about is taken to pass any event. Errors: those of Sieve::may_pass.
  core::Result<std::vector<bool>> concerned(const cim::Window& window, const storage::NewEvents& events,
                                            const storage::SearchLimits& limits);
  // See storage::Sieve.
  std::size_t size_bytes() const { return sieve_->size_bytes(); }

 private:
  Tick() = default;

  std::vector<std::shared_ptr<const Search>> searches_;
  std::vector<const EventQuery*> queries_;  // those that the sieve is asked about, in its order
  std::unique_ptr<storage::Sieve> sieve_;
};

}  // namespace rw::detect
