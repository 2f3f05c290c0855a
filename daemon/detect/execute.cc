#include "daemon/detect/execute.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/detect/emit_sql.h"
#include "daemon/detect/simplify.h"
#include "storage/row_meter.h"

namespace rw::detect {
namespace {

// A time as the store gives it (microseconds; an average may have a fraction) in epoch seconds.
storage::Value seconds_of(const storage::Value& value) {
  if (const auto* us = std::get_if<std::int64_t>(&value)) return epoch_seconds(*us);
  if (const auto* us = std::get_if<double>(&value)) return value_of_number(*us / 1e6);
  return value;
}

// The JSON array of values() and of a list.
core::Result<std::vector<std::string>> texts_of_json(const storage::Value& value) {
  const auto* json = std::get_if<std::string>(&value);
  const nlohmann::json array = json == nullptr ? nlohmann::json() : nlohmann::json::parse(*json, nullptr, false);
  if (!array.is_array()) {
    return core::Error{core::ErrorCode::kInternal,
                       "the store answered for a list with something else than a JSON array"};
  }
  std::vector<std::string> texts;
  for (const nlohmann::json& element : array) {
    if (element.is_string()) texts.push_back(element.get<std::string>());
  }
  return texts;
}

core::Result<storage::Value> convert(const Aggregate& aggregate, storage::Value value) {
  switch (aggregate.function) {
    case AggregateFunction::kCount:
    case AggregateFunction::kDistinctCount:
      return value;
    case AggregateFunction::kValues: {
      RW_TRY(std::vector<std::string> texts, texts_of_json(value));
      return value_of_texts(std::move(texts));
    }
    default:
      break;
  }
  if (cim::is_time(aggregate.field)) return seconds_of(value);
  if (const auto* number = std::get_if<double>(&value)) return value_of_number(*number);
  return value;
}

// The cell of a selected column from the values of its fields.
core::Result<storage::Value> cell_of(const Selected& selected, const storage::Value* values) {
  const cim::Field& first = *selected.fields.front();
  if (selected.fields.size() == 1 && first.type != cim::FieldType::kList) {
    if (cim::is_time(&first)) return seconds_of(*values);
    return *values;
  }
  std::vector<std::string> all;
  for (std::size_t i = 0; i < selected.fields.size(); ++i) {
    if (values[i].is_null()) continue;
    std::vector<std::string> texts = texts_of(values[i]);
    if (selected.fields[i]->type == cim::FieldType::kList) {
      RW_TRY(texts, texts_of_json(values[i]));
    }
    for (std::string& text : texts) {
      if (selected.fields.size() == 1 || std::find(all.begin(), all.end(), text) == all.end()) {
        all.push_back(std::move(text));
      }
    }
  }
  return value_of_texts(std::move(all));
}

std::size_t width_of(const EventQuery& events) {
  std::size_t width = events.by.size() + events.aggregates.size();
  for (const Selected& selected : events.select) width += selected.fields.size();
  return width;
}

// The query's rows as the steps see them.
core::Result<Rows> rows_of(const EventQuery& events, std::vector<Row> answer) {
  Rows rows = columns_of(events);
  rows.rows = std::move(answer);
  for (Row& row : rows.rows) {
    for (std::size_t i = 0; i < events.by.size(); ++i) {
      if (cim::is_time(events.by[i].field)) row[i] = seconds_of(row[i]);
    }
    for (std::size_t i = 0; i < events.aggregates.size(); ++i) {
      storage::Value& value = row[events.by.size() + i];
      RW_TRY(value, convert(events.aggregates[i], std::move(value)));
    }
    if (events.select.empty()) continue;
    Row cells;
    const storage::Value* values = row.data();
    for (const Selected& selected : events.select) {
      RW_TRY(storage::Value cell, cell_of(selected, values));
      cells.push_back(std::move(cell));
      values += selected.fields.size();
    }
    row = std::move(cells);
  }
  return rows;
}

StepContext step_context(const SearchContext& context, std::vector<std::string>& warnings) {
  return {context.zone, context.window, context.now, context.limits, {}, warnings};
}

// Rows are taken through the first steps so many at a time, so that a search that keeps few of millions of groups
// (by the length of their data, say) does not hold them all.
constexpr std::size_t kPortion = 1024;
constexpr std::size_t kPortionBytes = std::size_t{4} * 1024 * 1024;
// A join whose rows are more reads all that its subsearch asks for.
constexpr std::size_t kMostPartners = 10'000;

// The rows of the plan's query after the first `steps` of its steps, each of which looks at one row alone.
class Portions {
 public:
  Portions(const Plan& plan, std::size_t steps, const SearchContext& context, std::vector<std::string>& warnings)
      : plan_(plan), steps_(steps), context_(context), warnings_(warnings), meter_(context.limits) {}

