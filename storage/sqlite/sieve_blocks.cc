// How a sieve passes over blocks, see blocks.h.
#include <fmt/format.h>

#include <optional>
#include <vector>

#include "storage/sqlite/sieve.h"

namespace rw::storage::sqlite {
namespace {

constexpr int kMostTexts = 256;  // to read more of a block's texts one by one takes longer than to read the block

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
      ranges.push_back({first, last, block.is_known, block.is_known ? candidates_ : all_filters_});
    }
  }
  return ranges;
}

// Leaves in candidates_ the filters that what stands in the block does not rule out. False: none.
core::Result<bool> TableSieve::may_concern(BlockReader& blocks, const Block& block) {
  if (!block.is_known) return true;
  candidates_ = all_filters_;
  passed_of_block_.assign(facets_.size(), {});
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
    if (filters_[filter].ask(passed_of_block_) == Answer::kNo) remove(candidates_, filter);
    return core::Result<void>();
  }));
  return any(candidates_);
}

// What the values in the block pass: for the facet, and in of_facet_ the filters that some value does not rule out.
// False: it is not known.
core::Result<bool> TableSieve::ask_parts(BlockReader& blocks, const Block& block, std::size_t place) {
  Facet& facet = *facets_[order_[place]];
  SomeAndAll& of_block = of_block_[order_[place]];
  of_block.some.assign(facet.tests() / 64 + 1, 0);
  of_block.all.assign(facet.tests() / 64 + 1, ~std::uint64_t{0});
  of_facet_.assign(candidates_.size(), 0);
  met_.clear();
  const auto add_class = [&](Facet::Class found) {
    if (found >= met_.size()) met_.resize(found + 1);
    if (met_[found]) return;
    met_[found] = true;
    const Bits& filters = remaining(place, found).filters;
    for (std::size_t word = 0; word < of_facet_.size(); ++word) of_facet_[word] |= filters[word];
    const Bits* const tests = facet.tests_of(found);
    if (tests == nullptr) return;
    for (std::size_t word = 0; word < tests->size(); ++word) {
      of_block.some[word] |= (*tests)[word];
      of_block.all[word] &= (*tests)[word];
    }
  };
  if (parts_[place].or_null) add_class(facet.class_of_null());
  int texts = 0;
  for (const BlockPart* part : parts_[place].parts) {
    RW_TRY(std::optional<CountsReader> values, blocks.counts(*part, block));
    if (!values) return false;
    while (values->next()) {
      Facet::Class found = facet.class_of_null();
      if (values->value() >= kTextAt) {
        if (++texts > kMostTexts) return false;
        RW_TRY(found, class_of_text_at(place, first_id_of(block.number) + values->value() - kTextAt));
      } else if (values->value() != 0) {
        RW_TRY(found, facet.class_of_id(reader_, values->value()));
      }
      add_class(found);
    }
  }
  if (met_.size() <= Facet::kUnknown || !met_[Facet::kUnknown]) {
    passed_of_block_[order_[place]] = {&of_block.some, &of_block.all};
  }
  return true;
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
