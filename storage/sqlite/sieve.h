// The sieve over SQLite (see storage/sieve.h). One pass over the events of the window reads ids; what they stand for
// was found out before, or is now, once each (see sieve_facet.h). Blocks (see blocks.h) in which every filter is ruled
// out by what stands in them are passed over, and in the others only the filters that are left are looked for. Texts
// that stand in the event itself (value data, command lines) are tried only where some filter still hangs on them.
//
// Memory: of each facet, see there; kMostCombinations combinations of classes with two bits a filter; of the events
// left, kMostEvents a filter and kMostKept in all, 8 bytes each. What goes beyond is not kept: a filter that leaves
// more events sees the whole window.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/sieve.h"
#include "storage/sqlite/block_reader.h"
#include "storage/sqlite/reader.h"
#include "storage/sqlite/sieve_facet.h"
#include "storage/sqlite/sieve_filter.h"

namespace rw::storage::sqlite {

// The events of one table and the filters on them.
class TableSieve {
 public:
  static constexpr std::size_t kMostEvents = 50'000;
  static constexpr std::size_t kMostKept = 2'000'000;

  TableSieve(SqliteReader& reader, cim::Dataset dataset) : reader_(reader), dataset_(dataset) {}

  // `number`: the filter's place in the answer.
  void add(const Predicate& where, std::size_t number);
  // After the last filter. Errors: those of prepare.
  core::Result<void> finish();
  // Errors: those of Reader::scan.
  core::Result<void> sift(const cim::Window& window, std::vector<Sifted>& sifted);
  // As Sieve::may_pass, of this table's filters.
  core::Result<void> may_pass(const cim::Window& window, const NewEvents& events, std::vector<bool>& answers);
  std::size_t size_bytes() const;

 private:
  static constexpr std::size_t kMostCombinations = 65'536;

  // The filters that pass whatever else is in the event, and those that hang on it.
  struct Combination {
    Bits sure;
    Bits open;
    bool has_sure = false;
    bool has_open = false;
  };
  // The filters that one class of one facet does not rule out.
  struct Remaining {
    bool known = false;
    Bits filters = {};
  };
  // What a block has of one facet.
  struct OfBlock {
    bool is_known = false;
    std::vector<Facet::Class> classes = {};
  };
  // The events that a filter left: their ids.
  struct Left {
    std::vector<std::int64_t> events;
    bool too_many = false;

    bool nothing() const { return events.empty() && !too_many; }
    std::string json_ids();  // ascending: as they stand in the table
  };
  // Events to be read: those of a block, or of several of which nothing is known.
  struct IdRange {
    std::int64_t first;
    std::int64_t last;
    bool is_known;    // what stands in the block
    Bits candidates;  // the filters that it does not rule out
  };

  core::Result<void> look(const cim::Window& window, std::int64_t first_id);
  core::Result<std::vector<IdRange>> ids_to_read(const cim::Window& window, std::int64_t first_id);
  core::Result<bool> may_concern(BlockReader& blocks, const Block& block);
  core::Result<bool> ask_parts(BlockReader& blocks, const Block& block, std::size_t place);
  Answer answer_of_block(std::size_t facet, std::size_t test) const;
  core::Result<Facet::Class> class_of_text_at(std::size_t place, std::int64_t id);
  core::Result<void> pass_known(Statement& events, const IdRange& ids);
  core::Result<bool> skim(const IdRange& ids, std::size_t place);
  core::Result<void> pass(Statement& events, std::int64_t first, std::int64_t last, const Bits& candidates);
  core::Result<bool> classify(const Statement& event, const Bits& candidates);
  core::Result<void> classify_mixed(const Statement& event);
  core::Result<Facet::Class> class_at(std::size_t place, const Statement& event, int column);
  const Remaining& remaining(std::size_t place, Facet::Class found);
  const Combination& combination();
  core::Result<void> take(const Statement& event, const Combination& combination);
  core::Result<void> read_text(std::size_t facet, const Statement& event);
  void leave(std::size_t filter, const Statement& event);
  void forget_if_full();

  SqliteReader& reader_;
  const cim::Dataset dataset_;
  std::vector<SieveFilter> filters_;
  std::vector<std::size_t> numbers_;  // by filter
  std::vector<std::unique_ptr<Facet>> facets_;
  // The facets as they are asked: those with ids, the mixed ones, which the pass reads like them, and those whose texts
  // must be put together, which are read only for an event on which a filter still hangs.
  std::vector<std::size_t> order_;
  std::size_t keys_ = 0;              // so many have ids
  std::size_t read_ = 0;              // so many are read by the pass
  std::vector<std::size_t> places_;   // in order_, by facet
  std::vector<PartsOfColumn> parts_;  // by place, of those that the pass reads: what blocks tell of it
  std::vector<Bits> asking_;          // by place: the filters with tests of it
  std::vector<Statement> skim_;       // by place, of those with ids: the column of a block's events
  std::vector<Statement> of_event_;   // by place, where texts may stand in events: the column of one
  Bits all_filters_;
  std::shared_ptr<const Dialect> no_events_;  // for the filters that left none

  std::string by_id_sql_;    // the pass
  std::string by_time_sql_;  // the same, by the index of times
  Statement texts_;
  Statement hold_;

  std::vector<std::vector<Remaining>> remaining_;  // by place and class
  std::unordered_map<std::u32string, Combination> combinations_;
  Combination uncached_;

  // Of one tick
  std::vector<Left> left_;
  std::size_t kept_ = 0;
  std::size_t given_up_ = 0;  // filters that left too many
  // Of one block
  std::vector<std::int64_t> skimmed_;  // ids of events
  Bits candidates_;
  Bits of_facet_;
  std::vector<bool> met_;          // by class
  std::vector<OfBlock> of_block_;  // by facet
  std::vector<char> is_wanted_;    // by class
  // Of one event
  Bits remaining_of_event_;
  std::u32string classes_;           // by place
  std::vector<const Bits*> passed_;  // by facet
  std::vector<bool> text_read_;      // by facet
  bool texts_read_ = false;
};

class SqliteSieve final : public Sieve {
 public:
  static core::Result<std::unique_ptr<Sieve>> open(SqliteReader& reader, const std::vector<Filter>& filters);

  core::Result<std::vector<Sifted>> sift(const cim::Window& window, std::chrono::milliseconds timeout) override;
  core::Result<std::vector<bool>> may_pass(const cim::Window& window, const NewEvents& events,
                                           std::chrono::milliseconds timeout) override;
  std::size_t size_bytes() const override;

 private:
  SqliteSieve(SqliteReader& reader, std::size_t filters) : reader_(reader), filters_(filters) {}

  SqliteReader& reader_;
  const std::size_t filters_;
  std::vector<TableSieve> tables_;
};

}  // namespace rw::storage::sqlite
