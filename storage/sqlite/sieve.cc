#include "storage/sqlite/sieve.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include "storage/sqlite/columns.h"
#include "storage/sqlite/dialect.h"

namespace rw::storage::sqlite {
namespace {

// A statement that is read in the middle of a function with several ways out: none may hold the database's state.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ~ResetAtEnd() { statement_.reset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  Statement& statement_;
};

template <class Visit>
core::Result<void> each(const Bits& bits, const Visit& visit) {
  for (std::size_t word = 0; word < bits.size(); ++word) {
    for (std::uint64_t rest = bits[word]; rest != 0; rest &= rest - 1) {
      core::Result<void> visited = visit(word * 64 + static_cast<std::size_t>(std::countr_zero(rest)));
      if (!visited.ok()) return visited;
    }
  }
  return {};
}

bool any(const Bits& bits) {
  return std::any_of(bits.begin(), bits.end(), [](std::uint64_t word) { return word != 0; });
}

}  // namespace

void TableSieve::add(const Predicate& where, std::size_t number) {
  filters_.emplace_back(dataset_, where, facets_);
  numbers_.push_back(number);
}

core::Result<void> TableSieve::finish() {
  for (std::size_t i = 0; i < facets_.size(); ++i) {
    RW_CHECK(facets_[i]->finish(reader_));
    (facets_[i]->kind() == Facet::Kind::kMixed ? mixed_facets_ : key_facets_).push_back(i);
  }
  // The facet with the most tests says no most often: it is asked first.
  std::stable_sort(key_facets_.begin(), key_facets_.end(),
                   [&](std::size_t a, std::size_t b) { return facets_[a]->tests() > facets_[b]->tests(); });
  std::string columns = "e.id";
  int last = 0;
  for (const std::size_t facet : key_facets_) {
    columns += fmt::format(", {}", facets_[facet]->column());
    ++last;
  }
  places_.resize(facets_.size());
  std::string costly;
  int costly_columns = 0;
  for (const std::size_t facet : mixed_facets_) {
    const std::string& column = facets_[facet]->column();
    if (column.find(' ') == std::string::npos) {
      columns += fmt::format(", {}", column);
      places_[facet] = {.costly = false, .column = ++last};
    } else {
      costly += fmt::format("{}{}", costly.empty() ? "" : ", ", column);
      places_[facet] = {.costly = true, .column = costly_columns++};
    }
  }
  // In the order in which a search sees them, to which sums and first and last values are bound.
  pass_sql_ = fmt::format("SELECT {} FROM {} e WHERE e.time >= ?1 AND e.time < ?2 AND e.id >= ?3 ORDER BY e.time, e.id",
                          columns, table_of(dataset_));
  if (!costly.empty()) {
    RW_TRY(costly_, reader_.prepare(fmt::format("SELECT {} FROM {} e WHERE e.id = ?1", costly, table_of(dataset_))));
  }
  remaining_.resize(key_facets_.size());
  passed_.resize(facets_.size());
  mixed_read_.resize(facets_.size());
  return {};
}

core::Result<void> TableSieve::look(const cim::Window& window, std::int64_t first_id) {
  forget_if_full();
  left_.assign(filters_.size(), Left());
  id_bytes_ = 0;
  RW_TRY(Statement events, reader_.prepare(pass_sql_));
  events.bind(1, core::to_us(window.earliest));
  events.bind(2, core::to_us(window.latest));
  events.bind(3, first_id);
  return pass(events);
}

core::Result<void> TableSieve::may_pass(const cim::Window& window, const NewEvents& events,
                                        std::vector<bool>& answers) {
  RW_CHECK(look(window, dataset_ == cim::Dataset::kRegistry ? events.registry_from : events.processes_from));
  for (std::size_t i = 0; i < filters_.size(); ++i) answers[numbers_[i]] = left_[i].count > 0 || left_[i].too_many;
  left_.clear();
  return {};
}

core::Result<void> TableSieve::sift(const cim::Window& window, std::vector<Sifted>& sifted) {
  RW_CHECK(look(window, 0));
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    Sifted& answer = sifted[numbers_[i]];
    Left& left = left_[i];
    answer.nothing = left.count == 0 && !left.too_many;
    if (!left.too_many) answer.dialect = std::make_shared<EventsDialect>((left.ids.empty() ? "[" : left.ids) + "]");
  }
  left_.clear();
  return {};
}

core::Result<void> TableSieve::pass(Statement& events) {
  while (true) {
    RW_TRY(const bool row, reader_.step(events));
    if (!row) return {};
    RW_TRY(const bool may_pass, classify(events));
    if (!may_pass) continue;
    const Combination& found = combination();
    if (found.has_sure || found.has_open) RW_CHECK(take(events, found));
  }
}

