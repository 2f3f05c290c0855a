#include "storage/sqlite/sieve.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "storage/sqlite/columns.h"
#include "storage/sqlite/dialect.h"

namespace rw::storage::sqlite {
namespace {

constexpr int kFirstColumn = 1;                          // behind the id
constexpr std::int64_t kMostIdsToRead = 16 * kBlockIds;  // where it is not known which of them are in the window

}  // namespace

void TableSieve::add(const Predicate& where, std::size_t number) {
  filters_.emplace_back(dataset_, where, facets_);
  numbers_.push_back(number);
}

core::Result<void> TableSieve::finish() {
  for (std::size_t i = 0; i < facets_.size(); ++i) {
    RW_CHECK(facets_[i]->finish(reader_));
    order_.push_back(i);
  }
  const auto by_kind = [this](Facet::Kind least) {
    return std::stable_partition(order_.begin(), order_.end(),
                                 [&](std::size_t facet) { return facets_[facet]->kind() < least; });
  };
  read_ = static_cast<std::size_t>(by_kind(Facet::Kind::kText) - order_.begin());
  const auto keys_end = by_kind(Facet::Kind::kMixed);
  keys_ = static_cast<std::size_t>(keys_end - order_.begin());
  // The facet with the most tests says no most often: it is asked first.
  std::stable_sort(order_.begin(), keys_end,
                   [&](std::size_t a, std::size_t b) { return facets_[a]->tests() > facets_[b]->tests(); });

  std::string columns = "e.id";
  std::string texts;
  places_.resize(facets_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const std::string& column = facets_[order_[i]]->column();
    places_[order_[i]] = i;
    std::string& list = i < read_ ? columns : texts;
    list += fmt::format("{}{}", list.empty() ? "" : ", ", column);
    if (i >= read_) continue;
    parts_.push_back(parts_of_column(dataset_, column));
    of_event_.emplace_back();
    skim_.emplace_back();
    if (i < keys_) {
      RW_TRY(skim_.back(), reader_.prepare(fmt::format("SELECT e.id, {} FROM {} e WHERE e.id >= ?1 AND e.id <= ?2",
                                                       column, table_of(dataset_))));
    } else if (!parts_.back().parts.empty()) {
      RW_TRY(of_event_.back(),
             reader_.prepare(fmt::format("SELECT {} FROM {} e WHERE e.id = ?1", column, table_of(dataset_))));
    }
  }
  const auto pass = [&](std::string_view conditions) {
    return fmt::format("SELECT {} FROM {} e WHERE {}", columns, table_of(dataset_), conditions);
  };
  RW_TRY(hold_, reader_.prepare("SELECT 1 FROM event_block"));
  by_id_sql_ = pass("e.time >= ?1 AND e.time < ?2 AND e.id >= ?3 AND e.id <= ?4");
  // With the sign no index is taken for it.
  by_time_sql_ = pass(fmt::format("{} AND {} AND +e.id >= ?3 AND +e.id <= ?4", since("?1"), before("?2")));
  if (!texts.empty()) {
    RW_TRY(texts_, reader_.prepare(fmt::format("SELECT {} FROM {} e WHERE e.id = ?1", texts, table_of(dataset_))));
  }
  asking_.assign(facets_.size(), Bits(filters_.size() / 64 + 1));
  for (std::size_t filter = 0; filter < filters_.size(); ++filter) {
    for (const std::size_t facet : filters_[filter].facets()) sqlite::add(asking_[places_[facet]], filter);
  }
  remaining_.resize(read_);
  all_filters_.assign(filters_.size() / 64 + 1, 0);
  for (std::size_t filter = 0; filter < filters_.size(); ++filter) sqlite::add(all_filters_, filter);
  no_events_ = std::make_shared<EventsDialect>("[]");
  of_block_.resize(facets_.size());
  passed_.resize(facets_.size());
  text_read_.resize(facets_.size());
  return {};
}

core::Result<void> TableSieve::look(const cim::Window& window, std::int64_t first_id) {
  forget_if_full();
  left_.assign(filters_.size(), Left());
  kept_ = 0;
  given_up_ = 0;
  // While it stands on a row the database does not change for this reader, nor is it locked for each statement anew.
  const ResetAtEnd reset(hold_);
  RW_CHECK(reader_.step(hold_));
  RW_TRY(const std::vector<IdRange> ranges, ids_to_read(window, first_id));
  RW_TRY(Statement by_id, reader_.prepare(by_id_sql_));
  RW_TRY(Statement by_time, reader_.prepare(by_time_sql_));
  for (Statement* events : {&by_id, &by_time}) {
    events->bind(1, core::to_us(window.earliest));
    events->bind(2, core::to_us(window.latest));
  }
  for (const IdRange& ids : ranges) {
    if (ids.is_known) {
      RW_CHECK(pass_known(by_id, ids));
    } else {
      // The index has all events of the window, however few of them are in the range.
      const bool many = ids.last - ids.first >= kMostIdsToRead;
      RW_CHECK(pass(many ? by_time : by_id, ids.first, ids.last, ids.candidates));
    }
    if (given_up_ == filters_.size()) break;
  }
  return {};
}

core::Result<void> TableSieve::may_pass(const cim::Window& window, const NewEvents& events,
                                        std::vector<bool>& answers) {
  RW_CHECK(look(window, dataset_ == cim::Dataset::kRegistry ? events.registry_from : events.processes_from));
  for (std::size_t i = 0; i < filters_.size(); ++i) answers[numbers_[i]] = !left_[i].nothing();
  left_.clear();
  return {};
}

core::Result<void> TableSieve::sift(const cim::Window& window, std::vector<Sifted>& sifted) {
  RW_CHECK(look(window, 0));
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    Sifted& answer = sifted[numbers_[i]];
    Left& left = left_[i];
    answer.nothing = left.nothing();
    if (answer.nothing) {
      answer.dialect = no_events_;
    } else if (!left.too_many) {
      answer.dialect = std::make_shared<EventsDialect>(left.json_ids());
    }
  }
  left_.clear();
  return {};
}

