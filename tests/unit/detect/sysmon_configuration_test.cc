// From detections to Sysmon's configuration: which rules serve whom, and the file.
#include "daemon/detect/sysmon/configuration.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/detect/load.h"
#include "daemon/detect/sysmon/xml.h"
#include "tests/support/sysmon_filter.h"
#include "tests/unit/detect/content_folder.h"

namespace rw::detect::sysmon {
namespace {

using Lines = std::vector<std::string>;

// Sigma rules by title: category and selection.
struct SigmaRule {
  std::string title;
  std::string category;
  std::string selection;
};

Configuration configuration_of(const std::vector<SigmaRule>& rules, bool leave_out_unmappable = false) {
  test::ContentFolder folder;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    folder.write(std::to_string(i) + ".yml", "title: \"" + rules[i].title +
                                                 "\"\nlogsource: {product: windows, category: " + rules[i].category +
                                                 "}\ndetection:\n  selection:\n    " + rules[i].selection +
                                                 "\n  condition: selection\nlevel: high\n");
  }
  LoadOptions options;
  options.paths = {folder.path()};
  options.builtin = false;
  core::Problems problems;
  const auto catalogue = load(options, problems);
  CHECK(folder.rendered(problems) == Lines{});
  return configuration_for(*catalogue, leave_out_unmappable);
}

// "TargetObject end with \x: A, B"
Lines shown(const Configuration& configuration) {
  Lines lines;
  for (const ServedRule& each : configuration.rules) {
    std::string line;
    for (const Condition& condition : each.rule.all) {
      if (!line.empty()) line += " & ";
      line += std::string(name_of(condition.field)) + " " + std::string(name_of(condition.op)) + " " + condition.text;
    }
    for (const std::string& name : each.detections) line += (name == each.detections.front() ? ": " : ", ") + name;
    lines.push_back(line);
  }
  return lines;
}

TEST_CASE("Sysmon configuration: a rule that another includes is left out", "[sysmon]") {
  const Configuration made = configuration_of({
      {"Debugger", "registry_set", R"(TargetObject|endswith: '\Options\sethc.exe\Debugger')"},
      {"Options", "registry_event", R"(TargetObject|contains: '\options\')"},
      {"Run", "registry_set", R"(TargetObject|contains: ['\CurrentVersion\Run\', '\CurrentVersion\RunOnce\'])"},
      {"Run again", "registry_event", R"(TargetObject|contains: '\CURRENTVERSION\RUN\')"},
  });
  CHECK(shown(made) == Lines{R"(TargetObject contains \CurrentVersion\Run\: Run, Run again)",
                             R"(TargetObject contains \CurrentVersion\RunOnce\: Run)",
                             R"(TargetObject contains \options\: Debugger, Options)"});
  CHECK(made.detections == 4);
  CHECK(made.of_registry == Lines{"Debugger", "Options", "Run", "Run again"});
  CHECK(made.of_processes == Lines{});
}

TEST_CASE("Sysmon configuration: the key is enough where it says much, else the rest counts", "[sysmon]") {
  const Configuration made = configuration_of({
      {"Key", "registry_set", "{TargetObject|endswith: '\\Lsa\\RunAsPPL', Image|endswith: '\\reg.exe', Details: x}"},
      {"Short key", "registry_set", "{TargetObject|endswith: '\\ab', Image|endswith: '\\reg.exe'}"},
      {"Image", "registry_add", R"(Image|endswith: '\cmd.exe')"},
      {"Data", "registry_set", R"(Details|contains: 'powershell')"},
      {"New name", "registry_rename", R"(NewName|contains: 'RunOnce')"},
  });
  CHECK(shown(made) ==
        Lines{R"(TargetObject end with \ab & Image end with \reg.exe & EventType is SetValue: Short key)",
              R"(TargetObject end with \Lsa\RunAsPPL: Key)",
              R"(Image end with \cmd.exe & EventType is CreateKey: Image)",
              "EventType is RenameKey & NewName contains RunOnce: New name",
              "EventType is RenameValue & NewName contains RunOnce: New name",
              "EventType is SetValue & Details contains powershell: Data"});
  CHECK(made.unmappable.empty());
}

TEST_CASE("Sysmon configuration: detections that name neither key nor process nor data", "[sysmon]") {
  const std::vector<SigmaRule> rules = {
      {"Any key of one", "registry_add", "User: 'corp\\mallory'"},
      {"Run", "registry_set", R"(TargetObject|contains: '\CurrentVersion\Run\')"},
  };
  const Configuration made = configuration_of(rules);
  CHECK(shown(made) ==
        Lines{R"(TargetObject contains \CurrentVersion\Run\: Run)", "EventType is CreateKey: Any key of one"});
  REQUIRE(made.unmappable.size() == 1);
  CHECK(made.unmappable[0].detection == "Any key of one");
  CHECK(made.unmappable[0].file.ends_with("0.yml"));
  CHECK(made.unmappable[0].where.find("mallory") != std::string::npos);

  const Configuration without = configuration_of(rules, true);
  CHECK(shown(without) == Lines{R"(TargetObject contains \CurrentVersion\Run\: Run)"});
  CHECK(without.unmappable.size() == 1);

  const test::SysmonFilter filter(to_xml(made));
  CHECK(filter.logs({12, {{"EventType", "CreateKey"}, {"TargetObject", "HKCR\\x"}}}));
  CHECK_FALSE(filter.logs({13, {{"EventType", "SetValue"}, {"TargetObject", "HKCR\\x"}}}));
  CHECK_FALSE(
      test::SysmonFilter(to_xml(without)).logs({12, {{"EventType", "CreateKey"}, {"TargetObject", "HKCR\\x"}}}));

  // Nothing known at all: then all is logged, and no rule is needed any more.
  const Configuration all = configuration_of({{"Anything", "registry_event", "User: 'corp\\mallory'"}, rules[1]});
  CHECK(shown(all) == Lines{": Anything, Run"});
  const test::SysmonFilter everything(to_xml(all));
  CHECK(everything.rules() == 0);
  CHECK(everything.logs({13, {{"EventType", "SetValue"}, {"TargetObject", "HKCR\\x"}}}));
}

TEST_CASE("Sysmon configuration: processes, and other logs", "[sysmon]") {
  const Configuration made = configuration_of({
      {"Process", "process_creation", R"(Image|endswith: '\cmd.exe')"},
      {"Audited", "registry_event", R"({EventID: 4657, ObjectValueName: 'x'})"},
  });
  CHECK(made.of_processes == Lines{"Process"});
  CHECK(made.of_other_registry_logs == Lines{"Audited"});
  CHECK(shown(made) == Lines{});
  const test::SysmonFilter filter(to_xml(made));
  CHECK(filter.logs_processes());
  CHECK_FALSE(filter.logs({13, {{"EventType", "SetValue"}, {"TargetObject", "HKCR\\x"}}}));
  CHECK_FALSE(test::SysmonFilter(to_xml({})).logs_processes());
}

TEST_CASE("Sysmon configuration: well formed whatever names and patterns hold", "[sysmon]") {
  Configuration configuration;
  configuration.of_processes = {"-->", "--", "\x01\x02", "\xff", "\xef\xbf\xbf", "a\nb", "-"};
  configuration.of_other_registry_logs = {"---->"};
  configuration.unmappable = {{"]]><a> & --", "f", std::string(300, '-')}, {"Große", "f", std::string(201, '\xc3')}};
  configuration.rules = {{{{{Field::kTargetObject, Op::kContains, "<a> & \"b\" ]]> --"}}}, {"<!-- x --", "&amp;"}}};
  const std::string xml = to_xml(configuration);
  const test::SysmonFilter filter(xml);
  CHECK(filter.logs({12, {{"TargetObject", "HKCR\\<A> & \"b\" ]]> --"}}}));
  CHECK(core::is_valid_utf8(xml));
  CHECK(xml.find("\xef\xbf\xbf") == std::string::npos);
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {(std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()};
}

// tests/golden/sysmon/registry.xml; with REGWARDEN_UPDATE_GOLDEN=1 it is written anew.
TEST_CASE("Sysmon configuration: the file", "[sysmon]") {
  LoadOptions options;
  const std::string escu = REGWARDEN_SHARED_DIR "/escu/detections/endpoint/";
  options.paths = {escu + "disable_amsi_through_registry.yml", REGWARDEN_SOURCE_DIR "/tests/golden/sysmon/rules.yml"};
  options.builtin = false;
  core::Problems problems;
  const auto catalogue = load(options, problems);
  CHECK(test::rendered(problems) == Lines{});
  const std::string xml = to_xml(configuration_for(*catalogue, false));
  const std::string golden = REGWARDEN_SOURCE_DIR "/tests/golden/sysmon/rules.xml";
  const char* update = std::getenv("REGWARDEN_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") std::ofstream(golden, std::ios::binary) << xml;
  CHECK(read(golden) == xml);
  CHECK(test::SysmonFilter(xml).rules() == 9);
}

}  // namespace
}  // namespace rw::detect::sysmon
