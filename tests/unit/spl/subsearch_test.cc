// Subsearches as terms of a search, and joins that read no more than they need.
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "daemon/detect/tick.h"
#include "tests/unit/spl/run_search.h"

namespace rw::detect {
namespace {

using test::RegistryEvent;
using test::TemporaryStore;

const cim::Window kHour = test::window("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");

Knowledge lists() {
  Lookups lookups;
  const auto add = [&](const std::string& name, const std::string& csv) {
    auto table = std::make_shared<LookupTable>();
    table->name = name;
    table->csv = *parse_csv(csv);
    lookups.add(table);
  };
  add("pairs", "Registry.user,Registry.dest\nalice,ws1\nbob,ws2\n");
  add("stars", "Registry.user\nA*\n");
  add("none", "Registry.user\n");
  add("terms", "search\nRegistry.user=carol OR Registry.user=bob\n");
  add("wrong", "search\nRegistry.user=\n");
  std::string many = "Registry.user\n";
  for (int i = 0; i < 10'001; ++i) many += fmt::format("u{}\n", i);
  add("many", many + "alice\n");
  return {Macros::builtin(), std::move(lookups)};
}

void fill(TemporaryStore& store) {
  std::vector<RegistryEvent> events;
  for (const auto& [user, dest] : {std::pair("alice", "ws1"), {"alice", "ws2"}, {"bob", "ws2"}, {"carol", "ws3"}}) {
    RegistryEvent event;
    event.time = "2026-03-01T10:05:00Z";
    event.user = user;
    event.dest = dest;
    event.key_name = "HKLM\\a";
    event.value_name = "v";
    event.process_guid = std::string("{") + user + "}";
    events.push_back(event);
  }
  store.add(events);
}

TEST_CASE("what mvexpand makes of a row is known by its value") {
  TemporaryStore store;
  fill(store);
  CHECK(run(store,
            "| tstats count values(Registry.user) AS who FROM datamodel=Endpoint.Registry BY Registry.dest | mvexpand "
            "who",
            kHour)
            .front() == "Registry.dest* | count | who*");
}

TEST_CASE("a subsearch in WHERE: rows OR-ed, columns AND-ed") {
  TemporaryStore store;
  fill(store);
  const Knowledge knowledge = lists();
  const auto where = [&](const std::string& term) {
    Lines lines = run(store,
                      "| tstats count FROM datamodel=Endpoint.Registry WHERE " + term +
                          " BY Registry.user Registry.dest | fields - count",
                      kHour, "UTC", knowledge);
    if (lines[0].starts_with("Registry")) lines.erase(lines.begin());
    return lines;
  };
  CHECK(where("[| inputlookup pairs]") == Lines{"alice | ws1", "bob | ws2"});
  CHECK(where("NOT [| inputlookup pairs]") == Lines{"alice | ws2", "carol | ws3"});
  CHECK(where("Registry.dest=ws2 [| inputlookup stars]") == Lines{"alice | ws2"});
  CHECK(where("[| inputlookup none]") == Lines{});
  CHECK(where("NOT [| inputlookup none]").size() == 4);
  CHECK(where("[| inputlookup none] OR Registry.user=bob") == Lines{"bob | ws2"});
  CHECK(where("[| inputlookup terms]") == Lines{"bob | ws2", "carol | ws3"});
  CHECK(where("[| inputlookup pairs | format]") == Lines{"alice | ws1", "bob | ws2"});
  CHECK(where("[| inputlookup pairs | return Registry.user]") == Lines{"alice | ws1", "alice | ws2"});
  CHECK(where("[| inputlookup pairs | return 2 Registry.dest=Registry.dest]").size() == 3);
  CHECK(where("[| inputlookup none | return Registry.user]") == Lines{});
  CHECK(where("[| tstats count FROM datamodel=Endpoint.Registry WHERE Registry.dest=ws3 BY Registry.user "
              "| fields Registry.user]") == Lines{"carol | ws3"});
  CHECK(where("[| tstats count FROM datamodel=Endpoint.Registry WHERE [| inputlookup pairs] BY Registry.dest "
              "| fields Registry.dest]")
            .size() == 3);
  CHECK(where("[| inputlookup wrong]") ==
        Lines{"! subsearch: its column `search`: 1:15: expected a value after `Registry.user=`, found the end of the "
              "search"});
}

TEST_CASE("a subsearch of more than 10,000 rows is cut, and says so") {
  TemporaryStore store;
  fill(store);
  const Knowledge knowledge = lists();
  const auto result =
      try_run(store, "| tstats count FROM datamodel=Endpoint.Registry WHERE [| inputlookup many] BY Registry.user",
              kHour, "UTC", {}, knowledge);
  REQUIRE(result.ok());
  CHECK(result->table.rows.empty());  // alice stands beyond the limit
  CHECK(result->warnings == Lines{"the subsearch of a search term gave 10002 rows, only the first 10000 were used"});
}

TEST_CASE("a subsearch in the command search") {
  TemporaryStore store;
  fill(store);
  const Knowledge knowledge = lists();
  const std::string all =
      "| tstats count FROM datamodel=Endpoint.Registry BY Registry.user Registry.dest | fields - count";
  CHECK(run(store, all + " | search [| inputlookup pairs]", kHour, "UTC", knowledge) ==
        Lines{"Registry.user* | Registry.dest*", "alice | ws1", "bob | ws2"});
  CHECK(run(store, all + " | search NOT [| inputlookup many] Registry.dest=ws3 | table Registry.user", kHour, "UTC",
            knowledge) == Lines{"Registry.user*", "carol"});
  CHECK(run(store, all + " | search [| inputlookup none]", kHour, "UTC", knowledge) ==
        Lines{"Registry.user* | Registry.dest*"});
}

TEST_CASE("with a tick's sieve a subsearch gives the same rows") {
  TemporaryStore store;
  fill(store);
  const Knowledge knowledge = lists();
  for (const std::string term :
       {"Registry.dest=ws2 [| inputlookup pairs]", "Registry.dest=ws2 NOT [| inputlookup pairs]",
        "Registry.dest=ws9 [| inputlookup pairs]"}) {
    const auto search = compile_spl(
        "| tstats count FROM datamodel=Endpoint.Registry WHERE " + term + " BY Registry.user Registry.dest", knowledge);
    REQUIRE(search.ok());
    auto tick = Tick::open(store.reader(), {*search});
    REQUIRE(tick.ok());
    const auto sifted = tick->sift(kHour, {});
    REQUIRE(sifted.ok());
    const auto plain = (*search)->run({store.reader(), store.dialect(), kHour, core::TimeZone(), kHour.latest});
    const auto with =
        (*search)->run({store.reader(), store.dialect(), kHour, core::TimeZone(), kHour.latest, {}, &*sifted});
    REQUIRE(plain.ok());
    REQUIRE(with.ok());
    CHECK(plain->table.rows == with->table.rows);
  }
}

TEST_CASE("earliest= and latest= of a search replace the window's ends") {
  TemporaryStore store;
  fill(store);
  const cim::Window later = test::window("2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z");
  const std::string count = "| tstats count FROM datamodel=Endpoint.Registry";
  CHECK(run(store, count, later) == Lines{"count", "0"});
  CHECK(run(store, count + " WHERE earliest=-3h@h Registry.user=alice", later) == Lines{"count", "2"});
  CHECK(run(store, count + " WHERE earliest=-3h latest=-175m", later) == Lines{"count", "0"});
}

TEST_CASE("events as rows") {
  TemporaryStore store;
  fill(store);
  const std::string pick = " | search user=alice | table _time user dest registry_path nothing";
  const Lines rows = {"_time | user | dest | registry_path | nothing", "1772359500 | alice | ws1 | HKLM\\a\\v | -",
                      "1772359500 | alice | ws2 | HKLM\\a\\v | -"};
  for (const std::string from : {"| from datamodel:\"Endpoint.Registry\"", "| from datamodel:Endpoint.Registry",
                                 "| from datamodel Endpoint.Registry", "| from datamodel : \"Endpoint.Registry\"",
                                 "| datamodel Endpoint Registry flat"}) {
    INFO(from);
    CHECK(run(store, from + pick + " | sort dest", kHour) == rows);
  }
  CHECK(run(store, "| datamodel Endpoint Registry search | search Registry.user=bob | table Registry.dest", kHour) ==
        Lines{"Registry.dest", "ws2"});
  CHECK(run(store, "| from datamodel:\"Endpoint.Registry\" | search user=b* | stats count BY dest", kHour) ==
        Lines{"dest* | count", "ws2 | 1"});
  CHECK(run(store, "| from datamodel:\"Endpoint.Processes\" | stats count", kHour) == Lines{"count", "0"});
}

TEST_CASE("an inner join reads the events of its partners alone, and gives the same rows") {
  TemporaryStore store;
  fill(store);
  const std::string left =
      "| tstats fillnull_value=null count FROM datamodel=Endpoint.Registry BY Registry.process_guid "
      "Registry.dest | rename Registry.* AS *";
  const std::string right = " process_guid [| tstats count FROM datamodel=Endpoint.Registry WHERE Registry.user=";
  const std::string end = " BY Registry.process_guid Registry.user | rename Registry.* AS *]";
  storage::SearchLimits limits;
  limits.max_rows = 2;  // the left side alone has four
  const auto narrowed = try_run(store, left + " | join" + right + "alice" + end, kHour, "UTC", limits);
  REQUIRE(narrowed.ok());
  CHECK(narrowed->table.rows.size() == 2);
  CHECK_FALSE(try_run(store, left + " | join type=left" + right + "alice" + end, kHour, "UTC", limits).ok());
  // A key that a step wrote into is not that of the events.
  CHECK_FALSE(try_run(store, left + " | eval process_guid=lower(process_guid) | join" + right + "alice" + end, kHour,
                      "UTC", limits)
                  .ok());
  const std::string header = "process_guid* | dest* | count | user*";
  CHECK(run(store, left + " | join" + right + "alice" + end, kHour) ==
        Lines{header, "{alice} | ws1 | 2 | alice", "{alice} | ws2 | 2 | alice"});
  CHECK(run(store, left + " | join" + right + "nobody" + end, kHour) == Lines{header});
  CHECK(run(store, left + " | where dest=\"none\" | join type=left" + right + "alice" + end, kHour) == Lines{header});
}

}  // namespace
}  // namespace rw::detect
