#include "storage/sqlite/event_pages.h"

#include <algorithm>
#include <string>
#include <utility>

#include "storage/listing.h"
#include "storage/sqlite/block_reader.h"
#include "storage/sqlite/event_filters.h"
#include "storage/sqlite/event_scan.h"
#include "storage/sqlite/listing_rows.h"

namespace rw::storage::sqlite {

core::Result<std::optional<std::vector<std::int64_t>>> pick_events(SqliteReader& reader, const ListRequest& request) {
  constexpr std::nullopt_t kSqlFindsThem = std::nullopt;
  std::optional<std::vector<std::int64_t>> picked;
  if (!lists_events(request.listing) || request.id) return picked;
  const bool by_id = request.order.column == "id";
  if (request.filters.empty() && !(by_id && (request.earliest || request.latest))) return picked;

  RW_TRY(const EventFilters filters, make_ready(reader, request.listing, request.filters));
  picked.emplace();
  if (filters.nothing()) return picked;
  RW_TRY(BlockReader block_reader, BlockReader::open(reader, *dataset_of(request.listing)));
  RW_TRY(std::vector<Block> blocks, block_reader.blocks(request.earliest, request.latest));
  EventScan::Order order;
  if (by_id) {
    order.descending = request.order.descending;
    if (request.after) order.after = request.after->id;
  }
  EventScan scan(reader, block_reader, request, filters, "e.id", order);
  if (!by_id) {
    RW_TRY(const Candidates candidates, scan.look_ahead(blocks));
    if (candidates == Candidates::kMany) return std::optional<std::vector<std::int64_t>>(kSqlFindsThem);
  }
  RW_CHECK(scan.begin(std::move(blocks)));
  while (!by_id || std::ssize(*picked) <= request.limit) {
    RW_TRY(const bool more, scan.next());
    if (!more) break;
    picked->push_back(scan.row().integer(0));
  }
  return picked;
}

}  // namespace rw::storage::sqlite
