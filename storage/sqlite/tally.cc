#include "storage/sqlite/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "storage/listing.h"
#include "storage/sqlite/listing_rows.h"
#include "storage/sqlite/reader.h"

namespace rw::storage::sqlite {
namespace {

// The values of a column that were met, each with a small number.
class Values {
 public:
  int number_of(const Statement& row, int column) {
    switch (row.type(column)) {
      case SQLITE_NULL:
        if (null_ < 0) null_ = add(Value());
        return null_;
      case SQLITE_INTEGER: {
        const auto [known, is_new] = integers_.try_emplace(row.integer(column), size());
        if (is_new) add(Value(row.integer(column)));
        return known->second;
      }
      default: {
        const auto known = texts_.find(row.text(column));
        if (known != texts_.end()) return known->second;
        texts_.emplace(row.text(column), size());
        return add(Value(std::string(row.text(column))));
      }
    }
  }
  const std::vector<Value>& all() const { return values_; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  int size() const { return static_cast<int>(values_.size()); }
  int add(Value value) {
    values_.push_back(std::move(value));
    return size() - 1;
  }

  int null_ = -1;
  std::unordered_map<std::int64_t, int> integers_;
  std::unordered_map<std::string, int, Hash, std::equal_to<>> texts_;
  std::vector<Value> values_;
};

// A column of TallyRequest::by: what is read for each row, and what that stands for.
struct TallyColumn {
  std::string sql;       // over the row e
  std::string text_sql;  // the text for an integer ?1; empty: the value stands for itself
  bool fills = false;    // null is shown as "unknown"
  bool is_number = false;
};

TallyColumn tally_column(Listing listing, const std::string& name) {
  const auto& numbers = columns_of(listing).numbers;
  TallyColumn column{.sql = "e." + name, .text_sql = {}};
  column.is_number = std::ranges::find(numbers, name) != numbers.end();
  const auto event = event_column(listing, name);
  if (!event) return column;
  column.fills = event->field->fill == cim::Fill::kUnknown;
  column.sql = event->column.sql;
  switch (event->column.place) {
    case Place::kConstant:
      column.sql = fmt::format("'{}'", event->column.sql);
      break;
    case Place::kTerm:
    case Place::kMixed:
      column.text_sql = fmt::format("SELECT {} FROM term WHERE id = ?1", part_of(event->column, "text"));
      break;
    case Place::kPath:
    case Place::kActor:
    case Place::kSource: {
      const Dimension dimension = dimension_of(event->column.place);
      column.sql = dimension.key;
      column.text_sql = fmt::format("SELECT {} FROM {} d WHERE d.id = ?1", event->column.sql, dimension.table);
      break;
    }
    default:
      RW_ASSERT(false);  // tally_columns() has no other
  }
  return column;
}

core::Result<std::vector<Value>> shown_values(SqliteReader& reader, const TallyColumn& column, const Values& values) {
  std::vector<Value> shown = values.all();
  Statement text;
  if (!column.text_sql.empty()) {
    RW_TRY(text, reader.prepare(column.text_sql));
  }
  for (Value& value : shown) {
    if (!column.text_sql.empty() && std::holds_alternative<std::int64_t>(value)) {
      text.bind(1, std::get<std::int64_t>(value));
      RW_TRY(const bool found, reader.step(text));
      value = found ? text.value(0) : Value();
      text.reset();
    }
    if (column.fills && value.is_null()) value = std::string(cim::kUnknownText);
    if (column.is_number && std::holds_alternative<std::string>(value)) {
      value = std::int64_t{std::atoll(std::get<std::string>(value).c_str())};
    }
  }
  return shown;
}

// Which bucket a time is in. Times come nearly in order.
class Buckets {
 public:
  explicit Buckets(const std::vector<core::Micros>& begins) : begins_(begins) {}

  // -1: before the first, or there are none.
  int of(std::int64_t time) {
    if (time >= from_ && time < until_) return current_;
    const auto next = std::ranges::upper_bound(begins_, core::from_us(time));
    current_ = static_cast<int>(next - begins_.begin()) - 1;
    from_ = current_ < 0 ? std::numeric_limits<std::int64_t>::min() : core::to_us(*std::prev(next));
    until_ = next == begins_.end() ? std::numeric_limits<std::int64_t>::max() : core::to_us(*next);
    return current_;
  }

 private:
  const std::vector<core::Micros>& begins_;
  int current_ = -1;
  std::int64_t from_ = 1;
  std::int64_t until_ = 0;  // empty: nothing is known yet
};

constexpr std::size_t kBucketPlace = kMostTallyColumns;
using Key = std::array<int, kMostTallyColumns + 1>;  // numbers of values, and the bucket

struct KeyHash {
  std::size_t operator()(const Key& key) const {
    std::uint64_t hash = 1469598103934665603u;
    for (const int part : key) {
      hash = (hash ^ static_cast<std::uint32_t>(part)) * 1099511628211u;
      hash ^= hash >> 29;
    }
    return static_cast<std::size_t>(hash);
  }
};

struct Counted {
  std::int64_t count = 0;
  std::int64_t sum = 0;
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  std::int64_t newest_id = 0;

