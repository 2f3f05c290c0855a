#include "daemon/scheduler/findings.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/scheduler/fixtures.h"

namespace rw::scheduler {
namespace {

using storage::Value;
using test::at;
using test::zone;
using Texts = std::vector<std::string>;

cim::Window window() { return {at("2024-10-24T10:50:00Z"), at("2024-10-24T11:50:00Z")}; }
core::Micros scheduled() { return at("2024-10-24T12:00:00Z"); }
core::Micros created() { return at("2024-10-24T12:00:07Z"); }

Findings findings(const detect::Detection& detection, const detect::SearchResult& result,
                  std::string_view zone_name = "UTC", const cim::Window& w = window(),
                  const FindingOptions& options = {}) {
  const core::TimeZone named = zone(zone_name);
  return findings_of(
      detection, result,
      {.window = w, .scheduled_time = scheduled(), .created = created(), .zone = named, .options = options});
}

// A result of one row.
detect::SearchResult row(Texts columns, std::vector<Value> values, Texts group_columns = {}) {
  return {{std::move(columns), {std::move(values)}}, std::move(group_columns), {}};
}

TEST_CASE("the seed detection's row becomes a risk event and a notable") {
  const Findings found = findings(test::seed_detection(), test::seed_result());
  const std::string row_text =
      R"({"_time":"2024-10-24T11:00:00Z","registry_path":"HKU\\S-1-5-21-1\\SOFTWARE\\Microsoft\\Windows Script\\Settings\\AmsiEnable",)"
      R"("registry_key_name":"HKU\\S-1-5-21-1\\SOFTWARE\\Microsoft\\Windows Script\\Settings","registry_value_name":"AmsiEnable",)"
      R"("registry_value_data":"0x00000000","process_guid":"{a1b2}","dest":"win-host-7","user":"kim","count":3})";

  REQUIRE(found.risk_events.size() == 1);
  const cim::RiskEvent& risk = found.risk_events[0];
  CHECK(risk.origin.detection_id == "9c27ec42-d338-11eb-9044-acde48001122");
  CHECK(risk.origin.detection == "Disable AMSI Through Registry");
  CHECK(risk.origin.detection_version == 6);
  CHECK(risk.origin.window == window());
  CHECK(risk.origin.created == created());
  // Stored with findings: it must never change.
  CHECK(risk.identity == "3bb0e9b752b025b00ef729002d9ad9fd");
  CHECK(risk.time == at("2024-10-24T11:00:00Z"));
  CHECK(risk.risk_object == "win-host-7");
  CHECK(risk.risk_object_type == "system");
  CHECK(risk.risk_object_field == "dest");
  CHECK(risk.risk_score == 25);
  CHECK(risk.risk_message == "Disable AMSI Through Registry on win-host-7");
  CHECK(risk.threat_objects == "[]");
  CHECK(risk.annotations == R"({"mitre_attack":["T1562.001","T1562"]})");
  CHECK(risk.row == row_text);

  REQUIRE(found.notables.size() == 1);
  const cim::Notable& notable = found.notables[0];
  CHECK(notable.origin.detection_id == risk.origin.detection_id);
  CHECK(notable.origin.window == window());
  CHECK(notable.identity == "2e16816cd943b1797da7137a8cbd347b");
  CHECK(notable.time == at("2024-10-24T11:00:00Z"));
  CHECK(notable.rule_title == "Disable AMSI Through Registry");
  CHECK(notable.rule_description == "The following analytic detects that AMSI is disabled on win-host-7 by kim.");
  CHECK(notable.security_domain == "endpoint");
  CHECK(notable.severity == "low");
  CHECK(notable.urgency == "low");
  CHECK(notable.dest == "win-host-7");
  CHECK(notable.user == "kim");
  CHECK(notable.nes_fields == R"(["user","dest"])");
  CHECK(
      notable.drilldown_searches ==
      R"([{"name":"View the detection results for win-host-7",)"
      R"("search":"| tstats count FROM datamodel=Endpoint.Registry WHERE Registry.registry_path= \"*\\\\AmsiEnable\" )"
      R"(BY _time span=1h Registry.dest | search  dest = \"win-host-7\"",)"
      R"("earliest_offset":"1729767000","latest_offset":"1729770600"},)"
      R"({"name":"View risk events for the last 7 days for win-host-7",)"
      R"("search":"| from datamodel Risk.All_Risk | search normalized_risk_object IN (\"win-host-7\") )"
      R"(starthoursago=168 endhoursago=1","earliest_offset":"1729767000","latest_offset":"1729770600"}])");
  CHECK(notable.annotations == risk.annotations);
  CHECK(notable.row == row_text);
}