// Over the events with these ids.
core::Result<void> TableSieve::pass(Statement& events, std::int64_t first, std::int64_t last, const Bits& candidates) {
  const ResetAtEnd reset(events);
  events.bind(3, first);
  events.bind(4, last);
  while (true) {
    RW_TRY(const bool row, reader_.step(events));
    if (!row) return {};
    RW_TRY(const bool may_pass, classify(events, candidates));
    if (!may_pass) continue;
    const Combination* found = &combination();
    if (found->has_open && read_ > keys_) {
      RW_CHECK(classify_mixed(events));
      found = &combination();
    }
    if (found->has_sure || found->has_open) RW_CHECK(take(events, *found));
    if (given_up_ == filters_.size()) return {};
  }
}

// Fills classes_. False: the facets rule all candidates out.
core::Result<bool> TableSieve::classify(const Statement& event, const Bits& candidates) {
  classes_.clear();
  remaining_of_event_ = candidates;
  for (std::size_t i = 0; i < keys_; ++i) {
    RW_TRY(const Facet::Class found, class_at(i, event, static_cast<int>(i) + kFirstColumn));
    const Bits& filters = remaining(i, found).filters;
    std::uint64_t left = 0;
    for (std::size_t word = 0; word < filters.size(); ++word) left |= remaining_of_event_[word] &= filters[word];
    if (left == 0) return false;
    classes_.push_back(static_cast<char32_t>(found));
  }
  return true;
}

// Adds to classes_.
core::Result<void> TableSieve::classify_mixed(const Statement& event) {
  for (std::size_t i = keys_; i < read_; ++i) {
    RW_TRY(const Facet::Class found, class_at(i, event, static_cast<int>(i) + kFirstColumn));
    classes_.push_back(static_cast<char32_t>(found));
  }
  return {};
}

