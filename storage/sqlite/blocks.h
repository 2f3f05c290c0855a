// What stands in the events of kBlockIds consecutive ids, told without reading them: from when to when they are, and
// which minutes, paths, processes, sources and value data they have, each how often. Readers pass over the blocks that
// cannot have what they look for, and count without reading events. Upkeep writes a block down once all its ids are
// given (block_upkeep.h); one of which nothing is written down (the newest, one that retention has cut into) is read
// itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/cim/fields.h"
#include "storage/sqlite/columns.h"

namespace rw::storage::sqlite {

inline constexpr std::int64_t kBlockIds = 4096;
inline constexpr std::int64_t kTextAt = std::int64_t{1} << 62;
inline constexpr std::int64_t block_of(std::int64_t id) { return (id - 1) / kBlockIds; }
inline constexpr std::int64_t first_id_of(std::int64_t block) { return block * kBlockIds + 1; }
inline constexpr std::int64_t last_id_of(std::int64_t block) { return (block + 1) * kBlockIds; }

// SQL of one row: the lowest and the highest id of the dataset's events; null where there are none.
std::string id_limits(cim::Dataset dataset);

// A column of events whose values repeat: whole numbers above 0, or null. In a mixed column (schema.cc) also texts,
// which are told by their event: kTextAt + its place in the block.
struct BlockPart {
  int number;            // names it in event_block_part: never given to another
  std::string_view sql;  // over the event e
};

// All parts that are written down of a block of the dataset's events.
std::span<const BlockPart> block_parts(cim::Dataset dataset);
// The minute of an event's time, since 1970.
const BlockPart& minute_part(cim::Dataset dataset);
// The part whose values tell the field's; nullptr: the field is in none.
const BlockPart* part_of_field(cim::Dataset dataset, const Column& column);

// The parts whose values are all that the column can have, SQL over the event e; empty: not known.
struct PartsOfColumn {
  std::vector<const BlockPart*> parts;
  bool or_null = false;  // null as well, whatever stands in the parts
};
PartsOfColumn parts_of_column(cim::Dataset dataset, std::string_view column);

// The row of event_block_part.
std::int64_t part_id(const BlockPart& part, std::int64_t block);

// How often each value is there, in the order of values; null is 0.
using ValueCounts = std::vector<std::pair<std::int64_t, std::int64_t>>;
std::string encode_counts(const ValueCounts& counts);

// Reads encode_counts(). What is none ends early.
class CountsReader {
 public:
  explicit CountsReader(std::string_view bytes) : rest_(bytes) {}
  bool next() {
    std::uint64_t step = 0;
    std::uint64_t count = 0;
    if (!number(step) || !number(count)) return false;
    value_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(value_) + step);
    count_ = static_cast<std::int64_t>(count);
    return true;
  }
  std::int64_t value() const { return value_; }
  std::int64_t count() const { return count_; }

 private:
  bool number(std::uint64_t& number) {
    if (rest_.size() >= 2) {
      const unsigned first = static_cast<unsigned char>(rest_[0]);
      const unsigned second = static_cast<unsigned char>(rest_[1]);
      if ((first & second & 0x80) == 0) {
        // One byte or two, as it comes: a branch between these would be guessed wrong every other time.
        const unsigned is_two = first >> 7;
        number = (first & 0x7f) | (second & (0 - is_two)) << 7;
        rest_.remove_prefix(1 + is_two);
        return true;
      }
    }
    return long_number(number);
  }
  bool long_number(std::uint64_t& number);

  std::string_view rest_;
  std::int64_t value_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace rw::storage::sqlite
