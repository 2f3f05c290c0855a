// The step that slides a correlation's timespan over events.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/core/units.h"
#include "daemon/detect/sigma/steps.h"

namespace rw::detect::sigma {
namespace {

using core::Micros;

// A row of the input: events of one rule at one time.
struct Event {
  Micros time;
  std::size_t rule = 0;
  std::int64_t events = 0;
  std::string value = {};  // folded, of a value_count
  const Row* row = nullptr;
};

using Events = std::vector<Event>;

// A span that holds: the numbers of its first and last event.
struct Hit {
  std::size_t first = 0;
  std::size_t last = 0;
};

std::string_view op_text(Bound::Op op) {
  switch (op) {
    case Bound::Op::kLess:
      return "<";
    case Bound::Op::kLessEqual:
      return "<=";
    case Bound::Op::kGreater:
      return ">";
    case Bound::Op::kGreaterEqual:
      return ">=";
    case Bound::Op::kEqual:
      return "=";
    case Bound::Op::kNotEqual:
      return "!=";
  }
  return "";
}

bool holds(const Bound& bound, std::int64_t count) {
  switch (bound.op) {
    case Bound::Op::kLess:
      return count < bound.count;
    case Bound::Op::kLessEqual:
      return count <= bound.count;
    case Bound::Op::kGreater:
      return count > bound.count;
    case Bound::Op::kGreaterEqual:
      return count >= bound.count;
    case Bound::Op::kEqual:
      return count == bound.count;
    case Bound::Op::kNotEqual:
      return count != bound.count;
  }
  return false;
}

// What a span is measured by, kept up to date while its ends move.
class Measure {
 public:
  Measure(const Correlating& what, const std::vector<Event>& events) : what_(what), events_(events) {}

  void take_in(std::size_t index) { change(events_[index], 1); }
  void let_go(std::size_t index) { change(events_[index], -1); }
  std::int64_t count() const {
    return what_.type == CorrelationType::kEventCount ? total_ : static_cast<std::int64_t>(seen_.size());
  }

 private:
  void change(const Event& event, std::int64_t by) {
    total_ += by * event.events;
    const std::string& key = what_.type == CorrelationType::kValueCount ? event.value : std::to_string(event.rule);
    if ((seen_[key] += by) == 0) seen_.erase(key);
  }

  const Correlating& what_;
  const std::vector<Event>& events_;
  std::int64_t total_ = 0;
  std::map<std::string, std::int64_t> seen_;  // events of each value, or of each rule
};

class Correlate final : public RowStep {
 public:
  explicit Correlate(Correlating what) : what_(std::move(what)) {}

  bool needs_rows() const override { return true; }

  std::string print() const override {
    static constexpr std::string_view kTypes[] = {"event_count", "value_count", "temporal", "temporal_ordered"};
    std::string text = fmt::format("correlate {}", kTypes[static_cast<std::size_t>(what_.type)]);
    if (!what_.fields.empty()) text += fmt::format(" of {}", fmt::join(what_.fields, ", "));
    for (const Bound& bound : what_.bounds) text += fmt::format(" {} {}", op_text(bound.op), bound.count);
    if (!what_.group_by.empty()) text += fmt::format(" by {}", fmt::join(what_.group_by, ", "));
    return text + fmt::format(" within {}", core::format_duration(what_.timespan));
  }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    Rows out = empty_result();
    for (auto& [key, events] : groups_of(rows)) {
      std::ranges::stable_sort(
          events, [](const Event& a, const Event& b) { return std::pair(a.time, a.rule) < std::pair(b.time, b.rule); });
      const bool ordered = what_.type == CorrelationType::kTemporalOrdered;
      add_bursts(events, ordered ? hits_in_order(events) : hits(events), rows, context.window, out);
    }
    rows = std::move(out);
    return {};
  }

 private:
  bool within_bounds(std::int64_t count) const {
    return std::ranges::all_of(what_.bounds, [&](const Bound& bound) { return holds(bound, count); });
  }

  Rows empty_result() const {
    Rows out;
    for (const std::string& name : what_.group_by) out.columns.push_back({name, true});
    for (const std::string_view name : {kDestColumn, kUserColumn}) {
      if (!out.find(name)) out.columns.push_back({std::string(name), false});
    }
    out.columns.push_back({"rules", false});
    if (what_.type == CorrelationType::kValueCount) out.columns.push_back({"values", false});
    for (const char* name : {"count", "firstTime", "lastTime"}) out.columns.push_back({name, false});
    return out;
  }

  static storage::Value cell(const Rows& rows, const Row& row, std::string_view column) {
    const auto index = rows.find(column);
    return index ? row[*index] : storage::Value();
  }