// A text that stands in its row has none: whoever needs it reads it.
core::Result<Facet::Class> TableSieve::class_at(std::size_t place, const Statement& event, int column) {
  Facet& facet = *facets_[order_[place]];
  switch (event.type(column)) {
    case SQLITE_NULL:
      return facet.class_of_null();
    case SQLITE_INTEGER:
      return facet.class_of_id(reader_, event.integer(column));
    default:
      return Facet::kUnknown;
  }
}

const TableSieve::Remaining& TableSieve::remaining(std::size_t place, Facet::Class found) {
  std::vector<Remaining>& of_facet = remaining_[place];
  if (found >= of_facet.size()) of_facet.resize(found + 1);
  Remaining& entry = of_facet[found];
  if (!entry.known) {
    entry.known = true;
    entry.filters.assign(filters_.size() / 64 + 1, 0);
    std::vector<const Bits*> passed(facets_.size());
    passed[order_[place]] = facets_[order_[place]]->tests_of(found);
    for (std::size_t filter = 0; filter < filters_.size(); ++filter) {
      if (filters_[filter].ask(passed) != Answer::kNo) sqlite::add(entry.filters, filter);
    }
  }
  return entry;
}

// Of the classes in classes_.
const TableSieve::Combination& TableSieve::combination() {
  const auto known = combinations_.find(classes_);
  if (known != combinations_.end()) return known->second;
  Combination found{Bits(filters_.size() / 64 + 1), Bits(filters_.size() / 64 + 1)};
  Bits candidates = all_filters_;
  std::vector<const Bits*> passed(facets_.size());
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    const auto of_facet = static_cast<Facet::Class>(classes_[i]);
    passed[order_[i]] = facets_[order_[i]]->tests_of(of_facet);
    const Bits& filters = remaining(i, of_facet).filters;
    for (std::size_t word = 0; word < candidates.size(); ++word) candidates[word] &= filters[word];
  }
  for (std::size_t filter = 0; filter < filters_.size(); ++filter) {
    if (!has(candidates, filter)) continue;
    const Answer answer = filters_[filter].ask(passed);
    if (answer == Answer::kYes) sqlite::add(found.sure, filter);
    if (answer == Answer::kMaybe) sqlite::add(found.open, filter);
  }
  found.has_sure = any(found.sure);
  found.has_open = any(found.open);
  if (combinations_.size() < kMostCombinations) return combinations_.emplace(classes_, std::move(found)).first->second;
  uncached_ = std::move(found);
  return uncached_;
}

core::Result<void> TableSieve::take(const Statement& event, const Combination& combination) {
  if (combination.has_sure) {
    RW_CHECK(each(combination.sure, [&](std::size_t filter) {
      leave(filter, event);
      return core::Result<void>();
    }));
  }
  if (!combination.has_open) return {};
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const auto found = i < classes_.size() ? static_cast<Facet::Class>(classes_[i]) : Facet::kUnknown;
    passed_[order_[i]] = facets_[order_[i]]->tests_of(found);
  }
  text_read_.assign(facets_.size(), false);
  texts_read_ = false;
  const ResetAtEnd reset(texts_);
  return each(combination.open, [&](std::size_t filter) -> core::Result<void> {
    if (left_[filter].too_many) return {};
    for (const std::size_t facet : filters_[filter].facets()) {
      if (passed_[facet] == nullptr && !text_read_[facet]) RW_CHECK(read_text(facet, event));
    }
    if (filters_[filter].ask(passed_) != Answer::kNo) leave(filter, event);
    return {};
  });
}

