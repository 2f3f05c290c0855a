// How a sieve passes over blocks, see blocks.h.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "storage/sqlite/sieve.h"

namespace rw::storage::sqlite {
namespace {

constexpr int kMostTexts = 256;  // to read more of a block's texts one by one takes longer than to read the block

constexpr std::size_t kMostSkimmed = kBlockIds / 8;  // to read more events one by one takes longer than all of a block

constexpr char kNotAsked = 2;

bool covers(const Bits& all, const Bits& some) {
  for (std::size_t word = 0; word < all.size(); ++word) {
    if ((some[word] & ~all[word]) != 0) return false;
  }
  return true;
}

bool meet(const Bits& a, const Bits& b) {
  for (std::size_t word = 0; word < a.size(); ++word) {
    if ((a[word] & b[word]) != 0) return true;
  }
  return false;
}

}  // namespace

core::Result<std::vector<TableSieve::IdRange>> TableSieve::ids_to_read(const cim::Window& window,
                                                                       std::int64_t first_id) {
  std::vector<IdRange> ranges;
  RW_TRY(BlockReader block_reader, BlockReader::open(reader_, dataset_));
  RW_TRY(const std::vector<Block> blocks, block_reader.blocks(window.earliest, window.latest));
  for (const Block& block : blocks) {
    if (last_id_of(block.number) < first_id) continue;
    RW_TRY(const bool wanted, may_concern(block_reader, block));
    if (!wanted) continue;
    const std::int64_t first = first_id_of(block.number);
    const std::int64_t last = last_id_of(block.number);
    const bool follows = !ranges.empty() && ranges.back().last + 1 == first;
    if (follows && !ranges.back().is_known && !block.is_known) {
      ranges.back().last = last;
    } else {
      ranges.push_back({std::max(first, first_id), last, block.is_known, block.is_known ? candidates_ : all_filters_});
    }
  }
  return ranges;
}

// Where all candidates look at one column, most events go by that alone, and reading it alone takes a third of the
// time.
core::Result<void> TableSieve::pass_known(Statement& events, const IdRange& ids) {
  std::size_t place = 0;
  while (place < keys_ && !covers(asking_[place], ids.candidates)) ++place;
  bool few = false;
  if (place < keys_) {
    RW_TRY(few, skim(ids, place));
  }
  if (!few) return pass(events, ids.first, ids.last, ids.candidates);
  for (const std::int64_t id : skimmed_) RW_CHECK(pass(events, id, id, ids.candidates));
  return {};
}

// Leaves in skimmed_ the events of which the facet does not rule out all candidates. False: they are many.
core::Result<bool> TableSieve::skim(const IdRange& ids, std::size_t place) {
  skimmed_.clear();
  is_wanted_.clear();
  Statement& events = skim_[place];
  const ResetAtEnd reset(events);
  events.bind(1, ids.first);
  events.bind(2, ids.last);
  while (skimmed_.size() <= kMostSkimmed) {
    RW_TRY(const bool row, reader_.step(events));
    if (!row) return true;
    RW_TRY(const Facet::Class found, class_at(place, events, 1));
    if (found >= is_wanted_.size()) is_wanted_.resize(found + 1, kNotAsked);
    char& wanted = is_wanted_[found];
    if (wanted == kNotAsked) wanted = meet(remaining(place, found).filters, ids.candidates) ? 1 : 0;
    if (wanted != 0) skimmed_.push_back(events.integer(0));
  }
  return false;
}

// Leaves in candidates_ the filters that what stands in the block does not rule out. False: none.
core::Result<bool> TableSieve::may_concern(BlockReader& blocks, const Block& block) {
  if (!block.is_known) return true;
  candidates_ = all_filters_;
  for (OfBlock& facet : of_block_) facet.is_known = false;
  // A filter goes that each of the values of one facet rules out.
  for (std::size_t place = 0; place < read_; ++place) {
    if (parts_[place].parts.empty() || !meet(candidates_, asking_[place])) continue;
    RW_TRY(const bool known, ask_parts(blocks, block, place));
    if (!known) continue;
    for (std::size_t word = 0; word < candidates_.size(); ++word) candidates_[word] &= of_facet_[word];
    if (!any(candidates_)) return false;
  }
  // And one that asks for this value or that, when the block has neither.
  RW_CHECK(each(candidates_, [&](std::size_t filter) {
    const auto answer_of = [this](std::size_t facet, std::size_t test) { return answer_of_block(facet, test); };
    if (filters_[filter].ask_with(answer_of) == Answer::kNo) remove(candidates_, filter);
    return core::Result<void>();
  }));
  return any(candidates_);
}

// Fills the facet's of_block_, and of_facet_ with the filters that some value in the block does not rule out. False: it
// is not known.
core::Result<bool> TableSieve::ask_parts(BlockReader& blocks, const Block& block, std::size_t place) {
  Facet& facet = *facets_[order_[place]];
  OfBlock& of_block = of_block_[order_[place]];
  of_block.classes.clear();
  of_facet_.assign(candidates_.size(), 0);
  met_.clear();
  const auto add_class = [&](Facet::Class found) {
    if (found >= met_.size()) met_.resize(found + 1);
    if (met_[found]) return;
    met_[found] = true;
    of_block.classes.push_back(found);
    const Bits& filters = remaining(place, found).filters;
    for (std::size_t word = 0; word < of_facet_.size(); ++word) of_facet_[word] |= filters[word];
  };
  if (parts_[place].or_null) add_class(facet.class_of_null());
  int texts = 0;
  for (const BlockPart* part : parts_[place].parts) {
    RW_TRY(std::optional<CountsReader> values, blocks.counts(*part, block));
    if (!values) return false;
    while (values->next()) {
      if (values->value() == 0) {
        add_class(facet.class_of_null());
      } else if (values->value() < kTextAt) {
        RW_TRY(const Facet::Class found, facet.class_of_id(reader_, values->value()));
        add_class(found);
      } else {
        if (++texts > kMostTexts) return false;
        RW_TRY(const Facet::Class found,
               class_of_text_at(place, first_id_of(block.number) + values->value() - kTextAt));
        add_class(found);
      }
    }
  }
  of_block.is_known = true;
  return true;
}

// kYes: every value in the block passes; kNo: none does.
Answer TableSieve::answer_of_block(std::size_t facet, std::size_t test) const {
  if (!of_block_[facet].is_known) return Answer::kMaybe;
  bool some = false;
  bool all = true;
  for (const Facet::Class of_value : of_block_[facet].classes) {
    const Bits* const tests = facets_[facet]->tests_of(of_value);
    if (tests == nullptr) return Answer::kMaybe;
    const bool passes = has(*tests, test);
    some = some || passes;
    all = all && passes;
    if (some && !all) return Answer::kMaybe;
  }
  return some ? Answer::kYes : Answer::kNo;
}

core::Result<Facet::Class> TableSieve::class_of_text_at(std::size_t place, std::int64_t id) {
  Statement& event = of_event_[place];
  const ResetAtEnd reset(event);
  event.bind(1, id);
  RW_TRY(const bool row, reader_.step(event));
  // Gone by now, or, of a column that is made of others, another value of the event: that stands in the block as well.
  if (!row || event.type(0) != SQLITE_TEXT) return facets_[order_[place]]->class_of_null();
  return facets_[order_[place]]->class_of_text(reader_, event.text(0));
}

}  // namespace rw::storage::sqlite
