// The sieve over SQLite (see storage/sieve.h). One pass over the events of the window reads ids; what they stand for
// was found out before, or is now, once each (see sieve_facet.h). Texts that stand in the event itself (value data,
// command lines) are tried only where some filter still hangs on them.
//
// Memory: of each facet, see there; kMostCombinations combinations of classes with two bits a filter; of the events
// left, kMostEvents a filter and kMostIdBytes in all. What goes beyond is not kept: a filter that leaves more events
// sees the whole window.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/sieve.h"
#include "storage/sqlite/reader.h"
#include "storage/sqlite/sieve_facet.h"
#include "storage/sqlite/sieve_filter.h"

namespace rw::storage::sqlite {

// The events of one table and the filters on them.
class TableSieve {
 public:
  static constexpr std::size_t kMostEvents = 50'000;
  static constexpr std::size_t kMostIdBytes = std::size_t{64} * 1024 * 1024;

  TableSieve(SqliteReader& reader, cim::Dataset dataset) : reader_(reader), dataset_(dataset) {}

  // `number`: the filter's place in the answer.
  void add(const Predicate& where, std::size_t number);
  // After the last filter. Errors: those of prepare.
  core::Result<void> finish();
  // Errors: those of Reader::scan.
  core::Result<void> sift(const cim::Window& window, std::vector<Sifted>& sifted);
  // As Sieve::may_pass, of this table's filters.
  core::Result<void> may_pass(const cim::Window& window, const NewEvents& events, std::vector<bool>& answers);

 private:
  static constexpr std::size_t kMostCombinations = 65'536;

  // The filters that pass whatever the mixed columns hold, and those that hang on them.
  struct Combination {
    Bits sure;
    Bits open;
    bool has_sure = false;
    bool has_open = false;
  };
  // The filters that one class of one facet does not rule out.
  struct Remaining {
    bool known = false;
    bool any = false;
    Bits filters = {};
  };
  // The events that a filter left.
  struct Left {
    std::string ids;  // JSON array, not closed
    std::size_t count = 0;
    bool too_many = false;
  };

  core::Result<void> look(const cim::Window& window, std::int64_t first_id);
  core::Result<void> pass(Statement& events);
  core::Result<bool> classify(const Statement& event);
  const Remaining& remaining(std::size_t facet, Facet::Class found);
  const Combination& combination();
  core::Result<void> take(const Statement& event, const Combination& combination);
  core::Result<void> read_mixed(std::size_t facet, const Statement& event);
  void leave(std::size_t filter, std::int64_t id);
  void forget_if_full();

  SqliteReader& reader_;
  const cim::Dataset dataset_;
  std::vector<SieveFilter> filters_;
  std::vector<std::size_t> numbers_;  // by filter
  std::vector<std::unique_ptr<Facet>> facets_;
  std::vector<std::size_t> key_facets_;    // with ids: the first columns of the pass
  std::vector<std::size_t> mixed_facets_;  // the others
  // Where each mixed facet stands: a column of the pass, or, where it costs more than reading a column, of costly_,
  // which is asked only about events on which a filter still hangs.
  struct ColumnPlace {
    bool costly = false;
    int column = 0;
  };
  std::vector<ColumnPlace> places_;  // by facet

  std::string pass_sql_;
  Statement costly_;

  std::vector<std::vector<Remaining>> remaining_;  // by key facet and class
  std::unordered_map<std::u32string, Combination> combinations_;
  Combination uncached_;

  // Of one tick
  std::vector<Left> left_;
  std::size_t id_bytes_ = 0;
  // Of one event
  std::u32string classes_;           // by key facet
  std::vector<const Bits*> passed_;  // by facet
  std::vector<bool> mixed_read_;     // by facet
  bool costly_read_ = false;
};

class SqliteSieve final : public Sieve {
 public:
  static core::Result<std::unique_ptr<Sieve>> open(SqliteReader& reader, const std::vector<Filter>& filters);

  core::Result<std::vector<Sifted>> sift(const cim::Window& window, std::chrono::milliseconds timeout) override;
  core::Result<std::vector<bool>> may_pass(const cim::Window& window, const NewEvents& events,
                                           std::chrono::milliseconds timeout) override;

 private:
  SqliteSieve(SqliteReader& reader, std::size_t filters) : reader_(reader), filters_(filters) {}

  SqliteReader& reader_;
  const std::size_t filters_;
  std::vector<TableSieve> tables_;
};

}  // namespace rw::storage::sqlite
