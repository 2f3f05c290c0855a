#include "daemon/detect/emit_sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/detect/simplify.h"
#include "daemon/detect/time_buckets.h"

namespace rw::detect {
namespace {

// Longer chains are cut into groups of kGroup, since "a OR b OR …" of n terms is n levels deep to SQLite.
constexpr std::size_t kLongestChain = 32;
constexpr std::size_t kGroup = 16;
// From this depth on the deepest term comes first: "((…) OR b) AND a" needs fewer open parentheses at a time.
constexpr int kDeep = 8;

class Emitter {
 public:
  Emitter(const EventQuery& events, const storage::Dialect& dialect, const cim::Window& window,
          const core::TimeZone& zone)
      : events_(events), dialect_(dialect), window_(window), zone_(zone) {}

  storage::Query emit() {
    const std::string from = dialect_.from(events_.dataset, window_, binds_);
    std::string where;
    if (!is_always(events_.where)) where += fmt::format("\n  AND {}", enclosed(events_.where));
    std::string select;
    std::string names;
    for (const GroupBy& by : events_.by) {
      const std::string name = fmt::format("g{}", &by - events_.by.data() + 1);
      select += fmt::format("{}{} AS {}", select.empty() ? "" : ",\n       ", group_value(by), name);
      names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
    }
    for (const Aggregate& aggregate : events_.aggregates) {
      select += fmt::format("{}{} AS a{}", select.empty() ? "" : ",\n       ", value_of(aggregate),
                            &aggregate - events_.aggregates.data() + 1);
    }
    for (const Selected& selected : events_.select) {
      for (const cim::Field* each : selected.fields) {
        select += fmt::format("{}{} AS c{}", select.empty() ? "" : ",\n       ", field(each), ++columns_);
      }
    }
    std::string sql = fmt::format("SELECT {}\n{}{}", select, from, where);
    if (!events_.select.empty()) sql += fmt::format("\nORDER BY {}", dialect_.newest_first());
    if (!names.empty()) sql += fmt::format("\nGROUP BY {0}\nORDER BY {0}", names);
    return {std::move(sql), std::move(binds_)};
  }

 private:
  std::string bind(storage::Value value) { return dialect_.bind(std::move(value), binds_); }

  std::string field(const cim::Field* field) const {
    return field == nullptr ? "NULL" : dialect_.field(events_.dataset, *field);
  }
  std::string group_value(const GroupBy& by) {
    if (by.span.count() > 0) return bucket(by);
    const bool may_be_null = by.field == nullptr || by.field->fill == cim::Fill::kNone;
    if (by.field == nullptr && events_.fill_null) return bind(*events_.fill_null);
    if (events_.fill_null && may_be_null)
      return fmt::format("ifnull({}, {})", field(by.field), bind(*events_.fill_null));
    return field(by.field);
  }

  std::string bucket(const GroupBy& by) {
    const std::string time = field(by.field);
    const std::string span = bind(std::int64_t{by.span.count()} * 1'000'000);
    const auto start = [&](const BucketRange& range) {
      if (range.is_fixed) return bind(range.start_us);
      return fmt::format("{0} - ({0} + {1}) % {2}", time, bind(range.offset_us), span);
    };
    const std::vector<BucketRange> ranges = bucket_ranges(window_, by.span, zone_);
    if (ranges.size() == 1) return start(ranges.front());
    std::string sql = "CASE";
    for (const BucketRange& range : ranges) {
      if (&range == &ranges.back()) {
        sql += fmt::format(" ELSE {} END", start(range));
      } else {
        const std::string until = bind(core::to_us(range.until));
        sql += fmt::format(" WHEN {} < {} THEN {}", time, until, start(range));
      }
    }
    return sql;
  }

