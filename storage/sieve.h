// One look at a window for many searches. Hundreds of detections are due at the same minute and most of them find
// nothing: a sieve tries all their patterns on each distinct path, process and source once (and again only on new
// ones), passes over the events of the window once, and says which events each search can concern at all.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "daemon/cim/fields.h"
#include "daemon/cim/finding.h"
#include "daemon/core/result.h"
#include "storage/dialect.h"
#include "storage/late.h"
#include "storage/predicate.h"

namespace rw::storage {

struct Filter {
  cim::Dataset dataset = cim::Dataset::kRegistry;
  Predicate where;
};

// What a sieve left for one filter. Events may be left that do not pass the filter, never the other way round.
struct Sifted {
  bool nothing = false;  // no event of the window passes
  // Sees these events and no other: the search's query in this dialect gives the same rows as over the window.
  // nullptr: the filter leaves too many for this to pay.
  std::shared_ptr<const Dialect> dialect;
};

// Belongs to the reader that made it: one thread at a time, not after the reader.
class Sieve {
 public:
  virtual ~Sieve() = default;
  // One for each filter, in their order. Errors: those of Reader::scan.
  virtual core::Result<std::vector<Sifted>> sift(const cim::Window& window, std::chrono::milliseconds timeout) = 0;
  // Whether one of the new events of the window may pass; one answer for each filter. Errors: those of Reader::scan.
  virtual core::Result<std::vector<bool>> may_pass(const cim::Window& window, const NewEvents& events,
                                                   std::chrono::milliseconds timeout) = 0;
  // What it has learnt takes about so much memory.
  virtual std::size_t size_bytes() const = 0;
};

}  // namespace rw::storage