TEST_CASE("findings are made only where they are wanted") {
  detect::Detection detection = test::seed_detection();
  detection.creates_notable = false;
  CHECK(findings(detection, test::seed_result()).risk_events.size() == 1);
  CHECK(findings(detection, test::seed_result()).notables.empty());
  detection.creates_notable = true;
  detection.creates_risk = false;
  CHECK(findings(detection, test::seed_result()).risk_events.empty());
  CHECK(findings(detection, test::seed_result()).notables.size() == 1);
}

TEST_CASE("risk objects: one risk event per value that names something") {
  struct Case {
    Value value;
    Texts expected;
  };
  const std::vector<Case> cases = {
      {std::string("a"), {"a"}},
      {Texts{"a", "b"}, {"a", "b"}},
      {Texts{"a", "", "null", "a", "b"}, {"a", "b"}},
      {Texts{}, {}},
      {std::string(), {}},
      {std::string("null"), {}},
      {std::string("Null"), {"Null"}},
      {std::string("unknown"), {"unknown"}},
      {Value(), {}},
      {std::int64_t{17}, {"17"}},
      {2.0, {"2"}},
      {0.5, {"0.5"}},
  };
  for (const Case& c : cases) {
    Texts objects;
    std::set<std::string> identities;
    for (const cim::RiskEvent& risk : findings(test::seed_detection(), row({"dest"}, {c.value})).risk_events) {
      objects.push_back(risk.risk_object);
      identities.insert(risk.identity);
    }
    CHECK(objects == c.expected);
    CHECK(identities.size() == c.expected.size());
  }
  detect::Detection ignoring = test::seed_detection();
  ignoring.risk_objects[0].ignored = {core::TextPattern::exact("SYSTEM"), core::TextPattern::with_stars("*$")};
  Texts left;
  for (const auto& risk : findings(ignoring, row({"dest"}, {Texts{"system", "kim", "ws1$", "a$b"}})).risk_events) {
    left.push_back(risk.risk_object);
  }
  CHECK(left == Texts{"kim", "a$b"});
  // The search drops the column; the notable remains.
  const Findings without = findings(test::seed_detection(), row({"user"}, {std::string("kim")}));
  CHECK(without.risk_events.empty());
  CHECK(without.notables.size() == 1);
}

TEST_CASE("several risk objects and threat objects") {
  detect::Detection detection = test::seed_detection();
  detection.risk_objects = {{"dest", "system", 64}, {"user", "user", 32}};
  detection.threat_objects = {{"process_name", "process_name"}, {"hash", "file_hash"}, {"gone", "url"}};
  detection.risk_message = "$process_name$ on $dest$";
  const auto found = findings(
      detection, row({"dest", "user", "process_name", "hash"},
                     {std::string("host"), std::string("kim"), Texts{"a.exe", "b.exe", "null"}, std::string("1\"2")}));
  REQUIRE(found.risk_events.size() == 2);
  CHECK(found.risk_events[0].risk_object == "host");
  CHECK(found.risk_events[0].risk_score == 64);
  CHECK(found.risk_events[1].risk_object == "kim");
  CHECK(found.risk_events[1].risk_object_type == "user");
  CHECK(found.risk_events[1].risk_object_field == "user");
  CHECK(found.risk_events[1].risk_score == 32);
  CHECK(found.risk_events[0].identity != found.risk_events[1].identity);
  for (const cim::RiskEvent& risk : found.risk_events) {
    CHECK(risk.risk_message == "a.exe, b.exe, null on host");
    CHECK(risk.threat_objects ==
          R"([{"threat_object":"a.exe","threat_object_type":"process_name","threat_object_field":"process_name"},)"
          R"({"threat_object":"b.exe","threat_object_type":"process_name","threat_object_field":"process_name"},)"
          R"({"threat_object":"1\"2","threat_object_type":"file_hash","threat_object_field":"hash"}])");
  }
}