  std::map<std::string, Events> groups_of(const Rows& rows) const {
    std::map<std::string, Events> groups;
    for (const Row& row : rows.rows) {
      const auto seconds = number_of(cell(rows, row, kTimeColumn));
      const auto time = seconds ? time_of_seconds(*seconds) : std::nullopt;
      if (!time) continue;
      std::string key;
      for (const std::string& name : what_.group_by) {
        key += core::fold(text_of(cell(rows, row, group_column(name)))) + '\0';
      }
      Event event{.time = *time, .row = &row};
      event.rule = static_cast<std::size_t>(number_of(cell(rows, row, kRuleColumn)).value_or(0));
      event.events = static_cast<std::int64_t>(number_of(cell(rows, row, kEventsColumn)).value_or(1));
      for (const std::string& field : what_.fields) {
        event.value += core::fold(text_of(cell(rows, row, value_column(field)))) + '\0';
      }
      groups[key].push_back(std::move(event));
    }
    return groups;
  }

  std::vector<Hit> hits(const std::vector<Event>& events) const {
    std::vector<Hit> out;
    Measure measure(what_, events);
    std::size_t first = 0;
    for (std::size_t last = 0; last < events.size(); ++last) {
      while (events[last].time - events[first].time > what_.timespan) measure.let_go(first++);
      measure.take_in(last);
      const bool fits_more = last + 1 < events.size() && events[last + 1].time - events[first].time <= what_.timespan;
      if (!fits_more && within_bounds(measure.count())) out.push_back({first, last});
    }
    return out;
  }

  // starts[n][r]: the first event of the chain that begins last of all chains of n + 1 rules in order, rule r their
  // last.
  std::vector<Hit> hits_in_order(const std::vector<Event>& events) const {
    const std::size_t rules = what_.rules.size();
    std::vector<std::vector<std::optional<std::size_t>>> starts(rules, std::vector<std::optional<std::size_t>>(rules));
    std::vector<Hit> out;
    for (std::size_t last = 0; last < events.size(); ++last) {
      const std::size_t rule = events[last].rule;
      bool found = false;
      for (std::size_t length = rule + 1; length-- > 0;) {
        std::optional<std::size_t> start = last;
        if (length > 0) {
          start = std::nullopt;
          for (std::size_t before = 0; before < rule; ++before) start = std::max(start, starts[length - 1][before]);
        }
        if (!start || events[last].time - events[*start].time > what_.timespan) continue;
        starts[length][rule] = std::max(starts[length][rule], start);
        if (!found && within_bounds(static_cast<std::int64_t>(length) + 1)) {
          out.push_back({*start, last});
          found = true;  // of the chains that end here the longest is the hit; the shorter ones may still grow
        }
      }
    }
    return out;
  }

  void add_bursts(const Events& events, std::vector<Hit> found, const Rows& rows, const cim::Window& window,
                  Rows& out) const {
    const Micros earliest = window.earliest - what_.beyond;
    std::erase_if(found, [&](const Hit& hit) {
      const Micros end = events[hit.last].time;
      return end < earliest || end >= window.latest;
    });
    for (std::size_t i = 0; i < found.size();) {
      Hit burst = found[i++];
      for (; i < found.size() && found[i].first <= burst.last; ++i) {
        burst.first = std::min(burst.first, found[i].first);
        burst.last = found[i].last;
      }
      out.rows.push_back(row_of(events, burst, rows, out));
    }
  }

  Row row_of(const Events& events, const Hit& burst, const Rows& rows, const Rows& out) const {
    std::set<std::string> dest;
    std::set<std::string> user;
    std::set<std::string> values;
    std::set<std::size_t> rules;
    std::int64_t count = 0;
    const auto gather = [&](const Row& row, std::string_view column, std::set<std::string>& into) {
      if (const auto index = rows.find(column)) {
        for (std::string& text : texts_of(row[*index])) into.insert(std::move(text));
      }
    };
    for (std::size_t i = burst.first; i <= burst.last; ++i) {
      const Event& event = events[i];
      gather(*event.row, kDestColumn, dest);
      gather(*event.row, kUserColumn, user);
      for (const std::string& field : what_.fields) gather(*event.row, value_column(field), values);
      rules.insert(event.rule);
      count += event.events;
    }
    const auto list = [](const std::set<std::string>& texts) {
      return value_of_texts(std::vector<std::string>(texts.begin(), texts.end()));
    };
    std::vector<std::string> titles;
    for (const std::size_t rule : rules) titles.push_back(what_.rules.at(rule));

    Row row;  // the group's values as the first event has them
    for (const std::string& name : what_.group_by)
      row.push_back(cell(rows, *events[burst.first].row, group_column(name)));
    row.resize(out.columns.size());
    const auto set = [&](std::string_view column, storage::Value value) {
      const std::size_t index = *out.find(column);
      if (index >= what_.group_by.size()) row[index] = std::move(value);
    };
    set(kDestColumn, list(dest));
    set(kUserColumn, list(user));
    set("rules", value_of_texts(std::move(titles)));
    if (what_.type == CorrelationType::kValueCount) set("values", list(values));
    set("count", count);
    set("firstTime", epoch_seconds(core::to_us(events[burst.first].time)));
    set("lastTime", epoch_seconds(core::to_us(events[burst.last].time)));
    return row;
  }

  const Correlating what_;
};

}  // namespace

std::shared_ptr<const RowStep> correlate_step(Correlating correlating) {
  return std::make_shared<const Correlate>(std::move(correlating));
}

}  // namespace rw::detect::sigma