  void add(const Counted& other) {
    count += other.count;
    sum += other.sum;
    first = std::min(first, other.first);
    last = std::max(last, other.last);
    newest_id = std::max(newest_id, other.newest_id);
  }
};

core::Error too_many_groups() {
  return core::Error{core::ErrorCode::kLimit, fmt::format("more than {} different values", kMostTallyGroups),
                     "narrow the time range, or filter"};
}

core::Result<void> check(const TallyRequest& request) {
  const auto known = tally_columns(request.listing);
  RW_ASSERT(request.by.size() <= kMostTallyColumns);
  for (const std::string& column : request.by) {
    if (std::ranges::find(known, column) == known.end()) return unknown_field(column, known);
  }
  const auto& numbers = columns_of(request.listing).numbers;
  if (!request.sum.empty() && std::ranges::find(numbers, request.sum) == numbers.end()) {
    return unknown_field(request.sum, {numbers.begin(), numbers.end()});
  }
  return {};
}

// Without conditions on the rows the index of times alone is counted, bucket by bucket.
core::Result<std::vector<TallyGroup>> count_times(SqliteReader& reader, const TallyRequest& request) {
  std::vector<TallyGroup> groups;
  RW_TRY(Statement statement, reader.prepare(fmt::format("SELECT count(*) FROM {} e WHERE e.time >= ?1 AND e.time < ?2",
                                                         picked_from(request.listing))));
  const core::Micros earliest = request.earliest.value_or(core::Micros::min());
  const core::Micros latest = request.latest.value_or(core::Micros::max());
  const bool all = request.buckets.empty();
  for (std::size_t i = 0; all || i < request.buckets.size(); ++i) {
    const core::Micros begin = all ? earliest : std::max(earliest, request.buckets[i]);
    const core::Micros end = i + 1 < request.buckets.size() ? std::min(latest, request.buckets[i + 1]) : latest;
    statement.bind(1, core::to_us(begin));
    statement.bind(2, core::to_us(end));
    RW_TRY(const bool row, reader.step(statement));
    const std::int64_t count = row ? statement.integer(0) : 0;
    statement.reset();
    if (all) {
      groups.push_back({.count = count});
      break;
    }
    if (count > 0) groups.push_back({.bucket = request.buckets[i], .count = count});
  }
  return groups;
}

}  // namespace

core::Result<std::vector<TallyGroup>> tally(SqliteReader& reader, const TallyRequest& request) {
  RW_CHECK(check(request));
  if (request.by.empty() && request.sum.empty() && request.filters.empty()) return count_times(reader, request);

  std::vector<TallyColumn> columns;
  std::string sql = "SELECT e.time, e.id";
  for (const std::string& name : request.by) {
    columns.push_back(tally_column(request.listing, name));
    sql += ", " + columns.back().sql;
  }
  const int sum_at = static_cast<int>(columns.size()) + 2;
  if (!request.sum.empty()) sql += ", e." + request.sum;
  std::vector<Value> binds;
  const std::string window = window_conditions(request.earliest, request.latest, binds);
  RW_TRY(const std::string filters, filter_conditions(request.listing, request.filters, binds));
  sql += fmt::format(" FROM {} e WHERE 1{}{}", picked_from(request.listing), window, filters);

  RW_TRY(Statement row, reader.prepare(sql));
  for (std::size_t i = 0; i < binds.size(); ++i) row.bind(static_cast<int>(i) + 1, binds[i]);
  Buckets buckets(request.buckets);
  std::vector<Values> values(columns.size());
  std::unordered_map<Key, Counted, KeyHash> counted;
  while (true) {
    RW_TRY(const bool more, reader.step(row));
    if (!more) break;
    const std::int64_t time = row.integer(0);
    Key key{};
    key[kBucketPlace] = buckets.of(time);
    if (key[kBucketPlace] < 0 && !request.buckets.empty()) continue;
    for (std::size_t i = 0; i < columns.size(); ++i) key[i] = values[i].number_of(row, static_cast<int>(i) + 2);
    if (counted.size() > 4 * kMostTallyGroups) return too_many_groups();
    counted[key].add({1, request.sum.empty() ? 0 : row.integer(sum_at), time, time, row.integer(1)});
  }

  // Several ids can stand for one text.
  std::vector<std::vector<Value>> shown;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    RW_TRY(std::vector<Value> of_column, shown_values(reader, columns[i], values[i]));
    shown.push_back(std::move(of_column));
  }
  std::map<std::pair<int, std::vector<Value>>, Counted> merged;
  for (const auto& [key, count] : counted) {
    std::vector<Value> texts;
    for (std::size_t i = 0; i < columns.size(); ++i) texts.push_back(shown[i][static_cast<std::size_t>(key[i])]);
    merged[{key[kBucketPlace], std::move(texts)}].add(count);
    if (merged.size() > kMostTallyGroups) return too_many_groups();
  }
  std::vector<TallyGroup> groups;
  for (const auto& [key, count] : merged) {
    TallyGroup& group = groups.emplace_back();
    if (key.first >= 0) group.bucket = request.buckets[static_cast<std::size_t>(key.first)];
    group.values = key.second;
    group.count = count.count;
    group.sum = count.sum;
    group.first = core::from_us(count.first);
    group.last = core::from_us(count.last);
    group.newest_id = count.newest_id;
  }
  if (groups.empty() && request.by.empty() && request.buckets.empty()) groups.push_back({});
  return groups;
}

}  // namespace rw::storage::sqlite
