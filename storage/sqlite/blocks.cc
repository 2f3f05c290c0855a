#include "storage/sqlite/blocks.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/core/result.h"

namespace rw::storage::sqlite {
namespace {

constexpr int kBlockNumberBits = 44;
constexpr std::string_view kMinute = "e.time / 60000000";

// The minute comes first.
constexpr BlockPart kRegistryParts[] = {{0, kMinute}, {1, "e.source"}, {2, "e.path"}, {3, "e.actor"}};
constexpr BlockPart kProcessParts[] = {
    {16, kMinute}, {17, "e.source"}, {18, "e.user"}, {19, "e.process_path"}, {20, "e.parent_process_path"}};

void append_number(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out += static_cast<char>(number | 0x80);
    number >>= 7;
  }
  out += static_cast<char>(number);
}

}  // namespace

std::string id_limits(cim::Dataset dataset) {
  return fmt::format("SELECT (SELECT min(id) FROM {0}), (SELECT max(id) FROM {0})", table_of(dataset));
}

std::span<const BlockPart> block_parts(cim::Dataset dataset) {
  if (dataset == cim::Dataset::kRegistry) return kRegistryParts;
  RW_ASSERT(dataset == cim::Dataset::kProcesses);
  return kProcessParts;
}

const BlockPart& minute_part(cim::Dataset dataset) { return block_parts(dataset).front(); }

const BlockPart* part_of_field(cim::Dataset dataset, const Column& column) {
  std::string_view sql;
  switch (column.place) {
    case Place::kTerm:
      sql = column.sql;
      break;
    case Place::kPath:
    case Place::kActor:
    case Place::kSource:
      sql = dimension_of(column.place).key;
      break;
    default:
      return nullptr;
  }
  const auto parts = block_parts(dataset);
  const auto found = std::ranges::find(parts, sql, &BlockPart::sql);
  return found == parts.end() ? nullptr : &*found;
}

std::int64_t part_id(const BlockPart& part, std::int64_t block) {
  return (std::int64_t{part.number} << kBlockNumberBits) + block;
}

std::string encode_counts(const ValueCounts& counts) {
  std::string out;
  std::int64_t last = 0;
  for (const auto& [value, count] : counts) {
    append_number(out, static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(last));
    append_number(out, static_cast<std::uint64_t>(count));
    last = value;
  }
  return out;
}

std::optional<std::uint64_t> CountsReader::number() {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return number;
  }
  return std::nullopt;
}

bool CountsReader::next() {
  const auto step = number();
  const auto count = number();
  if (!step || !count) return false;
  value_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(value_) + *step);
  count_ = static_cast<std::int64_t>(*count);
  return true;
}

}  // namespace rw::storage::sqlite
