// Counts rows for Reader::tally(): by numbers (ids of texts, paths, actors) where the tables have such, which are read
// as texts once for each group and not for each row.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/sqlite/columns.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/reader.h"
#include "storage/store.h"

namespace rw::storage::sqlite {

// A column of TallyRequest::by: what is read for each row, and what that stands for.
struct TallyColumn {
  std::string sql;       // over the row e
  std::string text_sql;  // the text for an integer ?1; empty: the value stands for itself
  bool fills = false;    // null is shown as "unknown"
  bool is_number = false;
};

// Which of TallyRequest::buckets a time is in. Times come nearly in order.
class TallyBuckets {
 public:
  explicit TallyBuckets(const std::vector<core::Micros>& begins) : begins_(begins) {}

  // -1: before the first, or there are none.
  int of(std::int64_t time);

 private:
  const std::vector<core::Micros>& begins_;
  int current_ = -1;
  std::int64_t from_ = 1;
  std::int64_t until_ = 0;  // empty: nothing is known yet
};

class TallyCounter {
 public:
  // The request outlives this.
  explicit TallyCounter(const TallyRequest& request);

  // Of a row, to be selected: what add() reads.
  std::string selected() const;
  // Errors: Limit, too many groups.
  core::Result<void> add(const Statement& row);
  // So many rows of a bucket, which have the value (0: null) in the only column of `by`, if there is one.
  core::Result<void> add(int bucket, std::int64_t value, std::int64_t count);
  TallyBuckets& buckets() { return buckets_; }

  // What was counted. The reader's clock is running.
  core::Result<std::vector<TallyGroup>> groups(SqliteReader& reader) const;

 private:
  // The values of a column that were met, each with a small number.
  class Values {
   public:
    int number_of(const Statement& row, int column);
    int number_of_null();
    int number_of(std::int64_t integer);
    const std::vector<Value>& all() const { return values_; }

   private:
    struct Hash : std::hash<std::string_view> {
      using is_transparent = void;
    };
    int size() const { return static_cast<int>(values_.size()); }
    int add(Value value);

    int null_ = -1;
    std::unordered_map<std::int64_t, int> integers_;
    std::unordered_map<std::string, int, Hash, std::equal_to<>> texts_;
    std::vector<Value> values_;
  };

  static constexpr std::size_t kBucketPlace = kMostTallyColumns;
  using Key = std::array<int, kMostTallyColumns + 1>;  // numbers of values, and the bucket
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  struct Counted {
    std::int64_t count = 0;
    std::int64_t sum = 0;
    std::int64_t first = std::numeric_limits<std::int64_t>::max();
    std::int64_t last = std::numeric_limits<std::int64_t>::min();
    std::int64_t newest_id = 0;

    void add(const Counted& other);
  };

  core::Result<void> count(const Key& key, const Counted& counted);
  core::Result<std::vector<Value>> shown_values(SqliteReader& reader, std::size_t column) const;

  const TallyRequest& request_;
  std::vector<TallyColumn> columns_;
  std::vector<Values> values_;
  TallyBuckets buckets_;
  std::unordered_map<Key, Counted, KeyHash> counted_;
};

}  // namespace rw::storage::sqlite
