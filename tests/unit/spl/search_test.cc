// Searches over a real store: what the table of SPL's pitfalls says, and the commands on rows.
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/detect/compile.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/spl/parser.h"
#include "tests/unit/spl/run_search.h"

namespace rw::detect {
namespace {

using test::at;
using test::ProcessEvent;
using test::RegistryEvent;
using test::TemporaryStore;
using test::window;

const std::string kSummary = "summariesonly=false allow_old_summaries=true fillnull_value=null";

const cim::Window kHour = window("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");

RegistryEvent value(const std::string& time, const std::string& key, const std::string& name, const std::string& data) {
  RegistryEvent event;
  event.time = time;
  event.key_name = key;
  event.value_name = name;
  event.value_data = data;
  event.user = "alice";
  event.process_guid = "{A-1}";
  return event;
}

TEST_CASE("the seed detection fires on the AMSI switch and on nothing else") {
  // The published page numbers the lines of the search.
  std::ifstream file(REGWARDEN_SHARED_DIR "/seed/disable-amsi-through-registry.txt");
  REQUIRE(file.is_open());
  std::string spl;
  for (std::string line; std::getline(file, line);) {
    if (line.size() > 2 && line[0] >= '2' && line[0] <= '7' && line[1] == '|') spl += line.substr(1) + "\n";
  }

  TemporaryStore store;
  const std::string key = "HKU\\S-1-5-21-1\\SOFTWARE\\Microsoft\\Windows Script\\Settings";
  store.add({
      value("2026-03-01T10:05:00Z", key, "AmsiEnable", "0x00000000"),
      value("2026-03-01T10:06:00.5Z", key, "AMSIENABLE", "0x00000000"),  // case does not matter
      value("2026-03-01T10:07:00Z", key, "AmsiEnable", "0x00000001"),    // switched on
      value("2026-03-01T10:08:00Z", key, "AmsiEnable2", "0x00000000"),   // another value
      value("2026-03-01T10:09:00Z", key + "\\Sub", "AmsiEnable", "0x00000000"),
      value("2026-03-01T10:10:00Z", key, "AmsiEnable", ""),  // deleted: no data
      value("2026-03-01T09:59:59.999999Z", key, "AmsiEnable", "0x00000000"),
      value("2026-03-01T11:00:00Z", key, "AmsiEnable", "0x00000000"),
  });
  INFO(spl);
  CHECK(
      run(store, spl, kHour) ==
      Lines{
          "_time* | registry_path* | registry_key_name* | registry_value_name* | registry_value_data* | process_guid* "
          "| dest* | user* | count",
          "1772359200 | " + key + "\\AMSIENABLE | " + key +
              " | AMSIENABLE | 0x00000000 | {A-1} | ws1.corp.example | alice | 1",
          "1772359200 | " + key + "\\AmsiEnable | " + key +
              " | AmsiEnable | 0x00000000 | {A-1} | ws1.corp.example | alice | 1"});
}

TEST_CASE("pitfall 1: OR binds before AND in search expressions, after it in where") {
  TemporaryStore store;
  store.add({value("2026-03-01T10:00:00Z", "HKLM\\a", "x", "0"), value("2026-03-01T10:00:01Z", "HKLM\\a", "x", "1"),
             value("2026-03-01T10:00:02Z", "HKLM\\b", "y", "1")});
  CHECK(run(store,
            "| tstats count FROM datamodel=Endpoint.Registry WHERE Registry.registry_value_name=x OR "
            "Registry.registry_value_name=y Registry.registry_value_data=1 BY Registry.registry_value_name",
            kHour) == Lines{"Registry.registry_value_name* | count", "x | 1", "y | 1"});
  const std::string all =
      "| tstats count FROM datamodel=Endpoint.Registry BY Registry.registry_value_name Registry.registry_value_data "
      "| rename Registry.registry_value_* AS *";
  CHECK(run(store, all + " | search name=x OR name=y data=1", kHour) ==
        Lines{"name* | data* | count", "x | 1 | 1", "y | 1 | 1"});
  CHECK(run(store, all + " | where name=\"x\" OR name=\"y\" AND data=1", kHour) ==
        Lines{"name* | data* | count", "x | 0 | 1", "x | 1 | 1", "y | 1 | 1"});
}

TEST_CASE("pitfall 2: without fillnull_value events with a null BY field are dropped") {
  TemporaryStore store;
  RegistryEvent no_guid = value("2026-03-01T10:00:00Z", "HKLM\\a", "x", "1");
  no_guid.process_guid.clear();
  store.add({no_guid, value("2026-03-01T10:00:01Z", "HKLM\\a", "x", "1")});
  const std::string rest = " FROM datamodel=Endpoint.Registry BY Registry.process_guid";
  CHECK(run(store, "| tstats count" + rest, kHour) == Lines{"Registry.process_guid* | count", "{A-1} | 1"});
  CHECK(run(store, "| tstats " + kSummary + " count" + rest, kHour) ==
        Lines{"Registry.process_guid* | count", "null | 1", "{A-1} | 1"});
  // An unknown field is null too.
  CHECK(run(store, "| tstats " + kSummary + " count FROM datamodel=Endpoint.Registry BY Registry.nothing dest",
            kHour) == Lines{"Registry.nothing* | dest* | count", "null | null | 2"});
  CHECK(run(store, "| tstats count FROM datamodel=Endpoint.Registry BY Registry.nothing", kHour) ==
        Lines{"Registry.nothing* | count"});
}

TEST_CASE("pitfall 3: the data model's fill makes isnotnull(registry_value_data) always true") {
  TemporaryStore store;
  store.add({value("2026-03-01T10:00:00Z", "HKLM\\a", "", "")});
  const std::string search =
      "| tstats count FROM datamodel=Endpoint.Registry WHERE Registry.registry_value_data=* BY "
      "Registry.registry_value_name Registry.registry_value_data Registry.registry_path | "
      "rename Registry.registry_* AS * | where isnotnull(value_data)";
  CHECK(run(store, search, kHour) ==
        Lines{"value_name* | value_data* | path* | count", "unknown | unknown | HKLM\\a | 1"});
  const auto count = [&](const std::string& where) {
    return run(store, "| tstats count FROM datamodel=Endpoint.Registry WHERE " + where, kHour)[1];
  };
  CHECK(count("Registry.registry_value_data=unknown") == "1");
  CHECK(count("Registry.registry_value_data!=x") == "1");
  CHECK(count("Registry.registry_value_data!=unknown") == "0");
  CHECK(count("Registry.process_path!=x") == "0");  // null: no test holds
  CHECK(count("NOT Registry.process_path=x") == "1");
  CHECK(count("Registry.process_path=*") == "0");
  CHECK(count("Registry.process_name=unknown") == "1");
  CHECK(count("Registry.parent_process=unknown") == "1");
  CHECK(count("Registry.status=Success") == "1");
  CHECK(count("Registry.nothing!=x") == "0");
  CHECK(count("NOT Registry.nothing=x") == "1");
  CHECK(count("registry_value_data=unknown") == "0");  // without its prefix it is another field
  CHECK(count("*") == "1");
}

TEST_CASE("pitfalls 4, 5, 9: only the asterisk is special; one level of backslashes; text equality") {
  TemporaryStore store;
  store.add({
      value("2026-03-01T10:00:00Z", "HKLM\\a", "100%_[kl]?", "0x00000001"),
      value("2026-03-01T10:00:01Z", "HKLM\\a", "100xyk", "1"),
      value("2026-03-01T10:00:02Z", "HKLM\\CurrentControlSet\\Control\\Session Manager", "ÄÖÜ", "1.0"),
      value("2026-03-01T10:00:03Z", "HKLM\\r", "Rule", "v2.10|Action=\"Deny\"|Name=x|"),
      value("2026-03-01T10:00:04Z", "HKLM\\long", "long", std::string(600, 'a') + "\n" + std::string(600, 'B')),
  });
  const auto names = [&](const std::string& where) {
    Lines lines = run(store,
                      "| tstats count FROM datamodel=Endpoint.Registry WHERE " + where +
                          " BY Registry.registry_value_name | fields - count",
                      kHour);
    lines.erase(lines.begin());
    return lines;
  };
  CHECK(names(R"(Registry.registry_value_name="100%_[kl]?")") == Lines{"100%_[kl]?"});
  CHECK(names(R"(Registry.registry_value_name="*[kl]*")") == Lines{"100%_[kl]?"});
  CHECK(names(R"(Registry.registry_value_name=1*%*)") == Lines{"100%_[kl]?"});
  CHECK(names(R"(Registry.registry_value_name="100____")") == Lines{});
  CHECK(names(R"(Registry.registry_value_name=äöü)") == Lines{"ÄÖÜ"});
  CHECK(names(R"(Registry.registry_value_data=1)") == Lines{"100xyk"});
  CHECK(names(R"(Registry.registry_value_data="1.0")") == Lines{"ÄÖÜ"});
  CHECK(names(R"(Registry.registry_value_data>=1)") == Lines{"100xyk", "Rule", "long", "ÄÖÜ"});
  CHECK(names(R"(Registry.registry_value_data<2 Registry.registry_value_data>0.5)") ==
        Lines{"100%_[kl]?", "100xyk", "ÄÖÜ"});  // 0x00000001 is no number: it compares as text
  CHECK(names(R"(Registry.registry_path=hklm\\A\\100*)") == Lines{"100%_[kl]?", "100xyk"});
  CHECK(names(R"(Registry.registry_path="*\\CurrentControlSet\Control\Session Manager*")") == Lines{"ÄÖÜ"});
  CHECK(names(R"(Registry.registry_value_data="*Action\=\"Deny\"*")") == Lines{"Rule"});
  CHECK(names(R"(Registry.registry_value_data="*|Name=x|*")") == Lines{"Rule"});
  CHECK(names(R"(Registry.registry_value_data="aa*bb")") == Lines{"long"});
  CHECK(names(R"(Registry.registry_value_name IN ("long", r*))") == Lines{"Rule", "long"});
  CHECK(names(R"(Registry.registry_path="\\\\*")") == Lines{});
}

TEST_CASE("pitfall 6: join takes the first match in sorted order, and the subsearch overwrites") {
  TemporaryStore store;
  const auto process = [](const std::string& guid, const std::string& name, const std::string& user) {
    ProcessEvent event;
    event.time = "2026-03-01T10:00:00Z";
    event.process_guid = guid;
    event.process_path = "C:\\Windows\\" + name;
    event.user = user;
    return event;
  };
  RegistryEvent first = value("2026-03-01T10:10:00Z", "HKLM\\a", "b", "1");
  RegistryEvent second = value("2026-03-01T10:20:00Z", "HKLM\\a", "a", "2");
  RegistryEvent other = value("2026-03-01T10:30:00Z", "HKLM\\a", "c", "3");
  other.process_guid = "{C-3}";
  RegistryEvent none = value("2026-03-01T10:40:00Z", "HKLM\\a", "n", "4");
  none.process_guid.clear();
  store.add({first, second, other, none}, {process("{A-1}", "reg.exe", "bob"), process("{B-2}", "cmd.exe", "bob"),
                                           process("", "ghost.exe", "eve"), process("{c-3}", "lower.exe", "bob")});

  const std::string processes = "| tstats " + kSummary +
                                " count FROM datamodel=Endpoint.Processes BY Processes.process_guid "
                                "Processes.process_name Processes.user | `drop_dm_object_name(Processes)`";
  const std::string registry = "[| tstats " + kSummary +
                               " count FROM datamodel=Endpoint.Registry BY Registry.registry_value_name "
                               "Registry.process_guid Registry.user | `drop_dm_object_name(Registry)`]";
  const std::string pick = " | table process_guid process_name user registry_value_name";
  const std::string header = "process_guid* | process_name* | user* | registry_value_name*";
  CHECK(run(store, processes + " | join process_guid " + registry + pick, kHour) ==
        Lines{header, "{A-1} | reg.exe | alice | a"});
  CHECK(run(store, processes + " | join max=0 process_guid " + registry + pick, kHour) ==
        Lines{header, "{A-1} | reg.exe | alice | a", "{A-1} | reg.exe | alice | b"});
  CHECK(run(store, processes + " | join overwrite=false process_guid " + registry + pick, kHour) ==
        Lines{header, "{A-1} | reg.exe | bob | a"});
  CHECK(run(store, processes + " | join type=outer process_guid " + registry + pick, kHour) ==
        Lines{header, "null | ghost.exe | eve | -", "{A-1} | reg.exe | alice | a", "{B-2} | cmd.exe | bob | -",
              "{c-3} | lower.exe | bob | -"});
  // Without fields: all columns both sides have, here also user and count.
  CHECK(run(store, processes + " | join " + registry + pick, kHour) == Lines{header});
  CHECK(run(store, processes + " | fields - count user | join " + registry + pick, kHour) ==
        Lines{header, "{A-1} | reg.exe | alice | a"});
  CHECK(run(store, processes + " | join nothing " + registry + pick, kHour) == Lines{header});
}

TEST_CASE("pitfall 7: buckets of _time follow the clock, not the window") {
  TemporaryStore store;
  store.add({value("2026-03-01T10:55:00Z", "HKLM\\a", "x", "1"), value("2026-03-01T11:05:00.25Z", "HKLM\\a", "x", "1"),
             value("2026-03-01T11:06:00Z", "HKLM\\a", "x", "1")});
  const cim::Window shifted = window("2026-03-01T10:50:00Z", "2026-03-01T11:50:00Z");
  const std::string from = " FROM datamodel=Endpoint.Registry BY ";
  CHECK(run(store, "| tstats count min(_time) max(_time) AS last" + from + "_time span=1h Registry.dest", shifted) ==
        Lines{"_time* | Registry.dest* | count | min(_time) | last",
              "1772359200 | ws1.corp.example | 1 | 1772362500 | 1772362500",
              "1772362800 | ws1.corp.example | 2 | 1772363100.25 | 1772363160"});
  CHECK(run(store, "| tstats count" + from + "Registry.dest", shifted) ==
        Lines{"Registry.dest* | count", "ws1.corp.example | 3"});
  CHECK(run(store, "| tstats count" + from + "_time span=1d", shifted, "Asia/Tokyo") ==
        Lines{"_time* | count", "1772290800 | 3"});
  CHECK(run(store, "| tstats count" + from + "_time", shifted).size() == 4);
  // 29 March 2026 in Berlin: the CASE over the change of the clock
  store.add({value("2026-03-29T00:30:00Z", "HKLM\\a", "x", "1"), value("2026-03-29T01:30:00Z", "HKLM\\a", "x", "1"),
             value("2026-03-29T02:30:00Z", "HKLM\\a", "x", "1")});
  const cim::Window change = window("2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z");
  CHECK(run(store, "| tstats count" + from + "_time span=4h | convert ctime(_time)", change, "Europe/Berlin") ==
        Lines{"_time* | count", "03/29/2026 00:00:00 | 2", "03/29/2026 04:00:00 | 1"});
}

TEST_CASE("pitfalls 8 and 10: fields keeps _time, table does not; times are numbers until convert") {
  TemporaryStore store;
  store.add({value("2026-03-01T10:05:00Z", "HKLM\\a", "x", "1")});
  const std::string search =
      "| tstats count min(_time) AS firstTime FROM datamodel=Endpoint.Registry BY _time span=1h Registry.dest "
      "Registry.user | `drop_dm_object_name(Registry)`";
  CHECK(run(store, search + " | fields user nothing", kHour) == Lines{"_time* | user*", "1772359200 | alice"});
  CHECK(run(store, search + " | fields - _time count", kHour) ==
        Lines{"dest* | user* | firstTime", "ws1.corp.example | alice | 1772359500"});
  CHECK(run(store, search + " | table user reg_key_name user", kHour) == Lines{"user* | reg_key_name", "alice | -"});
  CHECK(run(store,
            search + " | `security_content_ctime(firstTime)` | `security_content_ctime(lastTime)` | fields firstTime",
            kHour, "America/New_York") == Lines{"_time* | firstTime", "1772359200 | 2026-03-01T05:05:00"});
  // A column computed away is no group-by value any more; a renamed one still is.
  CHECK(run(store, search + " | eval user=upper(user) | rename dest AS host | table host user", kHour) ==
        Lines{"host* | user", "ws1.corp.example | ALICE"});
}

TEST_CASE("tstats: every aggregate, their names and their order") {
  TemporaryStore store;
  RegistryEvent bob = value("2026-03-01T10:03:00Z", "HKLM\\a", "z", "9");
  bob.user = "Bob";
  store.add({value("2026-03-01T10:02:00Z", "HKLM\\a", "x", "10"), value("2026-03-01T10:01:00Z", "HKLM\\a", "y", "5"),
             value("2026-03-01T10:02:30Z", "HKLM\\a", "y", "x"), bob});
  const auto aggregate = [&](const std::string& what) {
    return run(store, "| tstats " + what + " FROM datamodel=Endpoint.Registry", kHour);
  };
  CHECK(aggregate("count(Registry.process_path) count c(Registry.user) AS users") ==
        Lines{"count(Registry.process_path) | count | users", "0 | 4 | 4"});
  CHECK(aggregate("dc(Registry.user) distinct_count(registry_value_name) values(Registry.registry_value_name)") ==
        Lines{"dc(Registry.user) | distinct_count(registry_value_name) | values(Registry.registry_value_name)",
              "2 | 0 | [x y z]"});
  CHECK(aggregate("values(Registry.dest) values(Registry.process_path) AS none") ==
        Lines{"values(Registry.dest) | none", "ws1.corp.example | -"});
  CHECK(aggregate("min(Registry.registry_value_data) AS a max(Registry.registry_value_data) AS b") ==
        Lines{"a | b", "10 | x"});
  CHECK(aggregate("sum(Registry.registry_value_data) AS a avg(Registry.registry_value_data) AS b") ==
        Lines{"a | b", "24 | 8"});
  CHECK(aggregate("earliest(Registry.registry_value_data) AS a latest(Registry.registry_value_data) AS b") ==
        Lines{"a | b", "5 | 9"});
  CHECK(aggregate("earliest(_time) AS a latest(_time) AS b avg(_time) AS c min(_time) AS d dc(_time) AS e") ==
        Lines{"a | b | c | d | e", "1772359260 | 1772359380 | 1772359327.5 | 1772359260 | 4"});
  CHECK(aggregate("min(_time) as _time count AS n count AS n") == Lines{"_time | n", "1772359260 | 4"});
  CHECK(run(store,
            "| tstats max(Registry.registry_value_data) AS m FROM datamodel=Endpoint.Registry WHERE "
            "Registry.registry_value_data!=x",
            kHour) == Lines{"m", "10"});
  CHECK(run(store, "| tstats count FROM datamodel=Endpoint.Registry WHERE Registry.user=nobody", kHour) ==
        Lines{"count", "0"});
  CHECK(run(store, "| tstats count FROM datamodel=Endpoint.Registry WHERE Registry.user=nobody BY Registry.user",
            kHour) == Lines{"Registry.user* | count"});
  CHECK(run(store, "| tstats count FROM datamodel=Endpoint.Registry BY Registry.user", kHour) ==
        Lines{"Registry.user* | count", "Bob | 1", "alice | 3"});
  CHECK(run(store, "| tstats count FROM datamodel=Endpoint.Registry WHERE _time>=1772359320 _time<1772359380", kHour) ==
        Lines{"count", "2"});
  // In microseconds no 64 bits hold it.
  CHECK(run(store, "| tstats count FROM datamodel=Endpoint.Registry WHERE _time<10000000000000", kHour) ==
        Lines{"count", "4"});
  CHECK(run(store, "| tstats count FROM datamodel=Endpoint.Registry WHERE _time>10000000000000", kHour) ==
        Lines{"count", "0"});
}

TEST_CASE("commands on rows") {
  TemporaryStore store;
  RegistryEvent bob = value("2026-03-01T10:03:00Z", "HKLM\\a", "name1", "10");
  bob.user = "bob";
  RegistryEvent third = value("2026-03-01T10:04:00Z", "HKLM\\b", "deadbeef", "9");
  third.user = "carol";
  third.process_path = "C:\\x\\reg.exe";
  store.add({value("2026-03-01T10:02:00Z", "HKLM\\a", "cafe", "abc"), bob, third});
  const std::string all =
      "| tstats count FROM datamodel=Endpoint.Registry BY Registry.user Registry.registry_value_name "
      "Registry.registry_value_data Registry.registry_key_name | rename Registry.* AS *, registry_value_* AS *, "
      "registry_key_name AS key";
  const auto on = [&](const std::string& commands) { return run(store, all + " | " + commands, kHour); };
  CHECK(on("regex name=\"^[0-9a-f]{8}\" | table user") == Lines{"user*", "carol"});
  CHECK(on("regex name!=\"^[0-9a-f]{8}\" | table user") == Lines{"user*", "alice", "bob"});
  CHECK(on("sort - data | table user data") == Lines{"user* | data*", "alice | abc", "bob | 10", "carol | 9"});
  CHECK(on("sort 2 data | table user data") == Lines{"user* | data*", "carol | 9", "bob | 10"});
  CHECK(on("head 1 | table user") == Lines{"user*", "alice"});
  CHECK(on("dedup key | table user") == Lines{"user*", "alice", "carol"});
  CHECK(on("eval n=if(data=10, \"ten\", null()) | fillnull value=- n | table user n") ==
        Lines{"user* | n", "alice | -", "bob | ten", "carol | -"});
  CHECK(on("stats count dc(user) values(name) AS names min(data) max(data) by key") ==
        Lines{"key* | count | dc(user) | names | min(data) | max(data)", "HKLM\\a | 2 | 2 | [cafe name1] | 10 | abc",
              "HKLM\\b | 1 | 1 | deadbeef | 9 | 9"});
  CHECK(on("stats values(name) AS names | stats count by names") ==
        Lines{"names* | count", "cafe | 1", "deadbeef | 1", "name1 | 1"});
  CHECK(on("where user=\"nobody\" | stats count") == Lines{"count", "0"});
  CHECK(on("stats first(user) last(user) list(user) sum(data) avg(data)") ==
        Lines{"first(user) | last(user) | list(user) | sum(data) | avg(data)",
              "alice | carol | [alice bob carol] | 19 | 9.5"});
  CHECK(on("stats count by missing") == Lines{"missing* | count"});
  CHECK(on("search NOT user=\"BO*\" data!=9 | table user") == Lines{"user*", "alice"});
  CHECK(on("search * | search count=1 count>=1 count<2 | table user").size() == 4);
  CHECK(on("stats values(user) AS u | search u=bob | table u") == Lines{"u", "[alice bob carol]"});
  CHECK(on("stats values(user) AS u | search u!=bob | table u") == Lines{"u"});
  CHECK(on("rename user AS key | table key") == Lines{"key*", "alice", "bob", "carol"});
  CHECK(on("rename nothing AS user | table user").size() == 4);
  CHECK(on("eval dropped=split(key, \"\\\\\") | eval n=mvcount(dropped) | table dropped n | head 1") ==
        Lines{"dropped | n", "[HKLM a] | 2"});
  CHECK(on("where match(name, \"^[0-9a-f]{8}$\") AND len(key) < 80 | table user") == Lines{"user*", "carol"});
}

TEST_CASE("limits of a run: rows, and what a subsearch may give") {
  TemporaryStore store;
  std::vector<RegistryEvent> events;
  for (int i = 0; i < 30; ++i) events.push_back(value("2026-03-01T10:02:00Z", "HKLM\\a", "v" + std::to_string(i), "1"));
  store.add(events);
  storage::SearchLimits limits;
  limits.max_rows = 20;
  const std::string names =
      "| tstats count FROM datamodel=Endpoint.Registry BY Registry.registry_value_name Registry.dest";
  const auto too_many = try_run(store, names, kHour, "UTC", limits);
  REQUIRE_FALSE(too_many.ok());
  CHECK(too_many.error().code == core::ErrorCode::kLimit);
  // What the first steps leave out, row by row, does not count.
  const std::string few = " | rename Registry.* AS * | eval n=len(registry_value_name) | where n=3 | regex dest=\"ws\"";
  const auto kept = try_run(store, names + few, kHour, "UTC", limits);
  REQUIRE(kept.ok());
  CHECK(kept->table.rows.size() == 20);
  CHECK_FALSE(try_run(store, names + " | stats count", kHour, "UTC", limits).ok());
  limits.max_rows = 40;
  CHECK(try_run(store, names, kHour, "UTC", limits).ok());
  const auto product = try_run(store, names + " | join max=0 Registry.dest [" + names + "]", kHour, "UTC", limits);
  REQUIRE_FALSE(product.ok());
  CHECK(product.error() ==
        core::Error{core::ErrorCode::kLimit, "join: more than 40 rows", "narrow the search or its time range"});
}

TEST_CASE("limits of a run: memory for the rows of every step") {
  TemporaryStore store;
  std::vector<RegistryEvent> events;
  const std::string data(20'000, 'x');
  for (int i = 0; i < 100; ++i)
    events.push_back(value("2026-03-01T10:02:00Z", "HKLM\\a", "v" + std::to_string(i), data));
  store.add(events);
  storage::SearchLimits limits;
  limits.max_bytes = 1024 * 1024;  // of the events' 2 MB
  const std::string all =
      "| tstats count FROM datamodel=Endpoint.Registry BY Registry.registry_value_name Registry.registry_value_data "
      "Registry.dest | rename Registry.* AS *";
  const std::string names =
      "| tstats count FROM datamodel=Endpoint.Registry BY Registry.registry_value_name Registry.dest | rename "
      "Registry.* AS *";
  const auto fault = [&](const std::string& search) -> std::string {
    const auto result = try_run(store, search, kHour, "UTC", limits);
    if (result.ok()) return "";
    CHECK(result.error().code == core::ErrorCode::kLimit);
    return result.error().message;
  };
  CHECK(fault(all) == "the search gave more than 1MiB of rows");
  // What the first steps make smaller, row by row, does not count.
  CHECK(fault(all + " | eval registry_value_data=len(registry_value_data)").empty());
  CHECK(fault(all + " | where registry_value_name=\"v1\"").empty());
  CHECK(fault(names).empty());
  CHECK(fault(names + " | eval x=substr(\"" + data + "\", 1, 20000)") == "eval: more than 1MiB of rows");
  CHECK(fault(names + " | stats values(registry_value_name) AS v BY dest").empty());
  CHECK(fault(names + " | eval long=registry_value_name + \"" + std::string(1000, 'y') +
              "\" | eventstats list(long) AS l") == "eventstats: more than 1MiB of rows");
  CHECK(fault(names + " | join max=0 dest [" + names + "]") == "join: more than 1MiB of rows");
}

TEST_CASE("many rows: in order and with all columns, also when none is left") {
  TemporaryStore store;
  std::vector<RegistryEvent> events;
  for (int i = 0; i < 3000; ++i)
    events.push_back(value("2026-03-01T10:02:00Z", "HKLM\\a", fmt::format("v{:04}", i), "1"));
  store.add(events);
  const std::string search =
      "| tstats count FROM datamodel=Endpoint.Registry BY Registry.registry_value_name"
      " | rename Registry.* AS * | eval n=len(registry_value_name)";
  const auto all = try_run(store, search, kHour, "UTC", {});
  REQUIRE(all.ok());
  REQUIRE(all->table.rows.size() == 3000);
  for (int i = 0; i < 3000; ++i) {
    REQUIRE((all->table.rows[static_cast<std::size_t>(i)] ==
             std::vector<storage::Value>{fmt::format("v{:04}", i), std::int64_t{1}, std::int64_t{5}}));
  }
  const auto none = try_run(store, search + " | where n=6", kHour, "UTC", {});
  REQUIRE(none.ok());
  CHECK(none->table.rows.empty());
  CHECK(none->table.columns == all->table.columns);
  CHECK(none->group_columns == std::vector<std::string>{"registry_value_name"});
}

TEST_CASE("a subsearch of more than 50,000 rows is cut, and says so") {
  const auto expanded = spl::expand(
      "| tstats count FROM datamodel=Endpoint.Registry | join k [| tstats count FROM datamodel=Endpoint.Registry]",
      Macros());
  REQUIRE(expanded.ok());
  const auto pipeline = spl::parse(*expanded);
  REQUIRE(pipeline.ok());
  Rows left;
  left.columns = {{"k", true}};
  Rows right = left;
  for (std::int64_t i = 1; i <= 50'002; ++i) right.rows.push_back({i});
  left.rows = {{std::int64_t{50'000}}, {std::int64_t{50'001}}};
  std::vector<std::string> warnings;
  const core::TimeZone utc;
  const storage::SearchLimits limits;
  StepContext context{utc, {}, core::Micros(), limits, {std::move(right)}, warnings};
  REQUIRE(pipeline->commands[0]->apply(left, context).ok());
  CHECK(left.rows.size() == 1);
  CHECK(warnings == Lines{"join: the subsearch gave 50002 rows, only the first 50000 were used"});
}

TEST_CASE("a deeply nested and a very long WHERE run") {
  TemporaryStore store;
  store.add({value("2026-03-01T10:02:00Z", "HKLM\\a", "x", "1")});
  std::string deep = "Registry.user=alice";
  for (int i = 0; i < 12; ++i) deep = "Registry.dest=no* OR (Registry.dest=ws* (" + deep + "))";
  CHECK(run(store, "| tstats count FROM datamodel=Endpoint.Registry WHERE " + deep, kHour) == Lines{"count", "1"});
  std::string wide = "Registry.user=alice";
  for (int i = 0; i < 1500; ++i) wide = "Registry.user=u" + std::to_string(i) + " OR " + wide;
  CHECK(run(store, "| tstats count FROM datamodel=Endpoint.Registry WHERE " + wide, kHour) == Lines{"count", "1"});
}

}  // namespace
}  // namespace rw::detect