// Fills classes_. False: some facet alone rules all filters out.
core::Result<bool> TableSieve::classify(const Statement& event) {
  classes_.clear();
  for (std::size_t i = 0; i < key_facets_.size(); ++i) {
    Facet& facet = *facets_[key_facets_[i]];
    const int column = static_cast<int>(i) + 1;
    Facet::Class found = 0;
    if (event.is_null(column)) {
      found = facet.class_of_null();
    } else {
      RW_TRY(found, facet.class_of_id(reader_, event.integer(column)));
    }
    if (!remaining(i, found).any) return false;
    classes_.push_back(static_cast<char32_t>(found));
  }
  return true;
}

const TableSieve::Remaining& TableSieve::remaining(std::size_t facet, Facet::Class found) {
  std::vector<Remaining>& of_facet = remaining_[facet];
  if (found >= of_facet.size()) of_facet.resize(found + 1);
  Remaining& entry = of_facet[found];
  if (!entry.known) {
    entry.known = true;
    entry.filters.assign(filters_.size() / 64 + 1, 0);
    std::vector<const Bits*> passed(facets_.size());
    passed[key_facets_[facet]] = facets_[key_facets_[facet]]->tests_of(found);
    for (std::size_t filter = 0; filter < filters_.size(); ++filter) {
      if (filters_[filter].ask(passed) != Answer::kNo) sqlite::add(entry.filters, filter);
    }
    entry.any = any(entry.filters);
  }
  return entry;
}

// Of the classes in classes_.
const TableSieve::Combination& TableSieve::combination() {
  const auto known = combinations_.find(classes_);
  if (known != combinations_.end()) return known->second;
  Combination found{Bits(filters_.size() / 64 + 1), Bits(filters_.size() / 64 + 1)};
  Bits candidates(filters_.size() / 64 + 1, ~std::uint64_t{0});
  std::vector<const Bits*> passed(facets_.size());
  for (std::size_t i = 0; i < key_facets_.size(); ++i) {
    const auto of_facet = static_cast<Facet::Class>(classes_[i]);
    passed[key_facets_[i]] = facets_[key_facets_[i]]->tests_of(of_facet);
    const Bits& filters = remaining_[i][of_facet].filters;
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
  const std::int64_t id = event.integer(0);
  if (combination.has_sure) {
    RW_CHECK(each(combination.sure, [&](std::size_t filter) {
      leave(filter, id);
      return core::Result<void>();
    }));
  }
  if (!combination.has_open) return {};
  for (std::size_t i = 0; i < key_facets_.size(); ++i) {
    passed_[key_facets_[i]] = facets_[key_facets_[i]]->tests_of(static_cast<Facet::Class>(classes_[i]));
  }
  for (const std::size_t facet : mixed_facets_) passed_[facet] = nullptr;
  mixed_read_.assign(facets_.size(), false);
  costly_read_ = false;
  const ResetAtEnd reset(costly_);
  return each(combination.open, [&](std::size_t filter) -> core::Result<void> {
    if (left_[filter].too_many) return {};
    for (const std::size_t facet : filters_[filter].facets()) {
      if (facets_[facet]->kind() != Facet::Kind::kMixed || mixed_read_[facet]) continue;
      RW_CHECK(read_mixed(facet, event));
    }
    if (filters_[filter].ask(passed_) != Answer::kNo) leave(filter, id);
    return {};
  });
}

core::Result<void> TableSieve::read_mixed(std::size_t facet, const Statement& event) {
  Facet& mixed = *facets_[facet];
  const auto [costly, column] = places_[facet];
  mixed_read_[facet] = true;
  if (costly && !costly_read_) {
    costly_.bind(1, event.integer(0));
    RW_TRY(costly_read_, reader_.step(costly_));
    RW_ASSERT(costly_read_);  // the pass stands on this very row
  }
  const Statement& row = costly ? costly_ : event;
  switch (row.type(column)) {
    case SQLITE_NULL:
      passed_[facet] = mixed.tests_of(mixed.class_of_null());
      return {};
    case SQLITE_INTEGER: {
      RW_TRY(const Facet::Class found, mixed.class_of_id(reader_, row.integer(column)));
      passed_[facet] = mixed.tests_of(found);
      return {};
    }
    default: {
      RW_TRY(passed_[facet], mixed.tests_of_text(reader_, row.text(column)));
      return {};
    }
  }
}

void TableSieve::leave(std::size_t filter, std::int64_t id) {
  Left& left = left_[filter];
  if (left.too_many) return;
  if (left.count >= kMostEvents || id_bytes_ >= kMostIdBytes) {
    id_bytes_ -= left.ids.size();
    left = {.ids = {}, .count = 0, .too_many = true};
    return;
  }
  const std::size_t before = left.ids.size();
  fmt::format_to(std::back_inserter(left.ids), "{}{}", left.ids.empty() ? "[" : ",", id);
  ++left.count;
  id_bytes_ += left.ids.size() - before;
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

}  // namespace rw::storage::sqlite
