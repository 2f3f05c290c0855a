#include "daemon/detect/load.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "daemon/core/units.h"
#include "daemon/detect/compile.h"
#include "tests/unit/detect/content_folder.h"

namespace rw::detect {
namespace {

using Lines = std::vector<std::string>;
using test::ContentFolder;

const std::string kSearch =
    "'| tstats count FROM datamodel=Endpoint.Registry WHERE Registry.registry_path=\"*\\\\A\" BY Registry.dest'";

std::string rule(const std::string& name, const std::string& id, const std::string& type = "TTP",
                 const std::string& rest = "status: production\n", const std::string& search = kSearch) {
  return "name: " + name + "\nid: " + id + "\ntype: " + type + "\nsearch: " + search + "\n" + rest +
         "rba:\n  risk_objects:\n  - {field: dest, type: system, score: 30}\n";
}

std::string deployment(const std::string& type, const std::string& cron, const std::string& actions) {
  return "type: " + type + "\nscheduling: {cron_schedule: " + cron +
         ", earliest_time: -2h@h, latest_time: '@h', schedule_window: 5}\nalert_action: {" + actions + "}\n";
}

core::TimeModifier modifier(std::string_view text) { return core::TimeModifier::parse(text).value(); }

struct Loaded {
  std::shared_ptr<const Catalogue> catalogue;
  core::Problems problems;
};

Loaded load_all(const LoadOptions& options) {
  Loaded loaded;
  loaded.catalogue = load(options, loaded.problems);
  REQUIRE(loaded.catalogue != nullptr);
  return loaded;
}

LoadOptions only(const ContentFolder& folder) {
  LoadOptions options;
  options.paths = {folder.path()};
  options.builtin = false;
  return options;
}

LoadOptions::Override override_of(const std::string& detection, Settings settings, int line = 9) {
  return {.detection = detection, .settings = std::move(settings), .file = "regwarden.yaml", .line = line, .col = 5};
}

Settings enabled(bool value) {
  Settings settings;
  settings.enabled = value;
  return settings;
}

Lines names(const Catalogue& catalogue) {
  Lines out;
  for (const auto& d : catalogue.detections()) out.push_back(d->name);
  return out;
}

std::string shown(const Detection& d) {
  std::string out = d.schedule.cron_schedule + "; " + d.schedule.earliest_time.text() + ".." +
                    d.schedule.latest_time.text() + "; " + d.schedule.schedule_window;
  out += (d.creates_risk ? "; risk" : "");
  out += (d.creates_notable ? "; notable" : "");
  for (const RiskObject& o : d.risk_objects) out += "; " + o.field + " " + std::to_string(o.score);
  return out + "; " + d.severity;
}

TEST_CASE("load: nothing named gives the built-in detections") {
  const Loaded loaded = load_all({});
  CHECK(test::rendered(loaded.problems) == Lines{});
  REQUIRE(names(*loaded.catalogue) == Lines{"ATT&CK Tactic Threshold Exceeded for Object Over Previous 7 Days",
                                            "Disable AMSI Through Registry",
                                            "Risk Threshold Exceeded for Object Over 24 Hour Period"});
  const Detection& d = *loaded.catalogue->detections()[1];
  CHECK(d.file == "builtin:disable_amsi_through_registry.yml");
  CHECK(d.stem == "disable_amsi_through_registry");
  CHECK(d.id == "9c27ec42-d338-11eb-9044-acde48001122");
  CHECK(d.version == 1);
  CHECK(d.author == "regwarden");
  CHECK(d.status == "production");
  CHECK(d.type == "TTP");
  CHECK(d.state == DetectionState::kEnabled);
  CHECK_FALSE(d.problem);
  CHECK(d.search != nullptr);
  CHECK(shown(d) == "0 * * * *; -70m@m..-10m@m; auto; risk; notable; dest 25; low");
  CHECK(d.risk_message == "Disable AMSI Through Registry on $dest$");
  CHECK(d.rule_title == "Disable AMSI Through Registry");
  CHECK(d.rule_description == d.description);
  CHECK(d.nes_fields == Lines{"user", "dest"});
  CHECK(d.security_domain == "endpoint");
  CHECK(d.analytic_story == Lines{"Ransomware", "CISA AA23-347A", "Windows Registry Abuse"});
  CHECK(d.mitre_attack_id == Lines{"T1562.001", "T1562"});
  REQUIRE(d.drilldowns.size() == 2);
  CHECK(d.drilldowns[0].search == d.search_text + " | search dest=$dest$");
  CHECK(d.annotations == R"({"mitre_attack":["T1562.001","T1562"],"analytic_story":["Ransomware","CISA AA23-347A",)"
                         R"("Windows Registry Abuse"],"cis20":["CIS 10"],"nist":["DE.CM"],"type":["TTP"],)"
                         R"("data_source":["Sysmon EventID 13","Windows Event Log Security 4657"],)"
                         R"("mitre_attack.mitre_technique_id":["T1562.001","T1562"],)"
                         R"("mitre_attack.mitre_technique":["Disable or Modify Tools","Impair Defenses"],)"
                         R"("mitre_attack.mitre_tactic":["defense-evasion"],"mitre_attack.mitre_tactic_id":["TA0005"],)"
                         R"("kill_chain_phases":["Exploitation"]})");
  // Its drilldowns are SPL of ours: they must run here.
  for (const Drilldown& drilldown : d.drilldowns) {
    const auto search = compile_spl(drilldown.search, loaded.catalogue->macros());
    INFO(drilldown.search);
    CHECK((search.ok() ? "" : search.error().message) == "");
  }
}

TEST_CASE("load: the built-in risk incident rules") {
  LoadOptions options;
  // Meant for detections of an hour: a rule over days keeps its own.
  options.defaults.cron_schedule = "*/5 * * * *";
  options.defaults.earliest_time = modifier("-15m@m");
  options.defaults.latest_time = modifier("-10m@m");
  const Loaded loaded = load_all(options);
  const auto day = loaded.catalogue->find("risk_threshold_exceeded_over_24_hours");
  const auto week = loaded.catalogue->find("attack_tactic_threshold_exceeded_over_7_days");
  REQUIRE(day != nullptr);
  REQUIRE(week != nullptr);
  CHECK(shown(*day) == "0 * * * *; -24h@m..now; auto; notable; high");
  CHECK(shown(*week) == "0 * * * *; -7d@m..now; auto; notable; high");
  for (const auto& rule : {day, week}) {
    CHECK(rule->state == DetectionState::kEnabled);
    REQUIRE(rule->search != nullptr);
    CHECK(rule->search->reads(cim::Dataset::kRisk));
    REQUIRE(rule->throttles.size() == 1);
    CHECK(rule->throttles[0].fields == Lines{"risk_object", "risk_object_type"});
    // Whatever is set for them, they make no risk events, which they would read.
    CHECK(rule->risk_objects.empty());
    for (const Drilldown& drilldown : rule->drilldowns) {
      CHECK(compile_spl(drilldown.search, loaded.catalogue->macros()).ok());
    }
  }
  CHECK(day->throttles[0].period == std::chrono::hours(24));
  CHECK(week->throttles[0].period == std::chrono::hours(24 * 7));
  CHECK(day->rule_title ==
        "RBA: Risk threshold exceeded over 24 hours for $risk_object_type$ $risk_object$ ($risk_score$)");

  Settings settings;
  settings.cron_schedule = "*/15 * * * *";
  options.overrides = {override_of("Risk Threshold Exceeded for Object Over 24 Hour Period", settings)};
  CHECK(load_all(options).catalogue->find(day->id)->schedule.cron_schedule == "*/15 * * * *");
}

TEST_CASE("load: throttling by the file, by defaults, by an override") {
  ContentFolder folder;
  folder.write("a.yml", rule("A", "1") + "tags: {throttling: {fields: [dest], period: 1h}}\n");
  folder.write("b.yml", rule("B", "2"));
  const auto periods = [&](const LoadOptions& options) {
    std::string out;
    const Loaded loaded = load_all(options);
    for (const auto& d : loaded.catalogue->detections()) {
      for (const Throttle& throttle : d->throttles) {
        out += d->name + " " + throttle.fields.at(0) + " " + core::format_duration(throttle.period) + "; ";
      }
    }
    return out;
  };
  LoadOptions options = only(folder);
  CHECK(periods(options) == "A dest 1h; ");
  const std::string before = load_all(options).catalogue->find("B")->content_hash;
  options.defaults.suppress = Throttle{{"user"}, std::chrono::hours(2)};
  CHECK(periods(options) == "A user 2h; B user 2h; ");
  CHECK(load_all(options).catalogue->find("B")->content_hash != before);
  Settings none;
  none.suppress = Throttle{};
  options.overrides = {override_of("A", none)};
  CHECK(periods(options) == "B user 2h; ");
}

TEST_CASE("load: a file replaces the built-in detection of its id or its name") {
  const std::vector<std::string> replacements = {
      rule("Ours", "9c27ec42-d338-11eb-9044-acde48001122"),
      rule("disable amsi through registry", "another-id"),
  };
  for (const std::string& text : replacements) {
    ContentFolder folder;
    folder.write("ours.yml", text);
    LoadOptions options = only(folder);
    options.builtin = true;
    const Loaded loaded = load_all(options);
    CHECK(folder.rendered(loaded.problems) == Lines{});
    Lines files;
    for (const auto& d : loaded.catalogue->detections()) files.push_back(d->file);
    CHECK(files.size() == 3);
    CHECK(std::ranges::count(files, folder.path("ours.yml")) == 1);
    CHECK(std::ranges::count(files, "builtin:disable_amsi_through_registry.yml") == 0);
  }
  ContentFolder folder;
  folder.write("other.yml", rule("Other", "other-id"));
  LoadOptions options = only(folder);
  options.builtin = true;
  CHECK(load_all(options).catalogue->detections().size() == 4);
  CHECK(load_all(options).catalogue->find("Other")->file == folder.path("other.yml"));
  CHECK(load_all(options).catalogue->find("Disable AMSI Through Registry") != nullptr);
}

TEST_CASE("load: files of a folder and its folders, in order; results sorted by name") {
  ContentFolder folder;
  folder.write("z/one.yml", rule("beta", "1"));
  folder.write("a/b/c/two.yaml", rule("Alpha", "2"));
  folder.write("three.yml", rule("Gamma", "3"));
  folder.write("README.md", "name: not read");
  folder.write("a/notes.txt", "not: [read");
  folder.write(".git/four.yml", "not: [read");
  folder.write("a/.hidden.yml", "not: [read");
  folder.write("stories/story.yml", "name: S\nnarrative: n\n");
  folder.write("lookups/lookup.yml", "name: L\nlookup_type: csv\n");
  std::filesystem::create_directory_symlink(folder.path(), folder.path("a/loop"));
  std::filesystem::create_symlink(folder.path("three.yml"), folder.path("again.yml"));
  LoadOptions options = only(folder);
  // A path inside another, and the same one again.
  options.paths.push_back(folder.path("a"));
  options.paths.push_back(folder.path("three.yml"));
  const Loaded loaded = load_all(options);
  CHECK(folder.rendered(loaded.problems) == Lines{});
  CHECK(names(*loaded.catalogue) == Lines{"Alpha", "beta", "Gamma"});
}

TEST_CASE("load: what cannot be read, and what is something else") {
  ContentFolder folder;
  folder.write("a.yml", "name: [unclosed\n");
  folder.write("b.yml", "name: x\nname: y\n" + rule("N", "1").substr(8));
  folder.write("c.yml", "- a list\n");
  folder.write("d.yml", "");
  folder.write("e.yml", "title: T\nlogsource: {product: windows}\ndetection: {condition: a}\n");
  folder.write("f.yml", "my_filter: search *\n");
  folder.write("g.yml", rule("Good", "good"));
  std::filesystem::create_symlink(folder.path("gone"), folder.path("h.yml"));
  LoadOptions options = only(folder);
  options.paths.push_back(folder.path("absent"));
  options.macros.push_back(folder.path("absent.yaml"));
  const Loaded loaded = load_all(options);
  const Lines problems = folder.rendered(loaded.problems);
  REQUIRE(problems.size() == 10);
  CHECK_THAT(problems[0], Catch::StartsWith("a.yml:"));
  CHECK_THAT(problems[1], Catch::StartsWith("b.yml:2:1: error: "));
  const std::string other =
      "warning: not a detection, macro or deployment (macros of your own belong to detections.macros)";
  CHECK(problems[2] == "c.yml:1:1: " + other);
  CHECK(problems[3] == "d.yml: " + other);
  CHECK(problems[4] == "f.yml:1:1: " + other);
  CHECK(problems[5] == "h.yml: error: cannot be read: No such file or directory");
  CHECK(problems[6] == "absent: error: no such file or folder");
  CHECK(problems[7] == "absent.yaml: error: no such file or folder");
  CHECK(problems[8] == "e.yml:3:12: warning: detection: expected at least one search");
  CHECK_THAT(problems[9], Catch::StartsWith("e.yml:3:24: warning: detection.condition at 1: "));
  CHECK(names(*loaded.catalogue) == Lines{"Good", "T"});
}

TEST_CASE("load: one id or one name twice is an error, and the first stays") {
  ContentFolder folder;
  folder.write("a.yml", rule("First", "id-1"));
  folder.write("b.yml", rule("Second", "id-1"));
  folder.write("c.yml", rule("FIRST", "id-3"));
  const Loaded loaded = load_all(only(folder));
  CHECK(folder.rendered(loaded.problems) ==
        Lines{"b.yml:2:5: error: id 'id-1' is also that of a.yml: expected one detection of it",
              "c.yml:1:7: error: name 'FIRST' is also that of a.yml: expected one detection of it"});
  CHECK(names(*loaded.catalogue) == Lines{"First"});
}

TEST_CASE("load: a malformed detection is an error and is not listed") {
  ContentFolder folder;
  folder.write("a.yml", "id: I\ntype: TTP\nsearch: S\n");
  folder.write("b.yml", rule("B", "b"));
  const Loaded loaded = load_all(only(folder));
  CHECK(folder.rendered(loaded.problems) == Lines{"a.yml:1:1: error: name is missing: expected the detection's name"});
  CHECK(names(*loaded.catalogue) == Lines{"B"});
}

TEST_CASE("load: find by id, name or file stem") {
  ContentFolder folder;
  folder.write("x/one.yml", rule("First Rule", "id-1"));
  folder.write("x/two.yml", rule("one", "id-2"));
  const Loaded loaded = load_all(only(folder));
  const Catalogue& catalogue = *loaded.catalogue;
  const auto id_of = [&](std::string_view text) {
    const auto found = catalogue.find(text);
    return found ? found->id : "none";
  };
  CHECK(id_of("id-1") == "id-1");
  CHECK(id_of("first rule") == "id-1");
  CHECK(id_of("two") == "id-2");
  CHECK(id_of("one") == "id-2");  // a name goes before a stem
  CHECK(id_of("three") == "none");
  CHECK(id_of("") == "none");
}

TEST_CASE("load: type, deployment file, defaults, override: each replaces the one before") {
  const std::string type_row = "0 * * * *; -70m@m..-10m@m; auto";
  const std::string file_row = "5 * * * *; -2h@h..@h; 5";
  Settings defaults;
  defaults.cron_schedule = "15 * * * *";
  defaults.latest_time = modifier("-5m@m");
  Settings override_;
  override_.cron_schedule = "30 * * * *";
  override_.earliest_time = modifier("-3h@h");
  override_.schedule_window = "0";
  Settings score;
  score.risk_score = 90;
  Settings actions;
  actions.creates_risk = false;
  actions.creates_notable = true;
  Settings severity;
  severity.severity = "critical";
  Settings both = score;
  both.severity = "medium";

  struct Case {
    std::string type;
    std::string deployment;  // actions of a deployment file for the type; empty: no such file
    Settings defaults;
    std::vector<Settings> overrides;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {"TTP", "", {}, {}, type_row + "; risk; notable; dest 30; low"},
      {"Anomaly", "", {}, {}, type_row + "; risk; dest 30; low"},
      {"Hunting", "", {}, {}, type_row + "; dest 30; low"},
      {"Correlation", "", {}, {}, type_row + "; notable; dest 30; low"},
      {"Baseline", "", {}, {}, "10 0 * * *; -1450m@m..-10m@m; auto; dest 30; low"},
      {"TTP", "rba: {enabled: true}", {}, {}, file_row + "; risk; dest 30; low"},
      {"TTP", "notable: {}", {}, {}, file_row + "; notable; dest 30; low"},
      {"TTP", "", defaults, {}, "15 * * * *; -70m@m..-5m@m; auto; risk; notable; dest 30; low"},
      {"TTP", "rba: {enabled: true}", defaults, {}, "15 * * * *; -2h@h..-5m@m; 5; risk; dest 30; low"},
      {"Baseline", "", defaults, {}, "15 * * * *; -1450m@m..-5m@m; auto; dest 30; low"},
      {"TTP", "", {}, {override_}, "30 * * * *; -3h@h..-10m@m; 0; risk; notable; dest 30; low"},
      {"TTP", "notable: {}", defaults, {override_}, "30 * * * *; -3h@h..-5m@m; 0; notable; dest 30; low"},
      {"TTP", "", {}, {score}, type_row + "; risk; notable; dest 90; critical"},
      {"TTP", "", score, {}, type_row + "; risk; notable; dest 90; critical"},
      {"TTP", "", {}, {severity}, type_row + "; risk; notable; dest 30; critical"},
      {"TTP", "", severity, {score}, type_row + "; risk; notable; dest 90; critical"},
      {"TTP", "", severity, {both}, type_row + "; risk; notable; dest 90; medium"},
      {"TTP", "", {}, {actions}, type_row + "; notable; dest 30; low"},
      {"Hunting", "", {}, {actions}, type_row + "; notable; dest 30; low"},
      {"TTP", "", actions, {score, severity}, type_row + "; notable; dest 90; critical"},
      {"TTP", "", {}, {both, score}, type_row + "; risk; notable; dest 90; medium"},
  };
  for (const Case& c : cases) {
    INFO(c.expected);
    ContentFolder folder;
    folder.write("rule.yml", rule("R", "r", c.type));
    // Sorted after the rule: order within a folder must not matter.
    if (!c.deployment.empty()) folder.write("z/d.yml", deployment(c.type, "5 * * * *", c.deployment));
    // Another type's deployment changes nothing.
    folder.write("z/e.yml", deployment(c.type == "Baseline" ? "TTP" : "Baseline", "1 1 * * *", "notable: {}"));
    LoadOptions options = only(folder);
    options.defaults = c.defaults;
    for (const Settings& settings : c.overrides) options.overrides.push_back(override_of("R", settings));
    const Loaded loaded = load_all(options);
    CHECK(folder.rendered(loaded.problems) == Lines{});
    REQUIRE(loaded.catalogue->detections().size() == 1);
    CHECK(shown(*loaded.catalogue->detections()[0]) == c.expected);
  }
}

TEST_CASE("load: a score set by the operator changes severity by the table of the file's generation") {
  ContentFolder folder;
  const std::string tags = "tags:\n  risk_score: 25\n  observable:\n  - {name: dest, type: Hostname, role: [Victim]}\n";
  folder.write("rule.yml", "name: R\nid: r\ntype: TTP\nsearch: " + kSearch + "\n" + tags);
  for (const auto& [score, expected] :
       std::vector<std::pair<int, std::string>>{{40, "low"}, {79, "medium"}, {80, "high"}}) {
    LoadOptions options = only(folder);
    Settings settings;
    settings.risk_score = score;
    options.overrides = {override_of("R", settings)};
    CHECK(load_all(options).catalogue->detections()[0]->severity == expected);
  }
}

TEST_CASE("load: an override is found by name, id or stem, and one that names nothing is an error") {
  struct Case {
    std::string named;
    std::vector<std::int64_t> scores;  // of the detections by name: Alpha, Beta, Gamma
    Lines problems;
  };
  const std::string expected = "expected the name, id or file stem of one detection, found ";
  const std::vector<Case> cases = {
      {"Alpha", {99, 30, 30}, {}},
      {"ALPHA", {99, 30, 30}, {}},
      {"id-b", {30, 99, 30}, {}},
      {"c", {30, 30, 99}, {}},
      {"id-x", {30, 30, 30}, {"regwarden.yaml:9:5: error: 'id-x': " + expected + "0"}},
      {"same", {30, 30, 30}, {"regwarden.yaml:9:5: error: 'same': " + expected + "2"}},
      {"", {30, 30, 30}, {"regwarden.yaml:9:5: error: '': " + expected + "0"}},
  };
  ContentFolder folder;
  folder.write("x/same.yml", rule("Alpha", "id-a"));
  folder.write("y/same.yml", rule("Beta", "id-b"));
  folder.write("c.yml", rule("Gamma", "id-c"));
  for (const Case& c : cases) {
    INFO(c.named);
    LoadOptions options = only(folder);
    Settings settings;
    settings.risk_score = 99;
    options.overrides = {override_of(c.named, settings)};
    const Loaded loaded = load_all(options);
    CHECK(folder.rendered(loaded.problems) == c.problems);
    std::vector<std::int64_t> scores;
    for (const auto& d : loaded.catalogue->detections()) scores.push_back(d->risk_objects[0].score);
    CHECK(scores == c.scores);
  }
}

TEST_CASE("load: which detections run") {
  const std::string how = ": it runs only where detections.overrides sets enabled: true";
  struct Case {
    std::string path;
    std::string rest;
    Settings defaults;
    std::vector<Settings> overrides;
    DetectionState state;
    std::string problem;
  };
  const auto on = DetectionState::kEnabled;
  const auto off = DetectionState::kDisabled;
  const std::vector<Case> cases = {
      {"r.yml", "status: production\n", {}, {}, on, ""},
      {"r.yml", "", {}, {}, on, ""},
      {"r.yml", "status: experimental\n", {}, {}, off, "r.yml:5:9: warning: status is experimental" + how},
      {"r.yml", "status: deprecated\n", {}, {}, off, "r.yml:5:9: warning: status is deprecated" + how},
      {"r.yml", "status: removed\n", {}, {}, off, "r.yml:5:9: warning: status is removed" + how},
      {"deprecated/r.yml",
       "status: production\n",
       {},
       {},
       off,
       "deprecated/r.yml: warning: in a folder named deprecated" + how},
      {"removed/x/r.yml", "", {}, {}, off, "removed/x/r.yml: warning: in a folder named removed" + how},
      {"deprecated.yml", "", {}, {}, on, ""},
      {"r.yml", "status: experimental\n", {}, {enabled(true)}, on, ""},
      {"deprecated/r.yml", "status: deprecated\n", {}, {enabled(true)}, on, ""},
      {"r.yml", "status: experimental\n", enabled(true), {}, on, ""},
      {"r.yml", "", {}, {enabled(false)}, off, "regwarden.yaml:9:5: warning: switched off in the configuration"},
      {"r.yml",
       "status: experimental\n",
       {},
       {enabled(false)},
       off,
       "regwarden.yaml:9:5: warning: switched off in the configuration"},
      {"r.yml", "", enabled(false), {}, off, "r.yml: warning: switched off by detections.defaults"},
      {"r.yml", "", enabled(false), {enabled(true)}, on, ""},
      {"r.yml",
       "",
       enabled(true),
       {enabled(false)},
       off,
       "regwarden.yaml:9:5: warning: switched off in the configuration"},
      {"r.yml", "", {}, {enabled(false), enabled(true)}, on, ""},
  };
  for (const Case& c : cases) {
    INFO(c.path << " " << c.rest << c.problem);
    ContentFolder folder;
    folder.write(c.path, rule("R", "r", "TTP", c.rest));
    LoadOptions options = only(folder);
    options.defaults = c.defaults;
    for (const Settings& settings : c.overrides) options.overrides.push_back(override_of("R", settings));
    const Loaded loaded = load_all(options);
    CHECK(folder.rendered(loaded.problems) == Lines{});
    REQUIRE(loaded.catalogue->detections().size() == 1);
    const Detection& d = *loaded.catalogue->detections()[0];
    CHECK(d.state == c.state);
    CHECK(d.search != nullptr);
    const Lines problem = d.problem ? folder.rendered({*d.problem}) : Lines{""};
    CHECK(problem == Lines{c.problem});
  }
}

TEST_CASE("load: a search that does not compile is listed as unsupported, and does not stop the others") {
  ContentFolder folder;
  folder.write("bad.yml", rule("Bad", "bad", "TTP", "",
                               "|-\n  | tstats count FROM datamodel=Endpoint.Registry\n  | nosuchcommand x"));
  folder.write("good.yml", rule("Good", "good"));
  LoadOptions options = only(folder);
  const auto error =
      compile_spl("| tstats count FROM datamodel=Endpoint.Registry\n| nosuchcommand x", Macros::builtin());
  REQUIRE_FALSE(error.ok());
  const std::string expected = "bad.yml:4:9: warning: search at " + error.error().message;
  for (const bool experimental : {false, true}) {
    if (experimental) options.overrides = {override_of("Bad", enabled(true))};
    const Loaded loaded = load_all(options);
    CHECK(folder.rendered(loaded.problems) == Lines{expected});
    CHECK_FALSE(core::has_errors(loaded.problems));
    REQUIRE(names(*loaded.catalogue) == Lines{"Bad", "Good"});
    const Detection& bad = *loaded.catalogue->detections()[0];
    CHECK(bad.state == DetectionState::kUnsupported);
    CHECK(bad.search == nullptr);
    REQUIRE(bad.problem);
    CHECK(folder.rendered({*bad.problem}) == Lines{expected});
    CHECK(loaded.catalogue->detections()[1]->state == DetectionState::kEnabled);
  }
  // Who has switched it off is not told on every start.
  options.overrides = {override_of("Bad", enabled(false))};
  const Loaded loaded = load_all(options);
  CHECK(folder.rendered(loaded.problems) == Lines{});
  CHECK(loaded.catalogue->detections()[0]->state == DetectionState::kUnsupported);
}

TEST_CASE("load: macros of all folders are known before any search is compiled; the operator's win") {
  const std::string search =
      "'| tstats count FROM datamodel=Endpoint.Registry BY Registry.dest | `drop_dm_object_name(Registry)` | "
      "`keep(dest)`'";
  ContentFolder folder;
  folder.write("a/rule.yml", rule("R", "r", "TTP", "", search));
  {
    // `keep(1)` is defined nowhere.
    const Loaded loaded = load_all(only(folder));
    CHECK(loaded.problems.size() == 1);
    CHECK(loaded.catalogue->detections()[0]->state == DetectionState::kUnsupported);
  }
  folder.write("z/macros/keep.yml", "name: keep\narguments: [column]\ndefinition: search $column$=*\n");
  {
    const Loaded loaded = load_all(only(folder));
    CHECK(folder.rendered(loaded.problems) == Lines{});
    CHECK(loaded.catalogue->detections()[0]->state == DetectionState::kEnabled);
    CHECK(loaded.catalogue->macros().find("keep", 1)->definition == "search $column$=*");
    CHECK(loaded.catalogue->macros().find("security_content_ctime", 1) != nullptr);
  }
  ContentFolder operators;
  operators.write("b.yaml", "keep: {definition: 'search $c$=x*', arguments: [c]}\n");
  operators.write("c.yml", "name: more_filter\ndefinition: search *\n");
  operators.write("d.yaml", "keep:\n  definition: [search]\n");
  LoadOptions options = only(folder);
  options.macros = {operators.path()};
  const Loaded loaded = load_all(options);
  CHECK(operators.rendered(loaded.problems) == Lines{"d.yaml:2:15: error: definition: expected a text, found a list"});
  CHECK(loaded.catalogue->macros().find("keep", 1)->definition == "search $c$=x*");
  CHECK(loaded.catalogue->macros().find("more_filter", 0)->definition == "search *");
  CHECK(loaded.catalogue->detections()[0]->state == DetectionState::kEnabled);
}

}  // namespace
}  // namespace rw::detect
