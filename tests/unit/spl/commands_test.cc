// Commands on rows that need no events: made by makeresults or taken from a lookup.
#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "tests/unit/spl/run_search.h"

namespace rw::detect {
namespace {

const cim::Window kHour = test::window("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");

std::shared_ptr<LookupTable> table(const std::string& name, const std::string& csv) {
  auto table = std::make_shared<LookupTable>();
  table->name = name;
  auto parsed = parse_csv(csv);
  REQUIRE(parsed.ok());
  table->csv = std::move(parsed).value();
  return table;
}

Knowledge knowledge() {
  Lookups lookups;
  lookups.add(table("people.csv", "name,team,size\nann,red,10\nbob,red,9\ncid,blue,\n\"dee, jr\",blue,x1\n"));
  auto tools =
      table("tools", "process,kind,note\n*\\mimikatz.exe,bad,steals\npowershell.exe,shell,\n*shell*,any,wide\n");
  tools->match_types["process"] = LookupMatch::kWildcard;
  tools->case_sensitive = false;
  tools->default_match = "none";
  tools->min_matches = 1;
  lookups.add(tools);
  auto first = std::make_shared<LookupTable>(*tools);
  first->name = "first_tool";
  first->max_matches = 1;
  first->default_match.clear();
  lookups.add(first);
  auto nets = table("nets", "net,site\n10.0.0.0/8,inside\n192.168.1.0/24,lab\n");
  nets->match_types["net"] = LookupMatch::kCidr;
  lookups.add(nets);
  lookups.add_broken("gone", "gone.csv: cannot open: No such file or directory");
  return {Macros::builtin(), std::move(lookups)};
}

Lines on(const std::string& spl) {
  test::TemporaryStore store;
  return run(store, spl, kHour, "UTC", knowledge());
}
Lines people(const std::string& commands) { return on("| inputlookup people.csv | " + commands); }
Lines one(const std::string& commands) { return on("| makeresults | " + commands + " | fields - _time"); }

TEST_CASE("inputlookup: rows of a table, chosen and appended") {
  CHECK(on("| inputlookup people") ==
        Lines{"name | team | size", "ann | red | 10", "bob | red | 9", "cid | blue | -", "dee, jr | blue | x1"});
  CHECK(on("| inputlookup people.csv WHERE team=RED size<10") == Lines{"name | team | size", "bob | red | 9"});
  CHECK(on("| inputlookup start=1 max=1 people.csv") == Lines{"name | team | size", "bob | red | 9"});
  CHECK(on("| makeresults | fields - _time | eval name=\"x\" | inputlookup append=t people.csv where name=ann") ==
        Lines{"name | team | size", "x | - | -", "ann | red | 10"});
  CHECK(on("| inputlookup gone") ==
        Lines{"! 1:15: the lookup `gone`: gone.csv: cannot open: No such file or directory"});
}

TEST_CASE("lookup: wildcards, case, defaults, several matches") {
  const auto tool = [](const std::string& process, const std::string& lookup) {
    return one("eval p=\"" + process + "\", kind=\"old\" | " + lookup)[1];
  };
  CHECK(tool("C:\\\\x\\\\MIMIKATZ.EXE", "lookup tools process AS p OUTPUT kind") == "C:\\x\\MIMIKATZ.EXE | bad");
  CHECK(tool("PowerShell.exe", "lookup tools process AS p OUTPUT kind note AS why") ==
        "PowerShell.exe | [shell any] | wide");
  CHECK(tool("PowerShell.exe", "lookup first_tool process AS p OUTPUT kind") == "PowerShell.exe | shell");
  CHECK(tool("cmd.exe", "lookup tools process AS p OUTPUT kind") == "cmd.exe | none");
  CHECK(tool("cmd.exe", "lookup first_tool process AS p OUTPUT kind") == "cmd.exe | -");
  CHECK(tool("cmd.exe", "lookup update=true tools process AS p OUTPUTNEW kind, note") == "cmd.exe | old | none");
  CHECK(tool("xshellx", "lookup tools process AS p") == "xshellx | any | wide");
  // Exact matches are case-sensitive unless the definition says otherwise; a null field meets nothing.
  CHECK(people("eval name=upper(name) | lookup people name OUTPUT size AS s | head 1") ==
        Lines{"name | team | size | s", "ANN | red | 10 | -"});
  CHECK(people("lookup people name, team OUTPUT size AS s | fields s") == Lines{"s", "10", "9", "-", "x1"});
  CHECK(one("lookup tools process AS missing OUTPUT kind") == Lines{"kind", "none"});
  CHECK(
      one("eval ip=split(\"10.1.2.3 8.8.8.8 192.168.1.9\", \" \") | lookup nets net AS ip OUTPUT site | fields site") ==
      Lines{"site", "[inside lab]"});
  CHECK(one("lookup tools process OUTPUT colour")[0] == "! 1:45: the lookup `tools` has no column `colour`");
}

TEST_CASE("rex: groups, several matches, sed") {
  CHECK(one(R"x(eval p="a=1 b=22" | rex field=p "(?<key>\w)=(?<num>\d+)" | fields key num)x") ==
        Lines{"key | num", "a | 1"});
  CHECK(one(R"x(eval p="a=1 b=22" | rex field=p max_match=0 "(?<key>\w)=(?<num>\d+)" | fields key num)x") ==
        Lines{"key | num", "[a b] | [1 22]"});
  CHECK(one(R"x(eval p="zz", key="old" | rex field=p "(?<key>\d)" | fields key)x") == Lines{"key", "old"});
  CHECK(one(R"x(eval p="[x](?<y" | rex field=p "[]](?P<key>.)[(?<]" | fields key)x") == Lines{"key", "("});
  CHECK(one(R"x(eval p="a-b-c" | rex field=p mode=sed "s/-/+/g" | fields p)x") == Lines{"p", "a+b+c"});
  CHECK(one(R"x(eval p="a-b-c" | rex field=p mode=sed "s/-/+/2" | fields p)x") == Lines{"p", "a-b+c"});
  CHECK(one(R"x(eval p="a-b-c" | rex field=p mode=sed "s/-/+/" | fields p)x") == Lines{"p", "a+b-c"});
  CHECK(one(R"x(eval p="user=bob" | rex field=p mode=sed "s|user=(\w+)|<\1>|" | fields p)x") == Lines{"p", "<bob>"});
  CHECK(one(R"x(eval p="aabbc" | rex field=p mode=sed "y/abc/xyz/" | fields p)x") == Lines{"p", "xxyyz"});
  CHECK(one(R"x(rex field=missing "(?<key>.)")x") == Lines{"key", "-"});
}

TEST_CASE("makemv and mvexpand") {
  CHECK(one("eval m=\"a,,b\" | makemv delim=\",\" m | table m") == Lines{"m", "[a b]"});
  CHECK(one("eval m=\"a,,b\" | makemv delim=\",\" allowempty=t m | eval n=mvcount(m) | table n") == Lines{"n", "3"});
  CHECK(one("eval m=\"k1=a;k2=b\" | makemv tokenizer=\"=(\\w)\" m | table m") == Lines{"m", "[a b]"});
  // One that can match nothing goes on by characters.
  CHECK(one("eval m=\"béaab\" | makemv tokenizer=\"(a*)\" m | table m") == Lines{"m", "aa"});
  CHECK(one("eval m=\"é\" | rex field=m mode=sed \"s/z*/-/g\" | table m") == Lines{"m", "-é-"});
  CHECK(one("eval m=\"é©\" | rex field=m mode=sed \"y/é/è/\" | table m") == Lines{"m", "è©"});
  CHECK(one("eval m=rtrim(\"é©\", \"é\"), n=trim(\"éaé\", \"é\"), o=trim(\"éé\", \"é\") | table m n o") ==
        Lines{"m | n | o", "é© | a | "});
  CHECK(one("eval m=split(\"1,a\", \",\") | eval n=mv_to_json_array(m, false()), o=mv_to_json_array(m, true()) | table "
            "n o") == Lines{"n | o", "[\"1\",\"a\"] | [1,\"a\"]"});
  CHECK(one("eval m=split(\"a b c\", \" \"), n=1 | mvexpand m") == Lines{"m | n", "a | 1", "b | 1", "c | 1"});
  CHECK(one("eval m=split(\"a b c\", \" \") | mvexpand m limit=2") == Lines{"m", "a", "b"});
  CHECK(one("eval n=1 | mvexpand m") == Lines{"n"});
  CHECK(one("eval a=mvrange(0, 50000), b=a | mvexpand a") == Lines{"! mvexpand: more than 64MiB of rows"});
}

TEST_CASE("stats: every aggregate of rows") {
  CHECK(on("| makeresults | eval x=split(\"4 2 9 4\", \" \") | mvexpand x | stats median(x) perc50(x) p25(x) mode(x) "
           "range(x) stdevp(x) var(x) sumsq(x) perc100(x)") ==
        Lines{"median(x) | perc50(x) | p25(x) | mode(x) | range(x) | stdevp(x) | var(x) | sumsq(x) | perc100(x)",
              "4 | 4 | 3.5 | 4 | 7 | 2.5860201081971503 | 8.916666666666666 | 117 | 9"});
  CHECK(people("stats count(eval(team=\"red\")) AS reds sum(eval(if(team=\"red\", size, 0))) AS s count") ==
        Lines{"reds | s | count", "2 | 19 | 4"});
  CHECK(people("stats stdev(size) AS s var(nothing) AS v") == Lines{"s | v", "0.7071067811865476 | -"});
  CHECK(people("eventstats count dc(name) AS names BY team | fields name count names | head 1") ==
        Lines{"name | count | names", "ann | 2 | 2"});
  CHECK(people("eventstats max(size) AS most | where size=10 OR isnull(size) | fields name most") ==
        Lines{"name | most", "ann | x1", "cid | x1"});
}

TEST_CASE("order and choice of rows") {
  CHECK(people("sort - num(size) | fields name") == Lines{"name", "dee, jr", "ann", "bob", "cid"});
  CHECK(people("sort str(size) | fields name") == Lines{"name", "ann", "bob", "dee, jr", "cid"});
  CHECK(people("sort limit=2 -name | fields name") == Lines{"name", "dee, jr", "cid"});
  CHECK(people("sort name desc | head 1 | fields name") == Lines{"name", "dee, jr"});
  CHECK(on("| makeresults | eval i=split(\"10.0.0.9 9.9.9.9 10.0.0.10\", \" \") | mvexpand i | sort ip(i) | table i") ==
        Lines{"i", "9.9.9.9", "10.0.0.9", "10.0.0.10"});
  CHECK(people("dedup team sortby -name | fields name") == Lines{"name", "cid", "ann"});
  CHECK(people("dedup 2 team keepevents=t | fields name team") ==
        Lines{"name | team", "ann | red", "bob | red", "cid | blue", "dee, jr | blue"});
  CHECK(people("dedup team keepevents=t | fields name team") ==
        Lines{"name | team", "ann | red", "bob | -", "cid | blue", "dee, jr | -"});
  CHECK(people("dedup size keepempty=t | stats count") == Lines{"count", "4"});
  CHECK(people("eval t=if(name=\"bob\", \"x\", \"y\") | dedup t consecutive=t | fields name") ==
        Lines{"name", "ann", "bob", "cid"});
  CHECK(people("head (team=\"red\") | fields name") == Lines{"name", "ann", "bob"});
  CHECK(people("head (team=\"red\") keeplast=true | fields name") == Lines{"name", "ann", "bob", "cid"});
  CHECK(people("head limit=1 (size<100) null=t | fields name") == Lines{"name", "ann"});
  CHECK(people("tail 2 | fields name") == Lines{"name", "dee, jr", "cid"});
  CHECK(people("reverse | head 1 | fields name") == Lines{"name", "dee, jr"});
  CHECK(people("top limit=1 team") == Lines{"team* | count | percent", "blue | 2 | 50"});
  CHECK(people("rare 1 showperc=f name BY team") == Lines{"team* | name* | count", "blue | cid | 1", "red | ann | 1"});
}

TEST_CASE("convert and bin") {
  CHECK(one("eval t=\"2026-03-01 10:00:05\" | convert timeformat=\"%Y-%m-%d %H:%M:%S\" mktime(t)") ==
        Lines{"t", "1772359205"});
  CHECK(
      one("eval a=\"1,234\", b=\"5 MB\", c=\"x\", d=\"1+00:00:10\" | convert rmcomma(a) rmunit(b) num(c) dur2sec(d)") ==
      Lines{"a | b | c | d", "1234 | 5 | - | 86410"});
  CHECK(one("eval first=0, last=60, n=5 | convert none(n) timeformat=\"%H:%M\" ctime(*)") ==
        Lines{"first | last | n", "00:00 | 00:01 | 5"});
  CHECK(one("eval n=17, t=1772362805 | bin span=5 n | bucket span=1h t AS hour") ==
        Lines{"n | t | hour", "15 | 1772362805 | 1772362800"});
}

TEST_CASE("now() is the scheduled time of the run") {
  CHECK(one("eval n=now(), t=time(), d=relative_time(now(), \"-1d@d\"), s=strptime(\"11:30\", \"%H:%M\")") ==
        Lines{"n | t | d | s", "1772362800 | 1772362800 | 1772236800 | 1772364600"});
  CHECK(on("| makeresults count=2 | stats count max(_time)") == Lines{"count | max(_time)", "2 | 1772362800"});
}

}  // namespace
}  // namespace rw::detect
