// A sieve must not change what a search finds: over random events and predicates, the events that it leaves give the
// rows that the window gives.
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "daemon/cim/fields.h"
#include "storage/sqlite/blocks.h"
#include "storage/sqlite/sieve.h"
#include "tests/unit/storage/predicate_sql.h"

namespace rw::storage::test {
namespace {

using cim::Dataset;

constexpr std::chrono::minutes kTimeout{1};

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_); }
  bool chance(std::size_t percent) { return below(100) < percent; }
  template <class T>
  const T& one_of(const std::vector<T>& items) {
    return items[below(items.size())];
  }

 private:
  std::mt19937 engine_;
};

const std::vector<std::string> kTexts = {"a",
                                         "A",
                                         "ab",
                                         "b\\a",
                                         "dir\\",
                                         "1",
                                         "10",
                                         "9.5",
                                         "0x00000001",
                                         "DWORD (0x00000001)",
                                         "10.0.0.7",
                                         "unknown",
                                         "Größe",
                                         "GRÖSSE",
                                         "{a}",
                                         "HKLM\\SOFTWARE\\Run\\x",
                                         "long " + std::string(150, 'x') + " end",
                                         "LONG " + std::string(150, 'x') + " ab"};
const std::vector<std::string> kKeys = {"HKLM\\SOFTWARE\\Run", "HKU\\S-1\\Run", "HKLM\\System\\a", "HKCR\\.x", "a"};
const std::vector<std::string> kExtras = {
    "", R"({"AccessMask":"0x2","SubjectUserName":"a"})",
    R"({"ObjectName":"HKLM\\SOFTWARE\\Run\\x","SubjectUserName":"A"})",
    R"({"ObjectName":"ab","NewValue":"10","SubjectUserName":"Größe","TargetUserName":"ab","MandatoryLabel":"1",)"
    R"("HandleId":"made longer than a term may be, so that it stands in its row","NewProcessId":"0x10"})"};
const std::vector<std::string> kVersions = {"", R"({"Company":"ab","Product":"a"})", R"({"FileVersion":"9.5"})"};

// Random records; the texts live here.
class Events {
 public:
  explicit Events(Random& random) : random_(random) {}

  Batch batch(std::size_t registry, std::size_t processes) {
    Batch batch;
    for (std::size_t i = 0; i < registry; ++i) batch.registry.push_back(registry_record());
    for (std::size_t i = 0; i < processes; ++i) batch.processes.push_back(process_record());
    return batch;
  }

 private:
  std::string_view text(std::size_t null_percent = 25) {
    return random_.chance(null_percent) ? std::string_view() : std::string_view(random_.one_of(kTexts));
  }

  void fill_base(cim::EventBase& base, bool of_registry) {
    base.record_id.reset();
    // Few instants, so that many events share one.
    base.time = at("2026-10-11T10:00:00Z") + std::chrono::seconds(random_.below(20));
    base.received = base.time;
    static const std::vector<std::uint32_t> kIds[] = {{1, 4688}, {12, 13, 14, 4657}};
    static const std::vector<std::string> kTypes = {"", "SetValue", "CreateKey", "DeleteValue"};
    static const std::vector<std::string> kEnvelopes = {"", R"({"RuleName":"-"})", R"({"Level":"4","RuleName":"ab"})"};
    base.source.event_id = random_.one_of(kIds[of_registry ? 1 : 0]);
    base.source.event_type = of_registry ? std::string_view(random_.one_of(kTypes)) : std::string_view();
    base.source.envelope = random_.one_of(kEnvelopes);
    base.source.computer = text(5);
    base.source.channel = random_.chance(50) ? "Security" : "";
    base.extra = random_.one_of(kExtras);
  }

  cim::RegistryRecord registry_record() {
    cim::RegistryRecord record = set_value(0);
    fill_base(record, true);
    record.action = static_cast<cim::RegistryAction>(random_.below(4));
    record.key_name = random_.one_of(kKeys);
    record.value_name = text();
    record.value_data = text();
    record.value_type = random_.chance(50) ? "REG_DWORD" : "";
    record.details = text(60);
    if (random_.chance(30)) {
      record.value_data = "0x00000001";
      record.details = "DWORD (0x00000001)";
    }
    record.user = text();
    record.user_domain = text();
    record.process_path = text();
    record.process_guid = text();
    record.process_id = text();
    return record;
  }

