#include "storage/sqlite/tally_counter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "daemon/core/text.h"
#include "storage/listing.h"
#include "storage/sqlite/listing_rows.h"

namespace rw::storage::sqlite {
namespace {

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

core::Error too_many_groups() {
  return core::Error{core::ErrorCode::kLimit, fmt::format("more than {} different values", kMostTallyGroups),
                     "narrow the time range, or filter"};
}

}  // namespace

int TallyBuckets::of(std::int64_t time) {
  if (time >= from_ && time < until_) return current_;
  const auto next = std::ranges::upper_bound(begins_, core::from_us(time));
  current_ = static_cast<int>(next - begins_.begin()) - 1;
  from_ = current_ < 0 ? std::numeric_limits<std::int64_t>::min() : core::to_us(*std::prev(next));
  until_ = next == begins_.end() ? std::numeric_limits<std::int64_t>::max() : core::to_us(*next);
  return current_;
}

int TallyCounter::Values::number_of(const Statement& row, int column) {
  switch (row.type(column)) {
    case SQLITE_NULL:
      return number_of_null();
    case SQLITE_INTEGER:
      return number_of(row.integer(column));
    default: {
      const auto known = texts_.find(row.text(column));
      if (known != texts_.end()) return known->second;
      texts_.emplace(row.text(column), size());
      return add(Value(std::string(row.text(column))));
    }
  }
}

int TallyCounter::Values::number_of_null() {
  if (null_ < 0) null_ = add(Value());
  return null_;
}

int TallyCounter::Values::number_of(std::int64_t integer) {
  const auto [known, is_new] = integers_.try_emplace(integer, size());
  if (is_new) add(Value(integer));
  return known->second;
}

int TallyCounter::Values::add(Value value) {
  values_.push_back(std::move(value));
  return size() - 1;
}

std::size_t TallyCounter::KeyHash::operator()(const Key& key) const {
  std::uint64_t hash = 1469598103934665603u;
  for (const int part : key) {
    hash = (hash ^ static_cast<std::uint32_t>(part)) * 1099511628211u;
    hash ^= hash >> 29;
  }
  return static_cast<std::size_t>(hash);
}

void TallyCounter::Counted::add(const Counted& other) {
  count += other.count;
  sum += other.sum;
  first = std::min(first, other.first);
  last = std::max(last, other.last);
  newest_id = std::max(newest_id, other.newest_id);
}

TallyCounter::TallyCounter(const TallyRequest& request)
    : request_(request), values_(request.by.size()), buckets_(request.buckets) {
  for (const std::string& name : request.by) columns_.push_back(tally_column(request.listing, name));
}

std::string TallyCounter::selected() const {
  std::string sql = "e.time, e.id";
  for (const TallyColumn& column : columns_) sql += ", " + column.sql;
  if (!request_.sum.empty()) sql += ", e." + request_.sum;
  return sql;
}

core::Result<void> TallyCounter::add(const Statement& row) {
  const std::int64_t time = row.integer(0);
  Key key{};
  key[kBucketPlace] = buckets_.of(time);
  if (key[kBucketPlace] < 0 && !request_.buckets.empty()) return {};
  const std::size_t columns = columns_.size();
  for (std::size_t i = 0; i < columns; ++i) key[i] = values_[i].number_of(row, static_cast<int>(i) + 2);
  const std::int64_t summed = request_.sum.empty() ? 0 : row.integer(static_cast<int>(columns) + 2);
  return count(key, {1, summed, time, time, row.integer(1)});
}

core::Result<void> TallyCounter::add(int bucket, std::int64_t value, std::int64_t rows) {
  Key key{};
  key[kBucketPlace] = bucket;
  if (bucket < 0 && !request_.buckets.empty()) return {};
  if (!values_.empty()) key[0] = value == 0 ? values_[0].number_of_null() : values_[0].number_of(value);
  return count(key, {.count = rows});
}

core::Result<void> TallyCounter::count(const Key& key, const Counted& counted) {
  if (counted_.size() > 4 * kMostTallyGroups) return too_many_groups();
  counted_[key].add(counted);
  return {};
}

core::Result<std::vector<Value>> TallyCounter::shown_values(SqliteReader& reader, std::size_t place) const {
  const TallyColumn& column = columns_[place];
  std::vector<Value> shown = values_[place].all();
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
    if (const auto* digits = std::get_if<std::string>(&value); column.is_number && digits != nullptr) {
      if (const auto number = core::parse_integer<std::int64_t>(*digits)) value = *number;
    }
  }
  return shown;
}

core::Result<std::vector<TallyGroup>> TallyCounter::groups(SqliteReader& reader) const {
  // Several ids can stand for one text.
  std::vector<std::vector<Value>> shown;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    RW_TRY(std::vector<Value> of_column, shown_values(reader, i));
    shown.push_back(std::move(of_column));
  }
  std::map<std::pair<int, std::vector<Value>>, Counted> merged;
  for (const auto& [key, counted] : counted_) {
    std::vector<Value> texts;
    for (std::size_t i = 0; i < columns_.size(); ++i) texts.push_back(shown[i][static_cast<std::size_t>(key[i])]);
    merged[{key[kBucketPlace], std::move(texts)}].add(counted);
    if (merged.size() > kMostTallyGroups) return too_many_groups();
  }
  std::vector<TallyGroup> groups;
  for (const auto& [key, counted] : merged) {
    TallyGroup& group = groups.emplace_back();
    if (key.first >= 0) group.bucket = request_.buckets[static_cast<std::size_t>(key.first)];
    group.values = key.second;
    group.count = counted.count;
    group.sum = counted.sum;
    group.first = core::from_us(counted.first);
    group.last = core::from_us(counted.last);
    group.newest_id = counted.newest_id;
  }
  if (groups.empty() && request_.by.empty() && request_.buckets.empty()) groups.push_back({});
  return groups;
}

}  // namespace rw::storage::sqlite
