// What is written down of blocks of events changes how soon lists and counts are there, never what they say.
#include "storage/sqlite/blocks.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "tests/unit/storage/predicate_sql.h"

namespace rw::storage::test {
namespace {

using sqlite::kBlockIds;
using Rows = std::vector<std::string>;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t kEvents = 3 * kBlockIds + 100;
constexpr std::int64_t kRareId = kBlockIds + 77;
const core::Micros kStart = core::from_us(1'791'763'200'000'000);  // 2026-10-12T00:00:00Z
const core::Micros kEnd = kStart + seconds(kEvents);

constexpr std::array kHosts = {"ws1.corp.example", "ws2.corp.example", "ws3.corp.example"};
constexpr std::array kValues = {"A", "B", "C", "D", "E"};
constexpr std::array kUsers = {"ann", "bob", ""};
// Longer than a term may be, so that they stand in their rows.
const std::string kLongText = std::string(150, 'x') + " end";
const std::string kNeedle = std::string(150, 'x') + " needle";

// Value data that comes as details and as a new name, too, and that stands in its row: of some events in the first and
// the second block, of one in ten in the third.
void vary_value_data(cim::RegistryRecord& record, std::int64_t id) {
  if (id % 1500 == 700) {
    record.source.event_id = 14;
    record.value_data = R"(HKLM\SOFTWARE\New)";
    record.details = "";
  } else if (id % 1000 == 500 || (id > 2 * kBlockIds && id % 10 == 3)) {
    record.value_data = id == kBlockIds + 404 ? kNeedle : kLongText;
    record.details = id % 20 == 3 ? "(own)" : "";
  } else if (id == kBlockIds + 33) {
    record.details = kNeedle;
  }
}

// One a second; every hundredth comes an hour late. One, in the second block, has a path of its own.
Batch events() {
  Batch batch;
  for (std::int64_t id = 1; id <= kEvents; ++id) {
    const auto i = static_cast<std::uint64_t>(id);
    cim::RegistryRecord record = set_value(i);
    record.time = kStart + seconds(id) - (id % 100 == 0 ? seconds(3600) : seconds(0));
    record.received = kStart + seconds(id);
    record.source.computer = kHosts[i % kHosts.size()];
    record.value_name = id == kRareId ? "Rare" : kValues[i % kValues.size()];
    record.user = kUsers[i / 1000 % kUsers.size()];
    record.action = i % 7 == 0 ? cim::RegistryAction::kDeleted : cim::RegistryAction::kModified;
    vary_value_data(record, id);
    batch.registry.push_back(record);
  }
  for (std::int64_t id = 1; id <= kBlockIds; ++id) {
    const auto i = static_cast<std::uint64_t>(id);
    cim::ProcessRecord record = process(i);
    record.time = record.received = kStart + seconds(id);
    record.user = kUsers[i % kUsers.size()];
    batch.processes.push_back(record);
  }
  return batch;
}

sqlite::Options with_upkeep(std::optional<core::Micros> now = std::nullopt) {
  Retention retention{.events = {}, .findings = {}, .max_size_bytes = {}};
  if (now) retention.events = *now - kStart;
  return {.data_dir = {}, .retention = retention};
}

// The same events, once with blocks and once without.
struct Twins {
  Twins() {
    const Batch batch = events();
    for (Database* database : {&known, &unknown}) {
      auto session = database->writer();
      commit(*session, batch);
      if (database == &known) keep_up(*session, kEnd);
    }
  }

  Database known{with_upkeep()};
  Database unknown;
};

std::string show(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return "-";
}

std::vector<std::int64_t> all_ids(Reader& reader, ListRequest request) {
  std::vector<std::int64_t> ids;
  while (true) {
    const ListPage page = must(reader.list(request));
    for (const auto& row : page.table.rows) ids.push_back(std::get<std::int64_t>(row[0]));
    if (!page.next) return ids;
    request.after = page.next;
  }
}

Predicate matches(const char* field, const char* pattern) {
  const cim::Field* found = cim::find_field(cim::Dataset::kRegistry, field);
  if (found == nullptr) found = cim::find_event_field(cim::Dataset::kRegistry, field);
  return {Matches{found, core::TextPattern::with_stars(pattern)}};
}

std::vector<std::string> counts(Reader& reader, const TallyRequest& request) {
  std::vector<std::string> shown;
  for (const TallyGroup& group : must(reader.tally(request))) {
    std::string line = group.bucket ? core::format_rfc3339(*group.bucket) + " " : "";
    for (const Value& value : group.values) line += show(value) + " ";
    shown.push_back(line + std::to_string(group.count));
  }
  std::ranges::sort(shown);
  return shown;
}

}  // namespace

TEST_CASE("blocks whose ids are all given are written down", "[blocks]") {
  const Twins twins;
  Database& database = const_cast<Database&>(twins.known);
  CHECK(database.rows("SELECT dataset, block, events, earliest, latest FROM event_block ORDER BY dataset, block") ==
        Rows{"0|0|4096|1791759700000000|1791767296000000", "0|1|4096|1791763700000000|1791771392000000",
             "0|2|4096|1791767800000000|1791775488000000", "1|0|4096|1791763201000000|1791767296000000"});
  CHECK(database.rows("SELECT count(*) FROM event_block_part") == Rows{"23"});
  CHECK(const_cast<Database&>(twins.unknown).count("event_block") == 0);
}

TEST_CASE("lists of events say the same with and without blocks", "[blocks]") {
  Twins twins;
  const auto known = twins.known.reader();
  const auto unknown = twins.unknown.reader();
  const core::Micros middle = kStart + seconds(kBlockIds + 500);
  const std::pair<std::optional<core::Micros>, std::optional<core::Micros>> windows[] = {
      {std::nullopt, std::nullopt}, {middle, middle + minutes(20)}, {std::nullopt, kStart}, {kEnd, std::nullopt}};
  const ColumnFilters filters[] = {{},
                                   {{"registry_path", R"(HKLM\SOFTWARE\K\Rare)"}},
                                   {{"registry_path", "*nowhere*"}},
                                   {{"registry_value_name", "rare"}, {"dest", "ws*"}},
                                   {{"dest", "WS2.corp.example"}, {"user", "unknown"}},
                                   {{"user", "bob"}, {"action", "deleted"}},
                                   {{"action", "deleted"}, {"registry_value_name", "rare"}},
                                   {{"registry_value_data", "0x00000001"}, {"registry_value_name", "rare"}},
                                   {{"action", "nothing"}}};
  std::size_t found = 0;
  for (const auto& [earliest, latest] : windows) {
    for (const ColumnFilters& filter : filters) {
      for (const char* column : {"id", "time"}) {
        for (const bool descending : {false, true}) {
          ListRequest request;
          request.listing = Listing::kRegistryEvents;
          request.earliest = earliest;
          request.latest = latest;
          request.filters = filter;
          request.order = {.column = column, .descending = descending};
          request.columns = {"id"};
          request.limit = 1000;
          INFO(column << " descending " << descending << " filters " << filter.size()
                      << (filter.empty() ? "" : " " + filter[0].first + " " + filter[0].second));
          const auto ids = all_ids(*known, request);
          CHECK(ids == all_ids(*unknown, request));
          CHECK(std::ranges::adjacent_find(ids) == ids.end());
          found += ids.size();
        }
      }
    }
  }
  CHECK(found > 4 * kEvents);

  ListRequest rare;
  rare.listing = Listing::kRegistryEvents;
  rare.filters = filters[1];
  CHECK(all_ids(*known, rare) == std::vector<std::int64_t>{kRareId});
  ListRequest wrong;
  wrong.listing = Listing::kRegistryEvents;
  wrong.filters = {{"registry_path", "*nowhere*"}, {"no_such", "x"}};
  CHECK(known->list(wrong).error().code == core::ErrorCode::kInvalidInput);
}

TEST_CASE("a sieve leaves the same with and without blocks", "[blocks]") {
  Twins twins;
  const auto known = twins.known.reader();
  const auto unknown = twins.unknown.reader();
  const core::Micros middle = kStart + seconds(kBlockIds + 500);
  const cim::Window windows[] = {
      {kStart - minutes(90), kEnd}, {middle, middle + minutes(20)}, {kEnd, kEnd + minutes(1)}};
  const std::vector<Predicate> wanted = {
      matches("registry_value_name", "rare"),
      matches("registry_path", "*nowhere*"),
      {All{{matches("dest", "ws2.*"), matches("user", "unknown")}}},
      {All{{matches("action", "deleted"), matches("user", "bob")}}},
      {All{{negated(matches("registry_value_name", "?")), matches("dest", "*")}}},
      {Any{{matches("registry_value_data", "*x0000000*"), matches("registry_value_name", "rare")}}},
      {Any{{matches("registry_value_data", "no such"), matches("registry_value_name", "rare")}}},
      {Any{{matches("registry_value_data", "* end"), matches("registry_value_name", "no such")}}},
      {All{{matches("registry_value_name", "rare"), matches("registry_value_data", "no such")}}},
      {All{{matches("registry_value_name", "rare"), negated(matches("registry_value_data", "0x00000001"))}}},
      matches("registry_value_data", "* needle"),
      matches("Details", "* needle"),
      matches("Details", "(own)"),
      matches("NewName", "*new"),
      matches("NewName", "* end"),
      {All{{negated(matches("Details", "*")), matches("dest", "ws3.*")}}},
      // Blocks tell nothing of it.
      {Any{{matches("registry_value_type", "no such"), matches("registry_value_name", "rare")}}}};
  std::vector<Filter> filters;
  for (const Predicate& predicate : wanted) filters.push_back({cim::Dataset::kRegistry, predicate});
  const auto with = must(known->open_sieve(filters));
  const auto without = must(unknown->open_sieve(filters));
  const Dialect& whole = twins.known.store().dialect();
  bool parts_are_gone = false;
  const auto compare = [&] {
    std::size_t found = 0;
    for (const cim::Window& window : windows) {
      const auto few = must(with->sift(window, minutes(1)));
      const auto same = must(without->sift(window, minutes(1)));
      for (std::size_t i = 0; i < filters.size(); ++i) {
        INFO(print(filters[i].where) << " parts are gone " << parts_are_gone);
        const auto ids = [&](Reader& reader, const Dialect& dialect) {
          auto found = rows_of(reader, query_of(dialect, cim::Dataset::kRegistry, window, filters[i].where, "e.id"));
          std::ranges::sort(found);
          return found;
        };
        CHECK(few[i].nothing == same[i].nothing);
        REQUIRE(few[i].dialect != nullptr);
        REQUIRE(same[i].dialect != nullptr);
        const auto left = ids(*known, *few[i].dialect);
        CHECK(left == ids(*unknown, *same[i].dialect));
        CHECK(left == ids(*known, whole));
        found += left.size();
      }
    }
    return found;
  };
  const std::size_t found = compare();
  CHECK(found > 1000);

  // As when retention cuts into a block just now.
  {
    auto connection = must(sqlite::Connection::open(twins.known.path(), sqlite::Connection::Mode::kReadWrite));
    must(connection.execute("DELETE FROM event_block_part"));
  }
  parts_are_gone = true;
  CHECK(compare() == found);
}

TEST_CASE("counts of events say the same with and without blocks", "[blocks]") {
  Twins twins;
  const auto known = twins.known.reader();
  const auto unknown = twins.unknown.reader();
  std::vector<core::Micros> quarters;
  for (core::Micros time = kStart; time < kEnd; time += minutes(15)) quarters.push_back(time);
  const std::vector<core::Micros> odd = {kStart - seconds(1), kStart + seconds(333), kStart + seconds(5001)};
  const std::vector<core::Micros> buckets[] = {{}, quarters, odd};
  const std::pair<std::optional<core::Micros>, std::optional<core::Micros>> windows[] = {
      {std::nullopt, std::nullopt},
      {kStart + minutes(30), kStart + minutes(90)},
      {kStart + seconds(1234), kStart + seconds(9876)},
      {kEnd, std::nullopt}};
  const std::vector<std::string> columns[] = {{},         {"dest"},          {"user"}, {"registry_path"},
                                              {"action"}, {"dest", "action"}};
  const ColumnFilters filters[] = {{}, {{"dest", "ws1*"}}, {{"registry_path", "*nowhere*"}}, {{"action", "deleted"}}};
  for (const auto& bucket : buckets) {
    for (const auto& [earliest, latest] : windows) {
      for (const auto& by : columns) {
        for (const ColumnFilters& filter : filters) {
          const TallyRequest request{.listing = Listing::kRegistryEvents,
                                     .earliest = earliest,
                                     .latest = latest,
                                     .filters = filter,
                                     .by = by,
                                     .buckets = bucket};
          CHECK(counts(*known, request) == counts(*unknown, request));
        }
      }
    }
  }
  CHECK(counts(*known, {.listing = Listing::kRegistryEvents}) == Rows{std::to_string(kEvents)});
  CHECK(counts(*known, {.listing = Listing::kRegistryEvents, .by = {"user"}}) ==
        Rows{"ann 4388", "bob 4000", "unknown 4000"});
  CHECK(counts(*known, {.listing = Listing::kProcessEvents, .by = {"user"}}) ==
        Rows{"ann 1365", "bob 1366", "unknown 1365"});
}

TEST_CASE("a block that retention cuts into is no longer known, and the others are", "[blocks]") {
  const core::Micros now = kEnd;
  Database database(with_upkeep(now));
  auto session = database.writer();
  commit(*session, events());
  keep_up(*session, now);
  REQUIRE(database.count("event_block") == 4);
  keep_up(*session, now + seconds(100));
  CHECK(database.rows("SELECT dataset, block FROM event_block ORDER BY dataset, block") == Rows{"0|1", "0|2"});
  const auto reader = database.reader();
  CHECK(counts(*reader, {.listing = Listing::kRegistryEvents}) == Rows{std::to_string(kEvents - 99)});

  keep_up(*session, now + seconds(kBlockIds + 200));
  CHECK(database.rows("SELECT dataset, block FROM event_block ORDER BY dataset, block") == Rows{"0|2"});
  CHECK(database.rows("SELECT count(*) FROM event_block_part") == Rows{"6"});
  CHECK(counts(*reader, {.listing = Listing::kRegistryEvents}) == Rows{std::to_string(kEvents - kBlockIds - 199)});
}

TEST_CASE("counts of values are read as they were written", "[blocks]") {
  using Counts = sqlite::ValueCounts;
  for (const Counts& counts :
       {Counts{}, Counts{{0, 1}}, Counts{{-5, 2}, {0, 300}, {1, 1}, {1'000'000'000'000, 4096}}}) {
    const std::string bytes = sqlite::encode_counts(counts);
    Counts read;
    for (sqlite::CountsReader reader(bytes); reader.next();) read.emplace_back(reader.value(), reader.count());
    CHECK(read == counts);
  }
  sqlite::CountsReader cut("\x01");
  CHECK_FALSE(cut.next());
  sqlite::CountsReader endless(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12));
  CHECK_FALSE(endless.next());
}

}  // namespace rw::storage::test
