// A set of row ids: one bit each, in pages that are made when an id in them is added. Ids that do not fit into the
// bound count as members: whoever deletes what is not in the set then deletes too little, never too much.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace rw::storage::sqlite {

class IdSet {
 public:
  static constexpr std::size_t kIdsPerPage = 32'768;  // 4 KiB
  static constexpr std::size_t kMostPageNumbers = std::size_t{1}
                                                  << 22;  // the list of pages must not grow with a wild id

  explicit IdSet(std::size_t max_pages = 16'384) : max_pages_(max_pages) {}  // 64 MiB: 500 million ids in a row

  // Ids below 1 are no rows.
  void add(std::int64_t id) {
    if (id < 1 || id >= first_unknown_) return;
    const auto bit = static_cast<std::size_t>(id);
    const std::size_t page = bit / kIdsPerPage;
    if (page >= kMostPageNumbers || (pages_used_ >= max_pages_ && (page >= pages_.size() || pages_[page] == nullptr))) {
      first_unknown_ = id;
      return;
    }
    if (page >= pages_.size()) pages_.resize(page + 1);
    if (pages_[page] == nullptr) {
      pages_[page] = std::make_unique<Page>();
      ++pages_used_;
    }
    (*pages_[page])[bit % kIdsPerPage / 64] |= std::uint64_t{1} << (bit % 64);
  }

  bool has(std::int64_t id) const {
    if (id >= first_unknown_) return true;
    if (id < 1) return false;
    const auto bit = static_cast<std::size_t>(id);
    const std::size_t page = bit / kIdsPerPage;
    if (page >= pages_.size() || pages_[page] == nullptr) return false;
    return ((*pages_[page])[bit % kIdsPerPage / 64] >> (bit % 64) & 1) != 0;
  }

 private:
  using Page = std::array<std::uint64_t, kIdsPerPage / 64>;

  std::size_t max_pages_;
  std::vector<std::unique_ptr<Page>> pages_;
  std::size_t pages_used_ = 0;
  std::int64_t first_unknown_ = std::numeric_limits<std::int64_t>::max();
};

// What is in use of the tables that events refer to.
struct IdsInUse {
  IdSet terms, paths, actors, sources, origins;
};

}  // namespace rw::storage::sqlite
