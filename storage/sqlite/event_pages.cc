#include "storage/sqlite/event_pages.h"

#include <iterator>
#include <utility>

#include "storage/listing.h"
#include "storage/sqlite/block_reader.h"
#include "storage/sqlite/event_filters.h"
#include "storage/sqlite/event_scan.h"
#include "storage/sqlite/listing_rows.h"

namespace rw::storage::sqlite {

core::Result<std::optional<std::vector<std::int64_t>>> pick_events(SqliteReader& reader, const ListRequest& request) {
  using Picked = std::optional<std::vector<std::int64_t>>;
  if (!lists_events(request.listing) || request.id) return Picked();
  const bool by_id = request.order.column == "id";
  if (request.filters.empty() && !(by_id && (request.earliest || request.latest))) return Picked();

  RW_TRY(const EventFilters filters, make_ready(reader, request.listing, request.filters));
  Picked picked(std::in_place);
  if (filters.nothing()) return picked;
  RW_TRY(BlockReader block_reader, BlockReader::open(reader, *dataset_of(request.listing)));
  RW_TRY(auto blocks, block_reader.blocks(request.earliest, request.latest));
  EventScan::Order order;
  if (by_id) {
    order.descending = request.order.descending;
    if (request.after) order.after = request.after->id;
  }
  EventScan scan(reader, block_reader, request, filters, "e.id", order, std::move(blocks));
  if (!by_id) {
    RW_TRY(const SqliteDialect::Rows left, scan.look_ahead());
    if (left == SqliteDialect::Rows::kWindow) return Picked();
  }
  RW_CHECK(scan.begin());
  while (!by_id || std::ssize(*picked) <= request.limit) {
    RW_TRY(const bool more, scan.next());
    if (!more) break;
    picked->push_back(scan.row().integer(0));
  }
  return picked;
}

}  // namespace rw::storage::sqlite