  cim::ProcessRecord process_record() {
    cim::ProcessRecord record = process(0);
    fill_base(record, false);
    for (std::string_view* field :
         {&record.user, &record.user_domain, &record.parent_user, &record.parent_user_domain, &record.process,
          &record.process_path, &record.process_id, &record.process_guid, &record.process_hash,
          &record.process_integrity_level, &record.process_current_directory, &record.original_file_name,
          &record.parent_process, &record.parent_process_path, &record.parent_process_id,
          &record.parent_process_guid}) {
      *field = text();
    }
    record.image_version = random_.one_of(kVersions);
    return record;
  }

  Random& random_;
};

class Predicates {
 public:
  Predicates(Random& random, Dataset dataset) : random_(random) {
    for (const auto fields : {cim::fields(dataset), cim::event_fields(dataset)}) {
      for (const cim::Field& field : fields) fields_.push_back(&field);
    }
  }

  // `exact`: only what a sieve answers to the end.
  Predicate any(bool exact, int depth = 3) {
    switch (depth == 0 ? 9 : random_.below(7)) {
      case 0:
        return negated(any(exact, depth - 1));
      case 1:
      case 2:
        return {All{several(exact, depth - 1)}};
      case 3:
      case 4:
        return {Any{several(exact, depth - 1)}};
      default:
        return test(exact);
    }
  }

 private:
  std::vector<Predicate> several(bool exact, int depth) {
    std::vector<Predicate> terms;
    const std::size_t count = random_.chance(5) ? 0 : 1 + random_.below(3);
    for (std::size_t i = 0; i < count; ++i) terms.push_back(any(exact, depth));
    return terms;
  }

  const cim::Field& field(bool exact) {
    const cim::Field* found = random_.one_of(fields_);
    return exact && found->type == cim::FieldType::kTime ? field(exact) : *found;
  }

  Predicate test(bool exact) {
    const cim::Field& of = field(exact);
    switch (random_.below(exact ? 8 : 9)) {
      case 0:
        return {Exists{&of}};
      case 1: {
        static const std::vector<CompareOp> kOps = {CompareOp::kLess, CompareOp::kLessEqual, CompareOp::kGreater,
                                                    CompareOp::kGreaterEqual};
        return {Compares{&of, random_.one_of(kOps), random_.one_of(kTexts), random_.chance(50)}};
      }
      case 2: {
        static const std::vector<std::string> kRegexes = {"(?i)A", "^a$", "x end$", "", "\\\\", "[0-9]+"};
        return {Matches{&of, must(core::TextTest::regex(random_.one_of(kRegexes)))}};
      }
      case 3:
        return {Matches{&of, must(core::TextTest::cidr("10.0.0.0/8"))}};
      case 8:
        return {Same{&of, &field(false),
                     random_.chance(50) ? core::TextPattern::Case::kFolded : core::TextPattern::Case::kExact}};
      default:
        return {Matches{&of, pattern()}};
    }
  }

  core::TextPattern pattern() {
    core::TextPattern pattern(random_.chance(80) ? core::TextPattern::Case::kFolded : core::TextPattern::Case::kExact);
    if (random_.chance(50)) pattern.any_run();
    const std::string& text = random_.one_of(kTexts);
    const std::size_t begin = random_.chance(50) ? 0 : random_.below(text.size());
    const bool whole = static_cast<unsigned char>(text[begin]) < 0x80;  // no cut through a character
    pattern.literal(whole ? std::string_view(text).substr(begin) : std::string_view(text));
    if (random_.chance(20)) pattern.any_char();
    if (random_.chance(30)) pattern.any_run();
    return pattern;
  }

  Random& random_;
  std::vector<const cim::Field*> fields_;
};

