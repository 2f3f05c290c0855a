// Goes through the events of blocks (blocks.h) that pass filters, and passes over the blocks that have none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/sqlite/block_reader.h"
#include "storage/sqlite/event_filters.h"
#include "storage/sqlite/reader.h"

namespace rw::storage::sqlite {

class EventScan {
 public:
  struct Order {
    bool descending = false;                           // by id
    std::optional<std::int64_t> after = std::nullopt;  // only ids behind this one
  };

  // columns: SQL over the event e. request has listing, earliest and latest; it, the filters and the block reader
  // outlive this. Blocks come in the order of their numbers. The reader's clock is running.
  template <class Request>
  EventScan(SqliteReader& reader, BlockReader& block_reader, const Request& request, const EventFilters& filters,
            std::string columns, Order order)
      : reader_(reader),
        block_reader_(block_reader),
        listing_(request.listing),
        earliest_(request.earliest),
        latest_(request.latest),
        filters_(filters),
        columns_(std::move(columns)),
        order_(order) {}

  // Finds out how many events the other conditions have to be tried on: where there are such, begin() asks for it.
  core::Result<Candidates> look_ahead(std::vector<Block>& blocks);
  core::Result<void> begin(std::vector<Block> blocks);
  // Errors: those of Reader::list.
  core::Result<bool> next();
  const Statement& row() const { return scan_; }

 private:
  struct IdRange {
    std::int64_t first;
    std::int64_t last;
  };
  IdRange ids_of(const Block& first, const Block& last) const;
  core::Result<bool> next_block();
  void start(IdRange ids);

  SqliteReader& reader_;
  BlockReader& block_reader_;
  const Listing listing_;
  const std::optional<core::Micros> earliest_, latest_;
  const EventFilters& filters_;
  const std::string columns_;
  const Order order_;

  std::vector<Block> blocks_;  // in the order of the scan
  std::size_t next_ = 0;
  bool running_ = false;
  Statement scan_;
};

}  // namespace rw::storage::sqlite
