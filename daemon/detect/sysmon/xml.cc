#include "daemon/detect/sysmon/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/markup.h"
#include "daemon/core/text.h"

namespace rw::detect::sysmon {
namespace {

constexpr std::size_t kLineLength = 120;
constexpr std::size_t kShownFilter = 200;  // bytes of a filter in a comment

constexpr std::string_view kStart = R"(<!--
  Sysmon's configuration for regwarden, made by "regwarden sysmon-config": it logs the processes and the changes to the
  registry that the detections named here look at. A detection that is added or changed may look at others: make it anew
  then.

  Install:  sysmon64.exe -accepteula -i FILE
  Change:   sysmon64.exe -c FILE
  Needs Sysmon 13 or later (schema 4.50).
-->
<Sysmon schemaversion="4.50">
  <HashAlgorithms>SHA256,IMPHASH</HashAlgorithms>

  <EventFiltering>
)";

// What Sysmon would log besides when the configuration did not name it.
constexpr std::string_view kOtherEvents[] = {
    "FileCreateTime", "NetworkConnect", "ProcessTerminate", "DriverLoad",           "ImageLoad", "CreateRemoteThread",
    "RawAccessRead",  "ProcessAccess",  "FileCreate",       "FileCreateStreamHash", "PipeEvent", "WmiEvent",
    "DnsQuery",       "FileDelete",     "ClipboardChange",  "ProcessTampering"};

// What a comment may hold: valid UTF-8 on one line, and no two dashes.
std::string comment_text(std::string_view text) {
  std::string out;
  for (const char c : core::to_valid_utf8(text)) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (c == '-' && out.ends_with('-')) out += ' ';
    out += control ? ' ' : c;
  }
  // Code points that are no characters of XML.
  for (const std::string_view forbidden : {"\xef\xbf\xbe", "\xef\xbf\xbf"}) {
    for (std::size_t at = out.find(forbidden); at != std::string::npos; at = out.find(forbidden, at)) {
      out.replace(at, forbidden.size(), core::kReplacementCharacter);
    }
  }
  return out;
}

// "<!-- start: one; two; … -->", in lines.
std::string comment(std::string_view indent, std::string_view start, const std::vector<std::string>& items) {
  std::string out = fmt::format("{}<!-- {}", indent, start);
  std::size_t length = out.size();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string item = comment_text(items[i]) + (i + 1 < items.size() ? ";" : "");
    if (i > 0 && length + 1 + item.size() > kLineLength) {
      out += fmt::format("\n{}     {}", indent, item);
      length = indent.size() + 5 + item.size();
    } else {
      out += (i > 0 || !start.empty() ? " " : "") + item;
      length += 1 + item.size();
    }
  }
  if (out.ends_with('-')) out += '.';
  return out + " -->\n";
}

std::string group(std::string_view event) {
  return fmt::format("    <RuleGroup name=\"\" groupRelation=\"or\">{}</RuleGroup>\n", event);
}

std::string element(const Condition& condition) {
  return fmt::format("<{0} condition=\"{1}\">{2}</{0}>\n", name_of(condition.field), name_of(condition.op),
                     core::escape_markup(condition.text));
}

std::string element(const Rule& rule) {
  constexpr std::string_view kIndent = "        ";
  if (rule.all.size() == 1) return fmt::format("{}{}", kIndent, element(rule.all.front()));
  std::string out = fmt::format("{}<Rule groupRelation=\"and\">\n", kIndent);
  for (const Condition& condition : rule.all) out += fmt::format("{}  {}", kIndent, element(condition));
  return out + fmt::format("{}</Rule>\n", kIndent);
}

// Rules that serve the same detections, together.
std::string registry_event(std::string_view title, std::vector<ServedRule> rules) {
  if (rules.empty()) return "";
  std::ranges::stable_sort(rules, {}, &ServedRule::detections);
  std::string out = fmt::format(
      "    <!-- {} -->\n    <RuleGroup name=\"\" groupRelation=\"or\">\n      <RegistryEvent onmatch=\"include\">\n",
      title);
  const std::vector<std::string>* served = nullptr;
  for (const ServedRule& each : rules) {
    if (served == nullptr || *served != each.detections) out += comment("        ", "", each.detections);
    served = &each.detections;
    out += element(each.rule);
  }
  return out + "      </RegistryEvent>\n    </RuleGroup>\n";
}

std::string of_processes(const Configuration& configuration) {
  if (configuration.of_processes.empty()) {
    return "    <!-- 1: no process, for no enabled detection looks at one. -->\n" +
           group("<ProcessCreate onmatch=\"include\"/>");
  }
  return comment("    ", "1: every process. These detections look at some:", configuration.of_processes) +
         group("<ProcessCreate onmatch=\"exclude\"/>");
}

std::string of_unmappable(const Configuration& configuration) {
  std::string out;
  for (const Unmappable& each : configuration.unmappable) {
    std::string where = each.where.empty() ? "every event" : each.where;
    if (where.size() > kShownFilter) where = core::to_valid_utf8(where.substr(0, kShownFilter)) + " …";
    out += comment("    ", "", {fmt::format("{}, which asks for: {}", each.detection, where)});
  }
  if (out.empty()) return out;
  return (configuration.leaves_out_unmappable
              ? "    <!-- Left out, so that they will not see all that they look for, since they name neither key nor "
                "process nor\n         data: -->\n"
              : "    <!-- For detections that name neither key nor process nor data all changes of their kinds are "
                "logged: -->\n") +
         out;
}

std::string of_registry(const Configuration& configuration) {
  std::string out = of_unmappable(configuration);
  if (!configuration.of_other_registry_logs.empty()) {
    out += comment("    ", "Nothing is logged for these, which look at the Security log alone:",
                   configuration.of_other_registry_logs);
  }
  if (configuration.rules.empty()) {
    return out + "    <!-- 12, 13, 14: no change to the registry. -->\n" +
           group("<RegistryEvent onmatch=\"include\"/>");
  }
  if (configuration.rules.front().rule.all.empty()) {
    return out + "    <!-- 12, 13, 14: every change to the registry. -->\n" +
           group("<RegistryEvent onmatch=\"exclude\"/>");
  }
  // Sysmon reads the conditions of one element as those of one event, and no event has both Details and NewName.
  std::vector<ServedRule> plain;
  std::vector<ServedRule> with_details;
  std::vector<ServedRule> with_new_name;
  for (const ServedRule& each : configuration.rules) {
    (asks_for(each.rule, Field::kDetails)   ? with_details
     : asks_for(each.rule, Field::kNewName) ? with_new_name
                                            : plain)
        .push_back(each);
  }
  return out + registry_event("12, 13, 14: keys and values created, deleted, set and renamed.", std::move(plain)) +
         registry_event("13: values by what is written.", std::move(with_details)) +
         registry_event("14: keys and values by their new name.", std::move(with_new_name));
}

}  // namespace

std::string to_xml(const Configuration& configuration) {
  std::string out(kStart);
  out += of_processes(configuration) + '\n' + of_registry(configuration) + '\n';
  out += "    <!-- The others that Sysmon would log by default. -->\n";
  for (const std::string_view event : kOtherEvents) out += group(fmt::format("<{} onmatch=\"include\"/>", event));
  return out + "  </EventFiltering>\n</Sysmon>\n";
}

}  // namespace rw::detect::sysmon