// Every event with all its fields, and what depends on the order in which they come.
std::vector<std::string> selections(const Dialect& dialect, Dataset dataset) {
  std::string all = "e.id";
  std::string first = "count(*)";
  for (const auto fields : {cim::fields(dataset), cim::event_fields(dataset)}) {
    for (const cim::Field& field : fields) {
      const std::string sql = dialect.field(dataset, field);
      all += ", " + sql;
      if (field.type == cim::FieldType::kTime) continue;
      first += ", " + dialect.earliest_aggregate(sql) + ", " + dialect.latest_aggregate(sql);
    }
  }
  return {all, first};
}

// In no order of their own: what is sought decides how SQLite reads.
std::vector<std::vector<Value>> sorted_rows(Reader& reader, const Query& query) {
  auto rows = rows_of(reader, query);
  std::ranges::sort(rows);
  return rows;
}

// How many events the sieve left of the filter, and that they give the same rows. nullopt: the whole window.
void check_same_rows(Database& database, Reader& reader, const cim::Window& window, const Filter& filter,
                     const Sifted& sifted, bool exact) {
  INFO(print(filter.where));
  const Dialect& whole = database.store().dialect();
  const auto ids = sorted_rows(reader, query_of(whole, filter.dataset, window, filter.where, "e.id"));
  if (sifted.nothing) CHECK(ids.empty());
  REQUIRE(sifted.dialect != nullptr);
  for (const std::string& select : selections(whole, filter.dataset)) {
    CHECK(sorted_rows(reader, query_of(*sifted.dialect, filter.dataset, window, filter.where, select)) ==
          sorted_rows(reader, query_of(whole, filter.dataset, window, filter.where, select)));
  }
  if (exact) {
    CHECK(sifted.nothing == ids.empty());
    CHECK(sorted_rows(reader, query_of(*sifted.dialect, filter.dataset, window, always(), "e.id")) == ids);
  }
}

TEST_CASE("what a sieve leaves gives the rows that the window gives", "[sieve]") {
  const unsigned seed = GENERATE(1U, 2U, 3U);
  INFO("seed " << seed);
  Random random(seed);
  Events events(random);
  Database database;
  const auto session = database.writer();
  const auto reader = database.reader();
  std::vector<Filter> filters;
  std::vector<bool> exact;
  for (int i = 0; i < 60; ++i) {
    const Dataset dataset = random.chance(60) ? Dataset::kRegistry : Dataset::kProcesses;
    exact.push_back(random.chance(50));
    filters.push_back({dataset, Predicates(random, dataset).any(exact.back())});
  }
  const auto sieve = must(reader->open_sieve(filters));
  const core::Micros start = at("2026-10-11T10:00:00Z");
  for (int tick = 0; tick < 4; ++tick) {
    // The first tick has an empty store; later ones see rows, terms and events that are new.
    if (tick > 0) commit(*session, events.batch(50, 40));
    const core::Micros earliest = start + std::chrono::seconds(random.below(8));
    const cim::Window window{earliest, earliest + std::chrono::seconds(random.below(20))};
    const std::vector<Sifted> sifted = must(sieve->sift(window, kTimeout));
    REQUIRE(sifted.size() == filters.size());
    for (std::size_t i = 0; i < filters.size(); ++i) {
      check_same_rows(database, *reader, window, filters[i], sifted[i], exact[i]);
    }
  }
}

