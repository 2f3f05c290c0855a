#include "daemon/detect/tuning.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "daemon/detect/load.h"
#include "daemon/detect/reload.h"
#include "daemon/detect/search.h"
#include "daemon/detect/tuning_file.h"
#include "tests/unit/detect/content_folder.h"

namespace rw::detect {
namespace {

using Lines = std::vector<std::string>;

core::Micros time_at(std::string_view text) { return core::parse_iso8601(text).value(); }

std::optional<Tuning> parsed(const std::string& text, core::Problems& problems) {
  const auto document = yaml::Document::parse(text, "tuning.yaml", problems);
  REQUIRE(document);
  return parse_tuning(document->root(), problems);
}

Lines faults(const std::string& text) {
  core::Problems problems;
  CHECK_FALSE(parsed(text, problems));
  return test::rendered(problems);
}

Tuning all_kinds() {
  Tuning tuning;
  tuning.exceptions = {
      {.id = "a1",
       .detection = "A: \"quoted\" \\ name",
       .fields = {{"dest", "build-*"}, {"registry_path", R"(HKU\*\"Run\Ünïcode: #x)"}},
       .reason = "line one\nline two",
       .actor = "token ann",
       .created = time_at("2026-11-30T01:02:03.000004Z"),
       .expires = time_at("2027-01-01T00:00:00Z")},
      {.id = "a2", .detection = "*", .fields = {{"dest", "null"}}, .reason = "", .actor = "", .expires = {}}};
  tuning.suppressions = {
      {.id = "s1",
       .detection = "*",
       .fields = {"dest", "a, b"},
       .period = std::chrono::hours(24),
       .actor = "anonymous",
       .created = time_at("2026-11-30T01:02:03Z"),
       .expires = {}},
      {.id = "s2", .detection = "B", .fields = {}, .period = std::chrono::seconds(90), .actor = "", .expires = {}}};
  tuning.filters = {{"a_filter", "search NOT dest=\"build-*\" | where x > 1"}};
  tuning.enabled = {{"A", false}, {"true", true}};
  return tuning;
}

std::string rule(const std::string& name, const std::string& id) {
  return "name: " + name + "\nid: " + id +
         "\ntype: TTP\nsearch: |-\n  | tstats count from datamodel=Endpoint.Registry by" +
         " Registry.dest | `drop_dm_object_name(Registry)` | `" + id + "_filter`\n" +
         "rba:\n  risk_objects:\n  - {field: dest, type: system, score: 30}\n";
}

struct Loaded {
  std::shared_ptr<const Catalogue> catalogue;
  core::Problems problems;
};
Loaded load_from(const test::ContentFolder& folder, const Catalogue* before = nullptr) {
  LoadOptions options;
  options.builtin = false;
  options.paths = {folder.path("rules")};
  options.tuning_file = folder.path("tuning.yaml");
  Loaded loaded;
  loaded.catalogue = load(options, loaded.problems, before);
  return loaded;
}

TEST_CASE("tuning: what is written is read back") {
  for (const Tuning& tuning : {all_kinds(), Tuning()}) {
    const std::string text = render_tuning(tuning);
    INFO(text);
    core::Problems problems;
    const auto back = parsed(text, problems);
    CHECK(test::rendered(problems) == Lines{});
    REQUIRE(back);
    CHECK(render_tuning(*back) == text);
    REQUIRE(back->exceptions.size() == tuning.exceptions.size());
    for (std::size_t i = 0; i < tuning.exceptions.size(); ++i) {
      CHECK(back->exceptions[i].detection == tuning.exceptions[i].detection);
      CHECK(back->exceptions[i].fields == tuning.exceptions[i].fields);
      CHECK(back->exceptions[i].reason == tuning.exceptions[i].reason);
      CHECK(back->exceptions[i].created == tuning.exceptions[i].created);
      CHECK(back->exceptions[i].expires == tuning.exceptions[i].expires);
    }
    REQUIRE(back->suppressions.size() == tuning.suppressions.size());
    for (std::size_t i = 0; i < tuning.suppressions.size(); ++i) {
      CHECK(back->suppressions[i].fields == tuning.suppressions[i].fields);
      CHECK(back->suppressions[i].period == tuning.suppressions[i].period);
    }
    CHECK(back->filters == tuning.filters);
    CHECK(back->enabled == tuning.enabled);
  }
}

TEST_CASE("tuning: no character makes the file unreadable") {
  Tuning tuning;
  std::string odd;
  for (char c = 0; c < ' '; ++c) odd += c;
  odd += "\x7f\xc2\x80\xc2\x85\xe2\x80\xa8\xef\xbb\xbf\xef\xbf\xbe\xf0\x9f\x98\x80\"'\\ #:";
  tuning.exceptions = {{.id = "a", .detection = "*", .fields = {{odd, odd}}, .reason = odd}};
  tuning.filters["a_filter"] = "search dest=\x7f";
  core::Problems problems;
  const auto back = parsed(render_tuning(tuning), problems);
  CHECK(test::rendered(problems) == Lines{});
  REQUIRE(back);
  CHECK(back->exceptions.at(0).fields == tuning.exceptions[0].fields);
  CHECK(back->exceptions.at(0).reason == odd);
  CHECK(back->filters == tuning.filters);
}

TEST_CASE("tuning: as a person writes it") {
  core::Problems problems;
  const auto tuning = parsed(R"(
exceptions:
  - {detection: "*", fields: {dest: build-*}}
  - detection: A
    fields: {user: svc, dest: ws1}
    expires: 2027-01-01T00:00:00Z
suppressions:
  - {detection: A, fields: dest, period: 24h}
filters: {}
detections:
  A: {enabled: no}
)",
                             problems);
  CHECK(test::rendered(problems) == Lines{});
  REQUIRE(tuning);
  REQUIRE(tuning->exceptions.size() == 2);
  CHECK(tuning->exceptions[0].id.size() == 12);
  CHECK(tuning->exceptions[0].id != tuning->exceptions[1].id);
  CHECK(tuning->exceptions[1].expires == time_at("2027-01-01T00:00:00Z"));
  CHECK(tuning->suppressions[0].fields == Lines{"dest"});
  CHECK(tuning->enabled.at("A") == false);
}

TEST_CASE("tuning: faults, with their places") {
  CHECK(faults("exception: []\n") ==
        Lines{"tuning.yaml:1:1: error: unknown key 'exception': expected one of exceptions, suppressions, filters, "
              "detections"});
  CHECK(faults("- a\n") ==
        Lines{"tuning.yaml:1:1: error: expected a map of exceptions, suppressions, filters and detections"});
  CHECK(faults("exceptions:\n- {detection: A, fields: {dest: ws1}, expire: 1d}\n") ==
        Lines{"tuning.yaml:2:39: error: exceptions: unknown key 'expire': expected one of id, detection, fields, "
              "reason, actor, created, expires"});
  CHECK(faults("exceptions:\n- {fields: {dest: ws1}}\n") ==
        Lines{"tuning.yaml:2:3: error: detection is missing: expected the name or id of a detection, or '*'"});
  // What would except everything is a slip.
  const Lines nothing = {
      "tuning.yaml:2:3: error: fields: expected a pattern of a result column, such as dest: "
      "\"build-*\""};
  CHECK(faults("exceptions:\n- {detection: A}\n") == nothing);
  CHECK(faults("exceptions:\n- {detection: A, fields: {dest: '*'}}\n") == nothing);
  CHECK(faults("exceptions:\n- {detection: A, fields: {dest: a}, expires: soon}\n").size() == 1);
  CHECK(faults("exceptions: {a: b}\n") == Lines{"tuning.yaml:1:13: error: exceptions: expected a list"});
  CHECK(
      faults("exceptions:\n- {id: x, detection: A, fields: {dest: a}}\n- {id: x, detection: A, fields: {dest: b}}\n") ==
      Lines{"tuning.yaml:3:3: error: id 'x' is there twice"});
  CHECK(faults("suppressions:\n- {detection: A, fields: [dest], period: 0}\n") ==
        Lines{"tuning.yaml:2:3: error: period: '0s': expected 1s to 366d, such as 24h"});
  CHECK(faults("suppressions:\n- {detection: A, period: 1h}\n") ==
        Lines{"tuning.yaml:2:3: error: fields is missing: expected a list of result columns"});
  CHECK(faults("filters: {disable_amsi: search *}\n") ==
        Lines{"tuning.yaml:1:11: error: filters: 'disable_amsi': expected the name of a macro that ends in _filter"});
  CHECK(faults("detections: {A: false}\n") ==
        Lines{"tuning.yaml:1:14: error: detections: 'A': expected a map such as {enabled: false}"});
}

TEST_CASE("tuning: the file, whole or not at all") {
  test::ContentFolder folder;
  const std::string path = folder.path("tuning.yaml");
  core::Problems problems;
  const auto none = load_tuning(path, problems);
  CHECK(problems.empty());
  REQUIRE(none);
  CHECK(none->exceptions.empty());

  REQUIRE(write_tuning(path, all_kinds()).ok());
  REQUIRE(write_tuning(path, all_kinds()).ok());
  CHECK_FALSE(std::filesystem::exists(path + ".new"));
  const auto back = load_tuning(path, problems);
  REQUIRE(back);
  CHECK(render_tuning(*back) == render_tuning(all_kinds()));

  // What cannot be written leaves the old one.
  std::filesystem::create_directory(path + ".new");
  int checks = 0;
  const auto failed = write_tuning(path, Tuning(), [&] {
    ++checks;
    return core::Result<void>();
  });
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().code == core::ErrorCode::kIo);
  CHECK(checks == 0);
  CHECK(render_tuning(*load_tuning(path, problems)) == render_tuning(all_kinds()));