  std::string value_of(const Aggregate& aggregate) const {
    if (aggregate.counts_events) return "count(*)";
    const std::string text = field(aggregate.field);
    const bool of_time = cim::is_time(aggregate.field);
    const std::string number = of_time ? text : dialect_.number(text);
    switch (aggregate.function) {
      case AggregateFunction::kCount:
        return fmt::format("count({})", text);
      case AggregateFunction::kDistinctCount:
        return fmt::format("count(DISTINCT {})", text);
      case AggregateFunction::kValues:
        return dialect_.values_aggregate(text);
      case AggregateFunction::kSum:
        return fmt::format("sum({})", number);
      case AggregateFunction::kAverage:
        return fmt::format("avg({})", number);
      case AggregateFunction::kEarliest:
        return of_time ? fmt::format("min({})", text) : dialect_.earliest_aggregate(text);
      case AggregateFunction::kLatest:
        return of_time ? fmt::format("max({})", text) : dialect_.latest_aggregate(text);
      case AggregateFunction::kMin:
      case AggregateFunction::kMax:
        break;
      default:
        return "NULL";  // of rows only: bind() lets none of them through
    }
    const std::string_view name = aggregate.function == AggregateFunction::kMin ? "min" : "max";
    if (of_time) return fmt::format("{}({})", name, text);
    // By number if every value is one, else by text.
    return fmt::format("CASE WHEN count({0}) = count({1}) THEN {2}({0}) ELSE {2}({1}) END", number, text, name);
  }

  // ---- WHERE

  std::string test(const Predicate& predicate) {
    if (const auto* all = std::get_if<All>(&predicate.node)) return chain(all->terms, " AND ", "1");
    if (const auto* any = std::get_if<Any>(&predicate.node)) return chain(any->terms, " OR ", "0");
    if (const auto* negation = std::get_if<Not>(&predicate.node))
      return fmt::format("NOT {}", enclosed(*negation->term));
    if (const auto* matches = std::get_if<Matches>(&predicate.node)) {
      return dialect_.matches(events_.dataset, *matches->field, matches->test, binds_);
    }
    if (const auto* present = std::get_if<Exists>(&predicate.node))
      return dialect_.exists(events_.dataset, *present->field);
    if (const auto* same = std::get_if<Same>(&predicate.node)) return dialect_.same(events_.dataset, *same);
    return dialect_.compare(events_.dataset, std::get<Compares>(predicate.node), binds_);
  }

  std::string enclosed(const Predicate& predicate) { return fmt::format("({})", test(predicate)); }

  std::string chain(const std::vector<Predicate>& terms, std::string_view between, std::string_view none) {
    if (terms.empty()) return std::string(none);
    std::vector<const Predicate*> order;
    order.reserve(terms.size());
    for (const Predicate& term : terms) order.push_back(&term);
    const auto deepest = std::max_element(
        order.begin(), order.end(), [](const Predicate* a, const Predicate* b) { return depth_of(*a) < depth_of(*b); });
    if (depth_of(**deepest) > kDeep) std::rotate(order.begin(), deepest, deepest + 1);

    const bool cut = order.size() > kLongestChain;
    std::string sql;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i > 0) sql += cut && i % kGroup == 0 ? fmt::format("){}(", between) : std::string(between);
      sql += enclosed(*order[i]);
    }
    return cut ? fmt::format("({})", sql) : sql;
  }

  const EventQuery& events_;
  const storage::Dialect& dialect_;
  const cim::Window& window_;
  const core::TimeZone& zone_;
  std::vector<storage::Value> binds_;
  int columns_ = 0;
};

}  // namespace

storage::Query emit_sql(const EventQuery& events, const storage::Dialect& dialect, const cim::Window& window,
                        const core::TimeZone& zone) {
  return Emitter(events, dialect, window, zone).emit();
}

std::string print(const storage::Query& query) {
  std::string text = query.sql + "\n";
  for (std::size_t i = 0; i < query.binds.size(); ++i) {
    const bool is_text = std::holds_alternative<std::string>(query.binds[i]);
    const std::string value = text_of(query.binds[i]);
    text += fmt::format("-- ?{} = {}\n", i + 1, is_text ? fmt::format("'{}'", value) : value);
  }
  return text;
}

}  // namespace rw::detect