TEST_CASE("a text with several ids is one text to every search", "[sieve]") {
  const unsigned seed = GENERATE(11U, 12U);
  INFO("seed " << seed);
  Random random(seed);
  Events events(random);
  Database remembers;
  Database forgets({.data_dir = {}, .dictionary_bytes = 0});
  const auto session = remembers.writer();
  const auto forgetful = forgets.writer();
  for (int i = 0; i < 25; ++i) {  // few at a time, so that each commit leaves much unused
    const Batch batch = events.batch(5, 3);
    commit(*session, batch);
    commit(*forgetful, batch);
  }
  check_references(forgets, false);
  REQUIRE(forgets.count("term") > remembers.count("term"));
  REQUIRE(forgets.count("registry_path") > remembers.count("registry_path"));
  REQUIRE(forgets.count("source") > remembers.count("source"));
  for (const char* view : {"Registry", "Processes"}) {
    CHECK(forgets.rows(std::string("SELECT * FROM ") + view) == remembers.rows(std::string("SELECT * FROM ") + view));
  }

  const auto reader = remembers.reader();
  const auto of_forgets = forgets.reader();
  const cim::Window window{at("2026-10-11T10:00:00Z"), at("2026-10-11T10:01:00Z")};
  const Dialect& dialect = remembers.store().dialect();
  std::vector<Filter> filters;
  for (int i = 0; i < 16; ++i) {
    const Dataset dataset = i % 2 == 0 ? Dataset::kRegistry : Dataset::kProcesses;
    filters.push_back({dataset, Predicates(random, dataset).any(true)});
  }
  const auto sifted = must(must(of_forgets->open_sieve(filters))->sift(window, kTimeout));
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const auto& [dataset, where] = filters[i];
    check_same_rows(forgets, *of_forgets, window, filters[i], sifted[i], true);
    for (const std::string& select : selections(dialect, dataset)) {
      CHECK(sorted_rows(*of_forgets, query_of(dialect, dataset, window, where, select)) ==
            sorted_rows(*reader, query_of(dialect, dataset, window, where, select)));
    }
  }
  // Groups, their sizes and their distinct values.
  for (const auto& [dataset, by] : {std::pair(Dataset::kRegistry, "registry_path"),
                                    {Dataset::kRegistry, "dest"},
                                    {Dataset::kRegistry, "registry_value_data"},
                                    {Dataset::kProcesses, "process_name"},
                                    {Dataset::kProcesses, "process"}}) {
    const std::string group = dialect.field(dataset, *cim::find_field(dataset, by));
    const std::string user = dialect.field(dataset, *cim::find_field(dataset, "user"));
    Query query = query_of(dialect, dataset, window, always(),
                           group + ", count(*), count(DISTINCT " + user + "), " + dialect.values_aggregate(user));
    query.sql += " GROUP BY 1 ORDER BY 1";
    const auto rows = rows_of(*of_forgets, query);
    CHECK(rows.size() > 3);
    CHECK(rows == rows_of(*reader, query));
  }
}

TEST_CASE("blocks rule out no event that passes", "[sieve]") {
  const unsigned seed = GENERATE(21U, 22U);
  INFO("seed " << seed);
  Random random(seed);
  Events events(random);
  Database database({.data_dir = {}, .retention = Retention{.events = {}, .findings = {}, .max_size_bytes = {}}});
  const auto session = database.writer();
  const auto reader = database.reader();
  // Few different events in a block, and others in the next.
  for (int block = 0; block < 2; ++block) {
    const Batch several = events.batch(5, 5);
    Batch batch;
    for (std::int64_t i = 0; i < sqlite::kBlockIds; ++i) {
      batch.registry.push_back(several.registry[random.below(several.registry.size())]);
      batch.processes.push_back(several.processes[random.below(several.processes.size())]);
    }
    commit(*session, batch);
  }
  keep_up(*session, at("2026-10-11T10:01:00Z"));
  REQUIRE(database.count("event_block") == 4);

  std::vector<Filter> filters;
  for (int i = 0; i < 100; ++i) {
    const Dataset dataset = random.chance(70) ? Dataset::kRegistry : Dataset::kProcesses;
    filters.push_back({dataset, Predicates(random, dataset).any(true)});
  }
  const cim::Window window{at("2026-10-11T10:00:00Z"), at("2026-10-11T10:01:00Z")};
  const std::vector<Sifted> sifted = must(must(reader->open_sieve(filters))->sift(window, kTimeout));
  const Dialect& whole = database.store().dialect();
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const auto& [dataset, where] = filters[i];
    INFO(print(where));
    REQUIRE(sifted[i].dialect != nullptr);
    const auto ids = rows_of(*reader, query_of(whole, dataset, window, where, "e.id"));
    CHECK(rows_of(*reader, query_of(*sifted[i].dialect, dataset, window, always(), "e.id")).size() == ids.size());
    CHECK(sifted[i].nothing == ids.empty());
  }
}

Predicate path_is(std::string_view pattern) {
  return {Matches{cim::find_field(Dataset::kRegistry, "registry_path"), core::TextPattern::with_stars(pattern)}};
}

