#include <catch2/catch.hpp>

#include "tests/unit/sigma/world.h"

namespace rw::test {
namespace {

using Lines = std::vector<std::string>;

std::string base(const std::string& name, const std::string& value) {
  return "title: " + name + "\nname: " + name +
         "\nlogsource: {product: windows, category: registry_set}\ndetection:\n  sel:\n    TargetObject|endswith: '\\" +
         value + "'\n  condition: sel\n---\n";
}

std::string correlation(const std::string& lines) {
  std::string out = "title: Many\nid: many\nlevel: high\ncorrelation:\n";
  for (std::size_t i = 0; i < lines.size();) {
    const std::size_t end = lines.find('\n', i);
    out += "  " + lines.substr(i, end - i) + "\n";
    i = end == std::string::npos ? lines.size() : end + 1;
  }
  return out;
}

const std::string kRules = base("a", "A") + base("b", "B") + base("c", "C");

struct Correlations {
  World world;

  void set(const std::string& value, const std::string& time, const std::string& user = "CORP\\alice",
           const std::string& computer = "ws1", const std::string& details = "x") {
    world.sysmon(
        13,
        {{"EventType", "SetValue"}, {"TargetObject", "HKLM\\SOFTWARE\\" + value}, {"Details", details}, {"User", user}},
        "2026-03-01T" + time + "Z", computer);
  }
  // The bursts: "group: count first..last", times in seconds after eleven.
  Lines bursts(const std::string& lines, const std::string& group = "Computer") {
    const LoadedFiles loaded = load_files({{"r.yml", kRules + correlation(lines)}});
    CHECK(loaded.problems == Lines{});
    const auto many = loaded.catalogue->find("Many");
    REQUIRE(many != nullptr);
    const detect::SearchResult result = world.run(*many, hour());
    const Lines groups = column(result, group);
    const Lines counts = column(result, "count");
    const auto seconds = [&](const std::string& name) {
      Lines out;
      for (const std::string& text : column(result, name)) {
        out.push_back(std::to_string(std::stoll(text) - core::to_us(hour().earliest) / 1'000'000));
      }
      return out;
    };
    const Lines first = seconds("firstTime");
    const Lines last = seconds("lastTime");
    Lines out;
    for (std::size_t i = 0; i < groups.size(); ++i)
      out.push_back(groups[i] + ": " + counts[i] + " " + first[i] + ".." + last[i]);
    return out;
  }
};

TEST_CASE("sigma correlation: event_count slides over the events of a group") {
  Correlations world;
  for (const char* time : {"11:00:50", "11:01:00", "11:01:10"}) world.set("A", time);  // across a minute
  for (const char* time : {"11:20:00", "11:20:40", "11:21:20"}) world.set("A", time);  // never three within one
  for (const char* time : {"11:30:00", "11:30:10"}) world.set("A", time, "CORP\\bob", "ws2");
  world.set("A", "11:30:20", "CORP\\bob", "WS2");  // the same machine
  world.set("B", "11:30:30", "CORP\\bob", "ws1");  // another rule's
  const std::string head = "type: event_count\nrules: [a]\ngroup-by: [Computer]\ntimespan: 1m\n";
  CHECK(world.bursts(head + "condition: {gte: 3}") == Lines{"ws1: 3 50..70", "ws2: 3 1800..1820"});
  CHECK(world.bursts(head + "condition: {gt: 3}") == Lines{});
  CHECK(world.bursts(head + "condition: {gt: 2, lt: 3}") == Lines{});
  CHECK(world.bursts(head + "condition: {eq: 3}") == Lines{"ws1: 3 50..70", "ws2: 3 1800..1820"});
  CHECK(world.bursts(head + "condition: {gte: 2}") == Lines{"ws1: 3 50..70", "ws1: 3 1200..1280", "ws2: 3 1800..1820"});
  CHECK(world.bursts("type: event_count\nrules: [a, b]\ngroup-by: [User]\ntimespan: 1m\ncondition: {gte: 4}", "User") ==
        Lines{"CORP\\bob: 4 1800..1830"});
}

TEST_CASE("sigma correlation: looks back before the window, and reports what ends in it") {
  Correlations world;
  for (const char* time : {"10:59:40", "10:59:50", "11:00:10"}) world.set("A", time);
  for (const char* time : {"10:30:00", "10:30:01", "10:30:02"}) world.set("A", time);  // another run's
  for (const char* time : {"11:59:59", "12:00:00", "12:00:01"}) world.set("A", time);  // the next run's
  const std::string head = "type: event_count\nrules: [a]\ngroup-by: [Computer]\ntimespan: 1m\n";
  CHECK(world.bursts(head + "condition: {gte: 3}") == Lines{"ws1: 3 -20..10"});
}

TEST_CASE("sigma correlation: value_count counts distinct values without case") {
  Correlations world;
  for (const char* user : {"CORP\\a", "CORP\\A", "CORP\\b"}) world.set("A", "11:05:00", user);
  for (const char* user : {"CORP\\a", "CORP\\b", "CORP\\c"}) world.set("A", "11:06:00", user, "ws2");
  CHECK(world.bursts("type: value_count\nrules: [a]\ngroup-by: [Computer]\ntimespan: 10m\n"
                     "condition: {field: User, gte: 3}") == Lines{"ws2: 3 360..360"});
}

TEST_CASE("sigma correlation: temporal and in order") {
  Correlations world;
  world.set("B", "11:10:00");
  world.set("A", "11:11:00");
  world.set("C", "11:12:00");
  world.set("A", "11:30:00", "CORP\\x", "ws2");
  world.set("B", "11:31:00", "CORP\\x", "ws2");
  world.set("C", "11:32:00", "CORP\\x", "ws2");
  world.set("A", "11:40:00", "CORP\\x", "ws3");
  world.set("B", "11:41:00", "CORP\\x", "ws4");
  world.set("C", "11:42:00", "CORP\\x", "ws3");
  const std::string tail = "rules: [a, b, c]\ngroup-by: [Computer]\ntimespan: 5m\n";
  CHECK(world.bursts("type: temporal\n" + tail) == Lines{"ws1: 3 600..720", "ws2: 3 1800..1920"});
  CHECK(world.bursts("type: temporal_ordered\n" + tail) == Lines{"ws2: 3 1800..1920"});
  CHECK(world.bursts("type: temporal\nrules: [a, b, c]\ngroup-by: [Computer]\ntimespan: 119s\n") == Lines{});
  CHECK(world.bursts("type: temporal_ordered\nrules: [a, b, c]\ngroup-by: [Computer]\ntimespan: 119s\n") == Lines{});
  CHECK(world.bursts("type: temporal\ncondition: {gte: 2}\n" + tail) ==
        Lines{"ws1: 3 600..720", "ws2: 3 1800..1920", "ws3: 2 2400..2520"});
}

TEST_CASE("sigma correlation: a hit before the window does not hide one in it") {
  Correlations world;
  world.set("A", "10:50:00");
  world.set("B", "10:59:00");
  world.set("C", "11:02:00");
  // A, B is over before the window; B, C ends in it, and A is too old for C.
  CHECK(world.bursts("type: temporal_ordered\nrules: [a, b, c]\ngroup-by: [Computer]\ntimespan: 10m\n"
                     "condition: {gte: 2}\n") == Lines{"ws1: 2 -60..120"});
}

TEST_CASE("sigma correlation: aliases, and correlations of correlations") {
  Correlations world;
  world.set("A", "11:10:00", "CORP\\alice", "ws1", "bob");
  world.set("B", "11:11:00", "bob");
  CHECK(world.bursts("type: temporal\nrules: [a, b]\ngroup-by: [who]\ntimespan: 5m\n"
                     "aliases:\n  who:\n    a: Details\n    b: User\n",
                     "who") == Lines{"bob: 2 600..660"});

  Correlations chain;
  for (const char* time : {"10:58:00", "10:58:01", "10:58:02"}) chain.set("A", time);
  chain.set("B", "11:01:00");
  chain.set("B", "11:30:00");
  const std::string inner =
      "title: Inner\nname: inner\ncorrelation:\n  type: event_count\n  rules: [a]\n  group-by: [Computer]\n"
      "  timespan: 1m\n  condition: {gte: 3}\n---\n";
  const LoadedFiles loaded = load_files({{"r.yml", kRules + inner +
                                                       correlation("type: temporal_ordered\nrules: [inner, b]\n"
                                                                   "group-by: [Computer]\ntimespan: 5m\n")}});
  CHECK(loaded.problems == Lines{});
  const auto result = chain.world.run(*loaded.catalogue->find("Many"), hour());
  CHECK(column(result, "Computer") == Lines{"ws1"});
  CHECK(column(result, "rules") == Lines{"Inner\nb"});
  CHECK(column(result, "user") == Lines{"alice"});
}

TEST_CASE("sigma correlation: its rules run on their own only when it says so") {
  const auto states = [](const std::string& generate) {
    const LoadedFiles loaded =
        load_files({{"r.yml", kRules + correlation("type: event_count\nrules: [a]\ngroup-by: [Computer]\ntimespan: 1m\n"
                                                   "condition: {gte: 3}\n" +
                                                   generate)}});
    Lines out;
    for (const auto& d : loaded.catalogue->detections())
      out.push_back(d->name + " " + std::string(state_name(d->state)));
    return out;
  };
  CHECK(states("") == Lines{"a disabled", "b enabled", "c enabled", "Many enabled"});
  CHECK(states("generate: true\n") == Lines{"a enabled", "b enabled", "c enabled", "Many enabled"});
}

TEST_CASE("sigma correlation: faults") {
  const auto faults = [](const std::string& lines) {
    return load_files({{"r.yml", base("a", "A") + correlation(lines)}}).problems;
  };
  const std::string good = "rules: [a]\ngroup-by: [Computer]\ntimespan: 1m\ncondition: {gte: 3}\n";
  CHECK(faults("type: event_count\n" + good) == Lines{});
  CHECK(faults("type: value_avg\n" + good) ==
        Lines{"r.yml:13:9: warning: correlation type `value_avg` is not supported: expected event_count, value_count, "
              "temporal or temporal_ordered"});
  CHECK(faults("type: odd\n" + good) ==
        Lines{"r.yml:13:9: error: correlation.type: 'odd': expected event_count, value_count, temporal or "
              "temporal_ordered"});
  CHECK(faults("type: event_count\nrules: [zzz]\ntimespan: 1m\ncondition: {gte: 3}\n") ==
        Lines{"r.yml:14:11: warning: correlation.rules: 'zzz': expected the id or name of a rule that is loaded"});
  CHECK(faults("type: event_count\nrules: [a]\ntimespan: soon\ncondition: {gte: 3}\n") ==
        Lines{"r.yml:15:13: error: correlation.timespan: 'soon': expected a number and s, m, h or d, such as 15m"});
  CHECK(faults("type: event_count\nrules: [a]\ntimespan: 1m\n") ==
        Lines{"r.yml:13:3: error: correlation.condition is missing: expected a map such as {gte: 10}"});
  CHECK(faults("type: event_count\nrules: [a]\ntimespan: 1m\ngroup-by: [Nope]\ncondition: {gte: 3}\n") ==
        Lines{"r.yml:14:11: warning: correlation: no event of 'a' has the field 'Nope'"});
  CHECK(
      faults("type: temporal\nrules: [a]\ntimespan: 1m\ncondition: a and b\n") ==
      Lines{"r.yml:16:14: warning: correlation.condition as a text over rules is not supported: expected a map such as "
            "{gte: 2}"});
  CHECK(faults("type: event_count\nrules: [many]\ntimespan: 1m\ncondition: {gte: 3}\n") ==
        Lines{"r.yml:13:3: warning: correlations of correlations deeper than 8, or in a circle"});
}

}  // namespace
}  // namespace rw::test