TEST_CASE("tokens") {
  const Texts columns = {"dest", "user", "count", "list", "none", "score", "all.user", "evil"};
  const std::vector<Value> values = {
      std::string("host"), std::string("kim"),   std::int64_t{3}, Texts{"a", "b"}, Value(), 4.0,
      std::string("max"),  std::string("$dest$")};
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", ""},
      {"nothing", "nothing"},
      {"on $dest$ by $user$", "on host by kim"},
      {"$dest$$user$", "hostkim"},
      {"$count$ times, $score$", "3 times, 4"},
      {"[$list$]", "[a, b]"},
      {"[$none$]", "[]"},
      {"$all.user$", "max"},
      {"$Dest$ $unknown$", "$Dest$ $unknown$"},
      {"$$", "$$"},
      {"$$dest$$", "$host$"},
      {"$dest", "$dest"},
      {"5$ and $dest$", "5$ and host"},
      {"$unknown$dest$", "$unknownhost"},
      {"%dest% $dest$ 100%", "%dest% host 100%"},
      {"$evil$ $evil$", "$dest$ $dest$"},
      {"$ev$evil$il$", "$ev$dest$il$"},
      {"\"\\$dest$\"", "\"\\host\""},
  };
  for (const auto& c : cases) {
    INFO(c.first);
    CHECK(fill_tokens(c.first, columns, values) == c.second);
  }
}