const cim::Window kDay{core::from_us(1'791'676'800'000'000), core::from_us(1'791'763'200'000'000)};  // 2026-10-11

TEST_CASE("nothing to sift", "[sieve]") {
  Database database;
  const auto reader = database.reader();
  CHECK(must(must(reader->open_sieve({}))->sift(kDay, kTimeout)).empty());

  const auto sieve = must(reader->open_sieve({{Dataset::kRegistry, path_is("*")}, {Dataset::kRisk, always()}}));
  const auto sifted = must(sieve->sift(kDay, kTimeout));
  REQUIRE(sifted.size() == 2);
  CHECK(sifted[0].nothing);
  // Risk events are not sifted.
  CHECK_FALSE(sifted[1].nothing);
  CHECK(sifted[1].dialect == nullptr);
}

TEST_CASE("a filter that leaves very many events sees the window", "[sieve]") {
  Database database;
  const auto session = database.writer();
  std::vector<cim::RegistryRecord> records;
  for (std::uint64_t i = 0; i <= sqlite::TableSieve::kMostEvents; ++i) {
    records.push_back(set_value(i + 1));
    if (i == 7) records.back().value_name = "Rare";
  }
  commit(*session, batch_of(records));
  const auto reader = database.reader();
  const auto sieve = must(reader->open_sieve({{Dataset::kRegistry, path_is("*\\Rare")},
                                              {Dataset::kRegistry, path_is("HKLM\\*")},
                                              {Dataset::kRegistry, path_is("HKCU\\*")}}));
  for (int tick = 0; tick < 2; ++tick) {
    const auto sifted = must(sieve->sift(kDay, kTimeout));
    CHECK_FALSE(sifted[0].nothing);
    REQUIRE(sifted[0].dialect != nullptr);
    CHECK(sorted_rows(*reader, query_of(*sifted[0].dialect, Dataset::kRegistry, kDay, always(), "e.id")) ==
          std::vector<std::vector<Value>>{{std::int64_t{8}}});
    CHECK_FALSE(sifted[1].nothing);
    CHECK(sifted[1].dialect == nullptr);
    CHECK(sifted[2].nothing);
  }

  // The clock runs in the pass too, and a sieve that was stopped goes on with the next tick.
  const auto late = sieve->sift(kDay, std::chrono::milliseconds(-1));
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().code == core::ErrorCode::kLimit);
  CHECK_FALSE(must(sieve->sift(kDay, kTimeout))[0].nothing);
  reader->cancel();
  const auto cancelled = sieve->sift(kDay, kTimeout);
  REQUIRE_FALSE(cancelled.ok());
  CHECK(cancelled.error().code == core::ErrorCode::kCancelled);
}

TEST_CASE("given events are seen within the window only", "[sieve]") {
  Database database;
  const auto session = database.writer();
  commit(*session, batch_of({set_value(1), set_value(2, "2026-10-11T21:00:00Z")}));
  const auto reader = database.reader();
  const auto sieve = must(reader->open_sieve({{Dataset::kRegistry, path_is("HKLM*")}}));
  const auto sifted = must(sieve->sift(kDay, kTimeout));
  const cim::Window evening{at("2026-10-11T20:30:00Z"), kDay.latest};
  CHECK(sorted_rows(*reader, query_of(*sifted[0].dialect, Dataset::kRegistry, evening, always(), "e.id")) ==
        std::vector<std::vector<Value>>{{std::int64_t{2}}});
}

TEST_CASE("a sieve keeps no event from being deleted or written", "[sieve]") {
  Database database;
  const auto session = database.writer();
  const auto reader = database.reader();
  commit(*session, batch_of({set_value(1)}));
  const auto sieve = must(reader->open_sieve({{Dataset::kRegistry, path_is("*\\Name")}}));
  must(sieve->sift(kDay, kTimeout));
  // A read transaction left open would show the tick before.
  commit(*session, batch_of({set_value(2)}));
  const auto sifted = must(sieve->sift(kDay, kTimeout));
  CHECK(rows_of(*reader, query_of(*sifted[0].dialect, Dataset::kRegistry, kDay, always(), "e.id")).size() == 2);
}

}  // namespace
}  // namespace rw::storage::test
