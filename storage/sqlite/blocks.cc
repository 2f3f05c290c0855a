#include "storage/sqlite/blocks.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/core/result.h"

namespace rw::storage::sqlite {
namespace {

constexpr int kBlockNumberBits = 44;
constexpr std::string_view kMinute = "e.time / 60000000";

constexpr std::string_view kValueData = "e.value_data";
constexpr std::string_view kOwnDetails = "e.details";

// The minute comes first. Parts 4 and 5 are not there of blocks that an older version wrote down.
constexpr BlockPart kRegistryParts[] = {{0, kMinute},   {1, "e.source"}, {2, "e.path"},
                                        {3, "e.actor"}, {4, kValueData}, {5, kOwnDetails}};
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

PartsOfColumn parts_of_column(cim::Dataset dataset, std::string_view column) {
  PartsOfColumn found;
  std::vector<std::string_view> sources{column};
  if (column == kDetails) sources = {kOwnDetails, kValueData};
  if (column == kNewName) sources = {kValueData};
  found.or_null = sources.front() != column;
  for (const BlockPart& part : block_parts(dataset)) {
    if (std::ranges::find(sources, part.sql) != sources.end()) found.parts.push_back(&part);
  }
  return found;
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

bool CountsReader::long_number(std::uint64_t& number) {
  number = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

}  // namespace rw::storage::sqlite