  core::Result<void> add(Row row) {
    if (row.size() != width_of(plan_.events)) {
      return core::Error{core::ErrorCode::kInternal, "the store answered with another number of columns than asked"};
    }
    portion_bytes_ += storage::size_bytes(row);
    portion_.push_back(std::move(row));
    return portion_.size() < kPortion && portion_bytes_ < kPortionBytes ? core::Result<void>() : take_in();
  }

  core::Result<Rows> finish() {
    RW_CHECK(take_in());
    return std::move(kept_);
  }

 private:
  core::Result<void> take_in() {
    portion_bytes_ = 0;
    RW_TRY(Rows rows, rows_of(plan_.events, std::exchange(portion_, {})));
    for (std::size_t i = 0; i < steps_; ++i) {
      StepContext context = step_context(context_, warnings_);
      RW_CHECK(plan_.steps[i].step->apply(rows, context));
    }
    RW_CHECK(meter_.add_all(rows.rows));
    // Columns come of the columns before, not of the rows: they are the same in every portion.
    std::vector<Row> kept = std::exchange(kept_.rows, {});
    std::move(rows.rows.begin(), rows.rows.end(), std::back_inserter(kept));
    kept_ = std::move(rows);
    kept_.rows = std::move(kept);
    return {};
  }

  const Plan& plan_;
  const std::size_t steps_;
  const SearchContext& context_;
  std::vector<std::string>& warnings_;
  std::vector<Row> portion_;
  std::size_t portion_bytes_ = 0;
  Rows kept_;
  storage::RowMeter meter_;  // of kept_
};

// The rows of the query's events: from its window, or from what a tick's sieve left of it. `narrower`: tests that only
// leave out events of which no row would be kept.
core::Result<void> scan(const EventQuery& events, std::optional<Predicate> filter,
                        const std::vector<Predicate>& narrower, const SearchContext& context,
                        const storage::RowSink& sink) {
  const cim::Window window = time_of(events, context.window, context.now, context.zone);
  const storage::Dialect* dialect = &context.dialect;
  if (context.sifted != nullptr) {
    const auto sifted = context.sifted->find(&events);
    if (sifted != context.sifted->end()) {
      const bool always_a_row = events.by.empty() && events.select.empty();
      if (sifted->second.nothing && !always_a_row) return {};
      if (sifted->second.dialect) dialect = sifted->second.dialect.get();
    }
  }
  if (!filter && narrower.empty()) {
    return context.reader.scan(emit_sql(events, *dialect, window, context.zone), context.limits.timeout, sink);
  }
  EventQuery narrowed = events;
  All all{narrower};
  all.terms.push_back(filter ? *std::move(filter) : events.where);
  narrowed.where = simplify({std::move(all)});
  return context.reader.scan(emit_sql(narrowed, *dialect, window, context.zone), context.limits.timeout, sink);
}

// One run of a plan and, below it, of its subsearches.
class Execution {
 public:
  Execution(const SearchContext& context, std::vector<std::string>& warnings)
      : context_(context), warnings_(warnings) {}