  // Nor does what must not be, though it could.
  std::filesystem::remove(path + ".new");
  const core::Error busy{core::ErrorCode::kBusy, "no"};
  const auto refused = write_tuning(path, Tuning(), [&]() -> core::Result<void> { return busy; });
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error() == busy);
  CHECK_FALSE(std::filesystem::exists(path + ".new"));
  CHECK(render_tuning(*load_tuning(path, problems)) == render_tuning(all_kinds()));
}

TEST_CASE("tuning: what concerns a detection") {
  Tuning tuning;
  tuning.exceptions = {
      {.id = "1", .detection = "*", .fields = {{"dest", "a*"}}, .reason = "", .actor = "", .expires = {}},
      {.id = "2", .detection = "alpha", .fields = {{"dest", "b"}}, .reason = "", .actor = "", .expires = {}},
      {.id = "3", .detection = "id-b", .fields = {{"dest", "c"}}, .reason = "", .actor = "", .expires = {}}};
  tuning.enabled = {{"ALPHA", false}};
  Detection alpha;
  alpha.id = "id-a";
  alpha.name = "Alpha";
  const DetectionTuning own = tuning_of(tuning, alpha);
  CHECK(own.exceptions.size() == 2);
  CHECK(own.enabled == false);
  Detection beta;
  beta.id = "id-b";
  beta.name = "Beta";
  CHECK(tuning_of(tuning, beta).exceptions.size() == 2);
  CHECK_FALSE(tuning_of(tuning, beta).enabled);
}