TEST_CASE("drilldown searches quote values") {
  const auto search = [](std::string text, const Value& dest) {
    detect::Detection detection = test::seed_detection();
    detection.search_text = "| search \"$dest$\" %original_detection_search%";
    detection.drilldowns = {{"x", std::move(text), "-7d", "$info_max_time$"}};
    const auto found = findings(detection, row({"dest"}, {dest}));
    REQUIRE(found.notables.size() == 1);
    return found.notables[0].drilldown_searches;
  };
  const auto expected = [](const std::string& json_text) {
    return R"([{"name":"x","search":")" + json_text + R"(","earliest_offset":"-7d","latest_offset":"1729770600"}])";
  };
  CHECK(search("dest=$dest$", std::string("a b")) == expected(R"(dest=\"a b\")"));
  CHECK(search("dest=$dest$", std::string(R"(C:\x" | delete)")) == expected(R"(dest=\"C:\\\\x\\\" | delete\")"));
  CHECK(search("dest=\"$dest$\"", std::string(R"(a"b)")) == expected(R"(dest=\"a\\\"b\")"));
  CHECK(search("x=\"a\\\"$dest$\" y=$dest$", std::string("h")) == expected(R"(x=\"a\\\"h\" y=\"h\")"));
  CHECK(search("dest IN ($dest$)", Texts{"a", "b"}) == expected(R"(dest IN (\"a\", \"b\"))"));
  CHECK(search("dest IN (\"$dest$\")", Texts{"a", "b"}) == expected(R"(dest IN (\"a\", \"b\"))"));
  CHECK(search("dest=$dest$", Value()) == expected(R"(dest=\"\")"));
  CHECK(search("_time>$info_min_time$ $other$", std::string("a")) == expected("_time>1729767000 $other$"));
  // What is put in is not looked at again.
  CHECK(search("%original_detection_search% | head $dest$", std::string("%original_detection_search%")) ==
        expected(R"(| search \"$dest$\" %original_detection_search% | head \"%original_detection_search%\")"));
}

TEST_CASE("the time of a finding") {
  struct Case {
    Texts columns;
    std::vector<Value> values;
    std::string_view zone;
    std::string_view expected;
  };
  const std::int64_t eleven = 1729767600;
  const std::vector<Case> cases = {
      {{"_time"}, {eleven}, "UTC", "2024-10-24T11:00:00Z"},
      {{"_time"}, {1729767600.25}, "UTC", "2024-10-24T11:00:00.25Z"},
      {{"firstTime", "_time"}, {eleven + 60, eleven}, "UTC", "2024-10-24T11:01:00Z"},
      {{"min(_time)"}, {eleven}, "UTC", "2024-10-24T11:00:00Z"},
      {{"firstTime"}, {std::string("2024-10-24T11:00:05")}, "UTC", "2024-10-24T11:00:05Z"},
      {{"firstTime"}, {std::string("2024-10-24T13:00:05")}, "Europe/Berlin", "2024-10-24T11:00:05Z"},
      {{"firstTime"}, {std::string("2024-10-24T11:00:05Z")}, "Europe/Berlin", "2024-10-24T11:00:05Z"},
      {{"firstTime"}, {std::string("10/24/2024")}, "UTC", "2024-10-24T10:50:00Z"},
      {{"firstTime"}, {Value()}, "UTC", "2024-10-24T10:50:00Z"},
      // The hour the event was in began before the window.
      {{"_time"}, {eleven - 3600}, "UTC", "2024-10-24T10:50:00Z"},
      {{"_time"}, {eleven + 3000}, "UTC", "2024-10-24T10:50:00Z"},  // not before its end either
      {{"firstTime", "_time"}, {std::int64_t{0}, eleven}, "UTC", "2024-10-24T11:00:00Z"},
      {{"_time"}, {1e300}, "UTC", "2024-10-24T10:50:00Z"},
      {{"dest"}, {std::string("h")}, "UTC", "2024-10-24T10:50:00Z"},
  };
  for (const Case& c : cases) {
    INFO(c.columns.front() << " " << c.expected);
    const auto found = findings(test::seed_detection(), row(c.columns, c.values), c.zone);
    REQUIRE(found.notables.size() == 1);
    CHECK(found.notables[0].time == at(c.expected));
  }
}

TEST_CASE("a row as JSON") {
  CHECK(row_json({}, {}) == "{}");
  CHECK(row_json({"b", "a", "n", "d", "w", "l", "none", "_time", "bad"},
                 {std::string("x\"y"), std::string(), std::int64_t{-3}, 0.25, 4.0, Texts{"p", "q"}, Value(),
                  1729767600.5, std::string("\xff")}) ==
        "{\"b\":\"x\\\"y\",\"a\":\"\",\"n\":-3,\"d\":0.25,\"w\":4.0,\"l\":[\"p\",\"q\"],"
        "\"_time\":\"2024-10-24T11:00:00.500000Z\",\"bad\":\"\xEF\xBF\xBD\"}");
  CHECK(row_json({"_time"}, {std::string("2024-10-24")}) == R"({"_time":"2024-10-24"})");
  CHECK(row_json({"_time"}, {std::int64_t{1729767600}}) == R"({"_time":"2024-10-24T11:00:00Z"})");
}

TEST_CASE("throttled rows: which are alike") {
  detect::Detection detection = test::seed_detection();
  detect::SearchResult result = test::seed_result();
  result.table.rows.push_back(result.table.rows[0]);
  result.table.rows[1][6] = std::string("WIN-HOST-7");
  result.table.rows[1][7] = std::string("lee");
  const auto keys = [&](std::vector<detect::Throttle> throttles) {
    detection.throttles = std::move(throttles);
    const Findings found = findings(detection, result);
    CHECK(found.warnings == Texts{});
    REQUIRE(found.throttled_rows.size() == 2);
    std::vector<std::vector<cim::ThrottledRow::Key>> of_rows;
    for (std::size_t i = 0; i < 2; ++i) {
      const cim::ThrottledRow& row = found.throttled_rows[i];
      CHECK(row.detection_id == detection.id);
      CHECK(row.scheduled_time == scheduled());
      CHECK(row.created == created());
      CHECK(row.row == found.risk_events[i].origin.throttled_row);
      CHECK(row.row == found.notables[i].origin.throttled_row);
      of_rows.push_back(row.keys);
    }
    CHECK(found.throttled_rows[0].row != found.throttled_rows[1].row);
    return of_rows;
  };
  using std::chrono::hours;
  auto found = keys({{{"dest"}, hours(1)}});
  CHECK(found[0] == found[1]);  // without case
  CHECK(found[0].size() == 1);
  CHECK(found[0][0].period == hours(1));
  found = keys({{{"user", "dest"}, hours(1)}});
  CHECK(found[0] != found[1]);
  CHECK(found == keys({{{"dest", "user"}, hours(1)}}));
  found = keys({{{}, hours(1)}, {{"user"}, hours(2), scheduled() + std::chrono::microseconds(1)}});
  CHECK(found[0][0] == found[1][0]);
  CHECK(found[0][1] != found[1][1]);
  // One that has expired by the scheduled time.
  CHECK(keys({{{}, hours(1)}, {{"user"}, hours(2), scheduled()}})[0].size() == 1);

  // Null and an empty text are the same.
  result.table.rows[0][7] = Value();
  result.table.rows[1][7] = std::string();
  found = keys({{{"user"}, hours(1)}});
  CHECK(found[0] == found[1]);
}

TEST_CASE("throttled rows: none") {
  detect::Detection detection = test::seed_detection();
  CHECK(findings(detection, test::seed_result()).throttled_rows.empty());
  CHECK(findings(detection, test::seed_result()).risk_events[0].origin.throttled_row.empty());
  detection.throttles = {{{"dst"}, std::chrono::hours(1)}};
  const Findings found = findings(detection, test::seed_result());
  CHECK(found.throttled_rows.empty());
  CHECK(found.notables.size() == 1);
  CHECK(found.warnings == Texts{"suppress: the result has no column 'dst': nothing is suppressed"});
  // A row without findings triggers nothing.
  detection.throttles = {{{"dest"}, std::chrono::hours(1)}};
  detection.creates_notable = false;
  CHECK(findings(detection, row({"dest"}, {Value()})).throttled_rows.empty());
}

TEST_CASE("what a risk event counts for, and under which name") {
  FindingOptions options;
  options.risk.factors = {{.risk_object = core::TextPattern::with_stars("ws1"), .multiply = 2}};
  const auto found =
      findings(test::seed_detection(), row({"dest"}, {Texts{"WS1.example", "ws2"}}), "UTC", window(), options)
          .risk_events;
  REQUIRE(found.size() == 2);
  CHECK(found[0].risk_object == "WS1.example");
  CHECK(found[0].risk_score == 25);
  CHECK(found[0].calculated_risk_score == 50);
  CHECK(found[0].normalized_risk_object == "ws1");
  CHECK(found[1].calculated_risk_score == 25);
  CHECK(found[1].normalized_risk_object == "ws2");
}

TEST_CASE("whom a notable concerns, and how urgent that makes it") {
  FindingOptions options;
  options.urgency.rules = {{.dest = core::TextPattern::with_stars("dc-*"), .steps = 2},
                           {.user = core::TextPattern::with_stars("svc_*"), .steps = -1}};
  const struct {
    std::vector<std::string> columns;
    std::vector<Value> values;
    std::string dest;
    std::string user;
    std::string urgency;
  } cases[] = {
      {{"dest", "user"}, {"ws1", Value()}, "ws1", "", "low"},
      {{"dest", "user"},
       {Texts{"ws1", "DC-1.example"}, Texts{"ann", "svc_a"}},
       "ws1\nDC-1.example",
       "ann\nsvc_a",
       "high"},
      {{"user"}, {"CORP\\svc_a"}, "", "CORP\\svc_a", "informational"},
      {{"risk_object", "risk_object_type"}, {"dc-1", "system"}, "dc-1", "", "high"},
      {{"risk_object", "risk_object_type"}, {"svc_a", "user"}, "", "svc_a", "informational"},
      {{"risk_object", "risk_object_type"}, {"dc-1", "other"}, "", "", "low"},
      {{"dest", "risk_object", "risk_object_type"}, {"ws1", "dc-1", "system"}, "ws1", "", "low"},
      {{"dest", "risk_object", "risk_object_type"}, {Value(), "dc-1", "system"}, "dc-1", "", "high"},
      {{"count"}, {std::int64_t{1}}, "", "", "low"},
  };
  for (const auto& [columns, values, dest, user, urgency] : cases) {
    const auto found = findings(test::seed_detection(), row(columns, values), "UTC", window(), options).notables;
    REQUIRE(found.size() == 1);
    INFO(found[0].row);
    CHECK(found[0].severity == "low");
    CHECK(found[0].dest == dest);
    CHECK(found[0].user == user);
    CHECK(found[0].urgency == urgency);
  }
}

TEST_CASE("drilldowns to the risk events of an object are filled with its normalized name, too") {
  const Findings found = findings(test::seed_detection(), row({"dest"}, {Texts{"WS1.example", "ws2"}}));
  const std::string& drilldowns = found.notables[0].drilldown_searches;
  CHECK_THAT(drilldowns, Catch::Contains(R"(IN (\"WS1.example\", \"ws2\", \"ws1\"))"));
  CHECK_THAT(drilldowns, Catch::Contains(R"(dest = \"WS1.example\", \"ws2\"")"));
}

TEST_CASE("exceptions: rows that make no findings") {
  detect::Detection detection = test::seed_detection();
  const auto left = [&](std::vector<std::pair<std::string, std::string>> fields,
                        std::optional<core::Micros> expires = std::nullopt) {
    detect::RowException exception;
    for (const auto& [column, pattern] : fields) {
      exception.columns.emplace_back(column, core::TextPattern::with_stars(pattern));
    }
    exception.expires = expires;
    detection.tuning.exceptions = {exception};
    const detect::SearchResult result = {
        {{"dest", "user", "n"},
         {{std::string("WS1"), Texts{"kim", "svc"}, std::int64_t{3}}, {std::string("ws2"), Value(), std::int64_t{4}}}},
        {},
        {}};
    const Findings found = findings(detection, result);
    CHECK(found.rows_excepted + found.notables.size() == 2);
    CHECK(found.risk_events.size() == found.notables.size());
    Texts names;
    for (const auto& risk : found.risk_events) names.push_back(risk.risk_object);
    return names;
  };
  CHECK(left({{"dest", "ws1"}}) == Texts{"ws2"});
  CHECK(left({{"dest", "ws*"}}).empty());
  CHECK(left({{"dest", "ws*"}, {"n", "4"}}) == Texts{"WS1"});
  CHECK(left({{"other", "*"}}) == Texts{"WS1", "ws2"});
  // Null matches nothing; of several values each must match.
  CHECK(left({{"user", "*"}}) == Texts{"ws2"});
  CHECK(left({{"user", "svc"}}) == Texts{"WS1", "ws2"});
  // Until the scheduled time of the run.
  CHECK(left({{"dest", "ws1"}}, scheduled() + std::chrono::microseconds(1)) == Texts{"ws2"});
  CHECK(left({{"dest", "ws1"}}, scheduled()) == Texts{"WS1", "ws2"});
}

TEST_CASE("exceptions do not change the identities of the rows that stay") {
  detect::Detection detection = test::seed_detection();
  detect::SearchResult result = test::seed_result();
  result.table.rows.push_back(result.table.rows[0]);  // equal in its group-by values
  result.table.rows[0].back() = std::int64_t{99};
  const Findings all = findings(detection, result);
  detection.tuning.exceptions = {{{{"count", core::TextPattern::with_stars("99")}}}};
  const Findings left = findings(detection, result);
  REQUIRE(left.notables.size() == 1);
  CHECK(left.notables[0].identity == all.notables[1].identity);
}

TEST_CASE("a row's own severity") {
  detect::Detection detection = test::seed_detection();
  const auto severity = [&](Value value) {
    return findings(detection, row({"dest", "severity"}, {std::string("a"), std::move(value)})).notables[0].severity;
  };
  CHECK(severity(std::string("critical")) == "critical");
  CHECK(severity(std::string("Medium")) == "medium");
  CHECK(severity(std::string("odd")) == "low");
  CHECK(severity(Value()) == "low");
  detection.severity_of_row = false;  // the operator has set one
  CHECK(severity(std::string("critical")) == "low");
}

// All identities of a result's findings.
Texts identities(const detect::Detection& detection, const detect::SearchResult& result, const cim::Window& w) {
  Texts all;
  const Findings found = findings(detection, result, "UTC", w);
  for (const auto& risk : found.risk_events) all.push_back(risk.identity);
  for (const auto& notable : found.notables) all.push_back(notable.identity);
  return all;
}

TEST_CASE("identities are equal where the row is the same row") {
  const detect::Detection detection = test::seed_detection();
  const detect::SearchResult result = test::seed_result();
  const Texts before = identities(detection, result, window());

  detect::SearchResult later = result;
  later.table.rows[0].back() = std::int64_t{99};
  later.table.rows[0][0] = std::int64_t{1729767600};  // a time is a number, however it is kept
  CHECK(identities(detection, later, window()) == before);

  detect::SearchResult reordered = result;
  std::swap(reordered.table.columns[6], reordered.table.columns[7]);
  std::swap(reordered.table.rows[0][6], reordered.table.rows[0][7]);
  std::swap(reordered.group_columns[0], reordered.group_columns[7]);
  CHECK(identities(detection, reordered, window()) == before);

  detect::Detection edited = detection;
  edited.version = 7;
  edited.name = "Other name";
  edited.risk_message = "other";
  edited.risk_objects[0].score = 99;
  CHECK(identities(edited, result, window()) == before);
}

TEST_CASE("identities differ where the row is another") {
  const detect::Detection detection = test::seed_detection();
  const detect::SearchResult result = test::seed_result();
  std::vector<Texts> all = {identities(detection, result, window())};

  detect::Detection other = detection;
  other.id = "other";
  all.push_back(identities(other, result, window()));
  all.push_back(identities(detection, result, {window().earliest, window().latest + std::chrono::microseconds(1)}));
  all.push_back(identities(detection, result, {window().earliest - std::chrono::hours(1), window().latest}));
  for (std::size_t i = 0; i < result.group_columns.size(); ++i) {
    detect::SearchResult changed = result;
    changed.table.rows[0][i] = std::string("x");
    all.push_back(identities(detection, changed, window()));
  }
  detect::SearchResult ungrouped = result;
  ungrouped.group_columns.clear();
  all.push_back(identities(detection, ungrouped, window()));
  detect::Detection by_user = detection;
  by_user.risk_objects = {{"dest", "other", 25}, {"user", "user", 25}};
  all.push_back(identities(by_user, result, window()));

  std::set<std::string> distinct;
  std::size_t notables_in_common = 0;
  std::size_t count = 0;
  for (const Texts& some : all) {
    for (const std::string& identity : some) {
      ++count;
      if (!distinct.insert(identity).second) ++notables_in_common;
    }
  }
  CHECK(notables_in_common == 1);  // by_user's notable is the first one's
  CHECK(distinct.size() == count - 1);

  // null, empty, "null", a list of it and the number are five things.
  std::set<std::string> notables;
  for (const Value& value :
       {Value(), Value(std::string()), Value(std::string("null")), Value(Texts{}), Value(Texts{"5"}),
        Value(std::string("5")), Value(std::int64_t{5}), Value(Texts{"5", ""})}) {
    notables.insert(identities(detection, row({"a"}, {value}), window()).back());
  }
  CHECK(notables.size() == 8);
}

TEST_CASE("equal rows of one result are told apart, the same way each time") {
  detect::SearchResult result = row({"dest"}, {std::string("h")});
  const Texts one = identities(test::seed_detection(), result, window());
  result.table.rows.push_back(result.table.rows[0]);
  const Texts two = identities(test::seed_detection(), result, window());
  REQUIRE(two.size() == 4);  // two risk events, two notables
  CHECK(std::set<std::string>(two.begin(), two.end()).size() == 4);
  CHECK(two[0] == one[0]);
  CHECK(two[2] == one[1]);
  CHECK(identities(test::seed_detection(), result, window()) == two);
}

}  // namespace
}  // namespace rw::scheduler
