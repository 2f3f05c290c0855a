// Goes through the events of blocks (blocks.h) that pass filters, and passes over the blocks that have none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
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
  // outlive this. blocks: in the order of their numbers. The reader's clock is running.
  template <class Request>
  EventScan(SqliteReader& reader, BlockReader& block_reader, const Request& request, const EventFilters& filters,
            std::string columns, Order order, std::vector<Block> blocks)
      : reader_(reader),
        block_reader_(block_reader),
        listing_(request.listing),
        earliest_(request.earliest),
        latest_(request.latest),
        filters_(filters),
        columns_(std::move(columns)),
        order_(order),
        blocks_(std::move(blocks)) {}

  // How many events are left to be read. Every block is asked for it, where else one is when the scan comes to it.
  core::Result<SqliteDialect::Rows> look_ahead();
  core::Result<void> begin();
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

  std::vector<Block> blocks_;                // begin() brings them into the order of the scan
  std::optional<SqliteDialect::Rows> left_;  // by look_ahead(): blocks_ are those that may pass
  std::size_t next_ = 0;
  bool running_ = false;
  Statement scan_;
};

}  // namespace rw::storage::sqlite