// Of a facet whose class does not say it.
core::Result<void> TableSieve::read_text(std::size_t facet, const Statement& event) {
  text_read_[facet] = true;
  const std::size_t place = places_[facet];
  if (place >= read_ && !texts_read_) {
    texts_.bind(1, event.integer(0));
    RW_TRY(texts_read_, reader_.step(texts_));
    RW_ASSERT(texts_read_);  // the pass stands on this very row
  }
  const Statement& row = place < read_ ? event : texts_;
  const int column = place < read_ ? static_cast<int>(place) + kFirstColumn : static_cast<int>(place - read_);
  switch (row.type(column)) {
    case SQLITE_NULL:
      passed_[facet] = facets_[facet]->tests_of(facets_[facet]->class_of_null());
      return {};
    case SQLITE_INTEGER:  // of a row that is not there, or has no place: any test may pass
      return {};
    default: {
      RW_TRY(passed_[facet], facets_[facet]->tests_of_text(reader_, row.text(column)));
      return {};
    }
  }
}

void TableSieve::leave(std::size_t filter, const Statement& event) {
  Left& left = left_[filter];
  if (left.too_many) return;
  if (left.events.size() >= kMostEvents || kept_ >= kMostKept) {
    kept_ -= left.events.size();
    left = {.events = {}, .too_many = true};
    ++given_up_;
    return;
  }
  left.events.push_back(event.integer(0));
  ++kept_;
}

std::string TableSieve::Left::json_ids() {
  std::sort(events.begin(), events.end());
  return fmt::format("[{}]", fmt::join(events, ","));
}

std::size_t TableSieve::size_bytes() const {
  constexpr std::size_t kOfNode = 64;  // what a map needs besides
  const std::size_t set = (filters_.size() / 64 + 1) * sizeof(std::uint64_t);
  std::size_t bytes =
      combinations_.size() * (sizeof(Combination) + 2 * set + order_.size() * sizeof(char32_t) + kOfNode);
  for (const auto& facet : facets_) bytes += facet->size_bytes();
  for (const auto& of_facet : remaining_) bytes += of_facet.size() * (sizeof(Remaining) + set);
  return bytes;
}

// Classes are numbered anew after a facet has forgotten, so all that is known by their numbers goes with them.
void TableSieve::forget_if_full() {
  const bool full = combinations_.size() >= kMostCombinations ||
                    std::any_of(facets_.begin(), facets_.end(), [](const auto& facet) { return facet->is_full(); });
  if (!full) return;
  for (const auto& facet : facets_) facet->forget();
  for (std::vector<Remaining>& of_facet : remaining_) of_facet.clear();
  combinations_.clear();
}

core::Result<std::unique_ptr<Sieve>> SqliteSieve::open(SqliteReader& reader, const std::vector<Filter>& filters) {
  std::unique_ptr<SqliteSieve> sieve(new SqliteSieve(reader, filters.size()));
  for (const cim::Dataset dataset : kEventDatasets) {
    TableSieve table(reader, dataset);
    bool wanted = false;
    for (std::size_t i = 0; i < filters.size(); ++i) {
      if (filters[i].dataset != dataset) continue;
      table.add(filters[i].where, i);
      wanted = true;
    }
    if (!wanted) continue;
    RW_CHECK(table.finish());
    sieve->tables_.push_back(std::move(table));
  }
  return std::unique_ptr<Sieve>(std::move(sieve));
}

core::Result<std::vector<Sifted>> SqliteSieve::sift(const cim::Window& window, std::chrono::milliseconds timeout) {
  RW_CHECK(reader_.start_clock(timeout));
  std::vector<Sifted> sifted(filters_);
  for (TableSieve& table : tables_) RW_CHECK(table.sift(window, sifted));
  return sifted;
}

core::Result<std::vector<bool>> SqliteSieve::may_pass(const cim::Window& window, const NewEvents& events,
                                                      std::chrono::milliseconds timeout) {
  RW_CHECK(reader_.start_clock(timeout));
  std::vector<bool> answers(filters_);
  for (TableSieve& table : tables_) RW_CHECK(table.may_pass(window, events, answers));
  return answers;
}

std::size_t SqliteSieve::size_bytes() const {
  std::size_t bytes = 0;
  for (const TableSieve& table : tables_) bytes += table.size_bytes();
  return bytes;
}

}  // namespace rw::storage::sqlite
