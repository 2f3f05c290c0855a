// What the writer keeps in memory, and what holds when it forgets.
#include "storage/sqlite/dictionary.h"

#include <map>
#include <random>

#include "storage/sqlite/id_set.h"
#include "tests/unit/storage/database.h"

namespace rw::storage::test {

using sqlite::IdSet;

TEST_CASE("a set of ids knows what was added") {
  IdSet ids;
  for (const std::int64_t id : {1, 63, 64, 32'767, 32'768, 5'000'000}) ids.add(id);
  for (const std::int64_t id : {1, 63, 64, 32'767, 32'768, 5'000'000}) CHECK(ids.has(id));
  for (const std::int64_t id : {0, 2, 62, 65, 32'766, 32'769, 4'999'999, 5'000'001, 900'000'000}) {
    CHECK_FALSE(ids.has(id));
  }
  ids.add(0);
  ids.add(-5);
  CHECK_FALSE(ids.has(0));
  CHECK_FALSE(ids.has(-5));
}

TEST_CASE("ids that do not fit into a set count as its members") {
  IdSet ids(2);
  ids.add(10);
  ids.add(100'000);
  ids.add(50'000);  // a third page
  CHECK(ids.has(10));
  CHECK_FALSE(ids.has(11));
  CHECK_FALSE(ids.has(49'999));
  CHECK(ids.has(50'000));
  CHECK(ids.has(50'001));
  CHECK(ids.has(100'001));
  ids.add(12);
  CHECK(ids.has(12));

  IdSet wild;
  wild.add(std::int64_t{1} << 60);
  wild.add(3);
  CHECK(wild.has(3));
  CHECK_FALSE(wild.has(4));
  CHECK(wild.has((std::int64_t{1} << 60) + 1));
}

TEST_CASE("a map of terms keeps what is left when some are taken out") {
  std::mt19937 random(20261011);
  sqlite::TermMap map;
  std::map<std::string, std::int64_t> expected;
  std::int64_t next = 1;
  for (int round = 0; round < 60'000; ++round) {
    const std::string text = "t" + std::to_string(random() % 20'000);
    const auto known = expected.find(text);
    if (known != expected.end() && random() % 3 == 0) {
      map.erase(text, known->second + 1);  // another id: nothing happens
      map.erase(text, known->second);
      expected.erase(known);
      continue;
    }
    const std::int64_t id = map.id(text);
    if (known != expected.end()) {
      CHECK(id == known->second);
    } else {
      CHECK(id == next);
      expected[text] = next++;
    }
  }
  for (const auto& [text, id] : expected) {
    if (map.id(text) != id) FAIL(text);
  }
}

TEST_CASE("what was not used of late is forgotten, ids go on") {
  Database database;
  auto connection = must(sqlite::Connection::open(database.path(), sqlite::Connection::Mode::kReadWrite));
  must(sqlite::RowFeed::enable(connection));
  sqlite::RowFeed insert;
  must(insert.prepare(connection, "term", "id, text"));
  sqlite::TermMap map;
  CHECK(map.id("a") == 1);
  CHECK(map.id("b") == 2);
  must(map.insert_pending(insert));
  CHECK(map.forget_unused() == 0);
  CHECK(map.id("b") == 2);
  CHECK(map.forget_unused() == 1);
  CHECK(map.id("b") == 2);
  CHECK(map.id("a") == 3);
  must(map.insert_pending(insert));
  CHECK(database.rows("SELECT id, text FROM term") == std::vector<std::string>{"1|a", "2|b", "3|a"});

  // One that starts with little room knows the newest, and where ids go on.
  sqlite::TermMap small;
  must(small.load_new(connection, 0));
  CHECK(small.id("a") == 4);
  sqlite::TermMap large;
  must(large.load_new(connection, 1 << 24));
  CHECK(large.id("a") == 3);
  CHECK(large.id("b") == 2);
  CHECK(large.id("c") == 4);
}

TEST_CASE("a writer under a flood of new texts keeps its memory, and stores nothing twice") {
  constexpr std::size_t kBound = 2 * 1024 * 1024;
  Database database({.data_dir = {},
                     .retention = Retention{.events = {}, .findings = {}, .max_size_bytes = {}},
                     .dictionary_bytes = kBound});
  auto session = database.writer();
  const std::uint64_t commits = 16;
  const std::uint64_t events = 2000;
  std::vector<std::string> texts;
  std::uint64_t forgotten = 0;
  const auto batch_number = [&](std::uint64_t number) {
    texts.clear();
    texts.reserve(events);
    std::vector<cim::RegistryRecord> records;
    for (std::uint64_t i = 0; i < events; ++i) {
      records.push_back(set_value(number * events + i));
      records.back().value_name =
          texts.emplace_back("flood of names that are never seen again " + std::to_string(number * events + i));
      // Many logs, under changing case.
      static const std::string_view kHosts[] = {"ws1", "WS1", "ws2", "Ws2", "ws3"};
      records.back().source.computer = kHosts[i % std::size(kHosts)];
    }
    return batch_of(std::move(records));
  };
  for (std::uint64_t i = 0; i < commits; ++i) {
    CHECK(commit(*session, batch_number(i)).registry_stored == events);
    forgotten += must(session->keep_up(at("2026-10-12T00:00:00Z"))).forgotten_entries;
  }
  CHECK(forgotten > commits * events / 2);
  check_references(database, false);
  CHECK(database.rows("SELECT computer, channel FROM origin_name") ==
        std::vector<std::string>{"ws1|microsoft-windows-sysmon/operational", "ws2|microsoft-windows-sysmon/operational",
                                 "ws3|microsoft-windows-sysmon/operational"});
  CHECK(database.count("origin") == 3);

  // All of it again, also by a writer that has just started: nothing is new.
  session = database.writer();
  for (const std::uint64_t i : {std::uint64_t{0}, commits / 2, commits - 1}) {
    CHECK(commit(*session, batch_number(i)).duplicates == events);
  }
  CHECK(database.count("registry_event") == static_cast<std::int64_t>(commits * events));
  CHECK(database.count("origin") == 3);
}

TEST_CASE("the dictionary gives back memory") {
  Database database;
  auto connection = must(sqlite::Connection::open(database.path(), sqlite::Connection::Mode::kReadWrite));
  constexpr std::size_t kBound = 2 * 1024 * 1024;
  sqlite::Dictionary dictionary(kBound);
  must(sqlite::RowFeed::enable(connection));
  must(dictionary.prepare(connection));
  must(dictionary.load_new(connection));
  const auto held = [&] {
    return dictionary.terms.bytes() + dictionary.paths.bytes() + dictionary.actors.bytes() + dictionary.sources.bytes();
  };
  for (int i = 0; i < 50; ++i) {
    must(connection.execute("BEGIN IMMEDIATE"));
    for (int k = 0; k < 1000; ++k) {
      const std::int64_t text = dictionary.terms.id("key " + std::to_string(i) + "/" + std::to_string(k));
      (void)dictionary.paths.id({text, dictionary.terms.id("value")});
      (void)dictionary.actors.id({text, 0, 0, 0, 0});
      (void)dictionary.sources.id({text, 0, 0, 13, 0, 0});
    }
    must(dictionary.insert_pending());
    must(connection.execute("COMMIT"));
    (void)dictionary.bound_memory();
    // What one transaction brings comes on top, and the maps' tables grow by doubling.
    CHECK(held() < kBound + 2 * 1024 * 1024);
  }
  CHECK(database.count("registry_path") == 50'000);
  CHECK(database.rows("SELECT count(*) FROM term WHERE text = 'value'") == std::vector<std::string>{"1"});
}

TEST_CASE("recent keys are known by all of their texts, each where it stands") {
  sqlite::RecentKeys keys(64, 2);
  CHECK(keys.find({"key", "value"}) == 0);
  keys.keep({"key", "value"}, 7);
  CHECK(keys.find({"key", "value"}) == 7);
  CHECK(keys.find({"value", "key"}) == 0);
  CHECK(keys.find({"keyv", "alue"}) == 0);
  CHECK(keys.find({"keyvalue", ""}) == 0);
  CHECK(keys.find({"key", "value", ""}) == 0);
  CHECK(keys.find({"key"}) == 0);
  CHECK(keys.find({"key", "Value"}) == 0);
  keys.keep({"key", "value"}, 8);
  CHECK(keys.find({"key", "value"}) == 8);
  keys.keep({"", ""}, 9);
  CHECK(keys.find({"", ""}) == 9);
  keys.clear();
  CHECK(keys.find({"key", "value"}) == 0);
  CHECK(keys.find({"", ""}) == 0);
}

TEST_CASE("a recent key that differs only where it does not choose its place takes the place") {
  sqlite::RecentKeys keys(64, 1);
  keys.keep({"guid", "4711"}, 1);
  CHECK(keys.find({"guid", "4712"}) == 0);
  CHECK(keys.find({"guid", "4711"}) == 1);
  keys.keep({"guid", "4712"}, 2);
  CHECK(keys.find({"guid", "4712"}) == 2);
  CHECK(keys.find({"guid", "4711"}) == 0);
}

TEST_CASE("recent keys are so many, and none is long") {
  sqlite::RecentKeys keys(4, 1);
  for (std::int64_t i = 1; i <= 1000; ++i) {
    const std::string text = "number " + std::to_string(i);
    keys.keep({text}, i);
    CHECK(keys.find({text}) == i);
  }
  std::int64_t known = 0;
  for (std::int64_t i = 1; i <= 1000; ++i) {
    const std::int64_t id = keys.find({"number " + std::to_string(i)});
    if (id != 0) CHECK(id == i);
    known += id == 0 ? 0 : 1;
  }
  CHECK(known <= 4);
  CHECK(known > 0);

  keys.clear();
  const std::string longest(1000, 'x');
  keys.keep({longest}, 1);
  CHECK(keys.find({longest}) == 1);
  keys.clear();
  const std::string too_long(2000, 'x');
  keys.keep({too_long}, 2);
  CHECK(keys.find({too_long}) == 0);
  keys.clear();
  CHECK(keys.bytes() == 0);
}

TEST_CASE("what comes again is marked as in use from the moment a mark begins") {
  Database database;
  auto connection = must(sqlite::Connection::open(database.path(), sqlite::Connection::Mode::kReadWrite));
  must(sqlite::RowFeed::enable(connection));
  sqlite::Dictionary dictionary(std::size_t{16} * 1024 * 1024);
  must(dictionary.prepare(connection));
  must(dictionary.load_new(connection));
  const cim::RegistryRecord record = set_value(1);
  const std::int64_t path = dictionary.path_id(record);
  const std::int64_t actor = dictionary.actor_id(record);
  const std::int64_t source = must(dictionary.event_ids(record.source)).source;
  const std::int64_t key = dictionary.terms.id(record.key_name);
  sqlite::IdsInUse in_use;
  dictionary.note_in(&in_use);
  CHECK(dictionary.path_id(record) == path);
  CHECK(dictionary.actor_id(record) == actor);
  const auto ids = must(dictionary.event_ids(record.source));
  CHECK(ids.source == source);
  CHECK(in_use.paths.has(path));
  CHECK(in_use.actors.has(actor));
  CHECK(in_use.sources.has(source));
  CHECK(in_use.origins.has(ids.origin));
  CHECK(in_use.terms.has(key));
}

}  // namespace rw::storage::test