TEST_CASE("tuning: the macro that filters a detection's results") {
  Detection d;
  d.source = "escu";
  const auto macro = [&](const std::string& search) {
    d.search_text = search;
    return filter_macro_of(d);
  };
  CHECK(macro("| tstats count | `a_filter`") == "a_filter");
  CHECK(macro("| `first_filter` | stats count\n| `second_filter`\n") == "second_filter");
  CHECK(macro("| `a_filter(x)`").empty());
  CHECK(macro("| search x=\"_filter\"").empty());
  d.source = "sigma";
  CHECK(macro("| `a_filter`").empty());
}

TEST_CASE("tuning: loaded with the detections, over all else") {
  test::ContentFolder folder;
  folder.write("rules/a.yml", rule("Alpha", "a"));
  folder.write("rules/b.yml", rule("Beta", "b"));
  const auto untuned = load_from(folder).catalogue;
  folder.write("tuning.yaml",
               R"(exceptions: [{detection: Alpha, fields: {dest: build-*}}, {detection: Gone, fields: {dest: a}}]
suppressions: [{detection: "*", fields: [dest], period: 1h}]
filters: {a_filter: 'search NOT dest="ws9"'}
detections: {b: {enabled: false}}
)");
  const Loaded loaded = load_from(folder);
  CHECK(folder.rendered(loaded.problems) ==
        Lines{"tuning.yaml:1:59: warning: 'Gone': no detection has this name or id"});
  const auto alpha = loaded.catalogue->find("Alpha");
  CHECK(alpha->tuning.exceptions.size() == 1);
  CHECK(alpha->tuning.throttles.size() == 1);
  CHECK(alpha->content_hash != untuned->find("Alpha")->content_hash);
  CHECK(alpha->search->explain_plan() != untuned->find("Alpha")->search->explain_plan());
  const auto beta = loaded.catalogue->find("Beta");
  CHECK(beta->state == DetectionState::kDisabled);
  REQUIRE(beta->problem);
  CHECK(beta->problem->message == "switched off while in service");
}

TEST_CASE("tuning: a broken file leaves what was in service") {
  test::ContentFolder folder;
  folder.write("rules/a.yml", rule("Alpha", "a"));
  folder.write("tuning.yaml",
               "exceptions: [{detection: Alpha, fields: {dest: a}}]\nfilters: {a_filter: search dest=b}\n");
  const auto before = load_from(folder).catalogue;
  folder.write("tuning.yaml", "exceptions: [{detection: Alpha, fields: {dest: a}}\n");
  const Loaded loaded = load_from(folder, before.get());
  CHECK(core::has_errors(loaded.problems));
  const auto alpha = loaded.catalogue->find("Alpha");
  CHECK(alpha->tuning.exceptions.size() == 1);
  CHECK(alpha->content_hash == before->find("Alpha")->content_hash);
  // At start there is nothing that could stay.
  CHECK(load_from(folder).catalogue->find("Alpha")->tuning.exceptions.empty());
}

TEST_CASE("tuning: a detection whose file is broken now is tuned all the same") {
  test::ContentFolder folder;
  folder.write("rules/a.yml", rule("Alpha", "a"));
  const auto before = load_from(folder).catalogue;
  folder.write("rules/a.yml", "name: Alpha\nsearch: [\n");
  folder.write("tuning.yaml",
               "exceptions: [{detection: Alpha, fields: {dest: a}}]\ndetections: {Alpha: {enabled: false}}\n");
  const Loaded loaded = load_from(folder, before.get());
  const auto merged =
      merge_reloaded(*before, *loaded.catalogue, loaded.problems, [](const Detection&) { return true; });
  const auto alpha = merged.catalogue->find("Alpha");
  REQUIRE(alpha != nullptr);
  CHECK(merged.report.kept == Lines{"Alpha"});
  CHECK(alpha->tuning.exceptions.size() == 1);
  CHECK(alpha->state == DetectionState::kDisabled);
  CHECK(merged.catalogue->tuning().exceptions.size() == 1);
}

}  // namespace
}  // namespace rw::detect