  // `dry`: no events are read; what comes has the columns of the result and no row worth looking at. `narrower`: tests
  // that only leave out events of which no row would be looked at.
  core::Result<Rows> run(const Plan& plan, bool dry, std::vector<Predicate> narrower = {}) {
    const auto first = std::find_if(plan.steps.begin(), plan.steps.end(), [](const Step& step) {
      return !step.step->works_row_by_row() || !step.subsearches.empty();
    });
    const auto portioned = static_cast<std::size_t>(first - plan.steps.begin());
    // Of a join that keeps no row without a partner, the subsearch of a query without a filter comes first: its keys
    // say which events to read.
    std::optional<std::vector<Rows>> ahead;
    bool reads = plan.reads_events && !dry;
    if (reads && first != plan.steps.end() && is_always(plan.events.where) && !plan.events.by.empty() &&
        first->step->needs_partner() && !first->step->meets_in().empty()) {
      RW_TRY(ahead, subsearches(*first, false));
      if (ahead->front().rows.empty()) {
        reads = false;
      } else {
        RW_TRY(std::vector<Predicate> tests, tests_of_keys(plan, portioned, first->step->meets_in(), ahead->front()));
        std::move(tests.begin(), tests.end(), std::back_inserter(narrower));
      }
    }
    Portions portions(plan, portioned, context_, warnings_);
    if (reads) {
      RW_TRY(std::optional<Predicate> filter, filter_of(plan.events));
      RW_CHECK(scan(plan.events, std::move(filter), narrower, context_,
                    [&](Row row) { return portions.add(std::move(row)); }));
    }
    RW_TRY(Rows rows, portions.finish());
    for (auto step = first; step != plan.steps.end(); ++step) {
      StepContext step_with = step_context(context_, warnings_);
      if (step == first && ahead) {
        step_with.subsearches = *std::move(ahead);
      } else {
        RW_TRY(step_with.subsearches,
               subsearches(*step, dry || (rows.rows.empty() && step->step->needs_rows()), &rows));
      }
      RW_CHECK(step->step->apply(rows, step_with));
      RW_CHECK(storage::RowMeter(context_.limits).add_all(rows.rows));
    }
    return rows;
  }

 private:
  // `partners`: the rows that meet those of the subsearches, where they are known.
  core::Result<std::vector<Rows>> subsearches(const Step& step, bool dry, const Rows* partners = nullptr) {
    std::vector<Rows> results;
    const std::vector<std::string> keys = step.step->meets_in();
    for (const auto& plan : step.subsearches) {
      std::vector<Predicate> narrower;
      const bool row_by_row = std::all_of(plan->steps.begin(), plan->steps.end(), [](const Step& each) {
        return each.step->works_row_by_row() && each.subsearches.empty();
      });
      if (partners != nullptr && !dry && !keys.empty() && row_by_row && !plan->events.by.empty() &&
          partners->rows.size() <= kMostPartners) {
        RW_TRY(narrower, tests_of_keys(*plan, plan->steps.size(), keys, *partners));
      }
      RW_TRY(Rows rows, run(*plan, dry, std::move(narrower)));
      results.push_back(std::move(rows));
    }
    return results;
  }

  // nullopt: the query's own.
  core::Result<std::optional<Predicate>> filter_of(const EventQuery& events) {
    if (!events.open) return std::optional<Predicate>();
    std::vector<Rows> results;
    for (const auto& plan : events.subsearches) {
      RW_TRY(Rows rows, run(*plan, false));
      results.push_back(std::move(rows));
    }
    RW_TRY(Predicate filter, events.open->close(std::move(results), warnings_));
    return std::optional<Predicate>(std::move(filter));
  }

  // That a group-by value is among the keys of the partners, for those keys that reach the join as they were read.
  core::Result<std::vector<Predicate>> tests_of_keys(const Plan& plan, std::size_t portioned,
                                                     const std::vector<std::string>& keys, const Rows& partners) {
    RW_TRY(Rows columns, Portions(plan, portioned, context_, warnings_).finish());
    std::vector<Predicate> tests;
    for (const std::string& key : keys) {
      const auto column = columns.find(key);
      const auto partner = partners.find(key);
      if (!column || !partner || !columns.columns[*column].origin) continue;
      const cim::Field* field = plan.events.by[*columns.columns[*column].origin].field;
      if (field == nullptr || field->type != cim::FieldType::kText) continue;
      std::set<std::string> texts;
      for (const Row& row : partners.rows) {
        if (!row[*partner].is_null()) texts.insert(text_of(row[*partner]));
      }
      tests.push_back({Matches{field, core::TextTest::one_of({texts.begin(), texts.end()})}});
    }
    return tests;
  }

  const SearchContext& context_;
  std::vector<std::string>& warnings_;
};

}  // namespace

core::Result<Rows> execute(const Plan& plan, const SearchContext& context, std::vector<std::string>& warnings) {
  return Execution(context, warnings).run(plan, false);
}

}  // namespace rw::detect
