// What Sysmon is asked for by a filter: each kind of test, and at random whether an event is ever lost.
#include "daemon/detect/sysmon/required.h"

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/detect/sysmon/xml.h"
#include "tests/support/registry_fields.h"
#include "tests/support/sysmon_filter.h"

namespace rw::detect::sysmon {
namespace {

using core::TextPattern;
using core::TextTest;

const cim::Field* field(std::string_view name) {
  const cim::Field* found = test::registry_field(name);
  REQUIRE(found != nullptr);
  return found;
}

Predicate is(std::string_view name, std::string_view pattern) {
  return {Matches{field(name), TextPattern::with_stars(pattern)}};
}

Predicate regex(std::string_view name, std::string_view expression) {
  auto test = TextTest::regex(expression);
  REQUIRE(test.ok());
  return {Matches{field(name), *std::move(test)}};
}

// "key end with \Run & type is SetValue | image …"
std::string shown(const Rules& rules) {
  if (rules.any.empty()) return "no event";
  std::string text;
  for (const Rule& rule : rules.any) {
    text += text.empty() ? "" : " | ";
    if (rule.all.empty()) text += "every event";
    for (const Condition& condition : rule.all) {
      if (&condition != &rule.all.front()) text += " & ";
      text += std::string(name_of(condition.field)) + " " + std::string(name_of(condition.op)) + " " + condition.text;
    }
  }
  return text;
}

std::string required(const Predicate& where) { return shown(required_by(where)); }

TEST_CASE("Sysmon rules: paths", "[sysmon]") {
  CHECK(required(is("registry_path", "HKLM\\A\\b")) == "TargetObject is HKLM\\A\\b");
  CHECK(required(is("TargetObject", "*\\Run\\*")) == "TargetObject contains \\Run\\");
  CHECK(required(is("registry_path", "HKLM\\A*\\b*")) == "TargetObject begin with HKLM\\A & TargetObject contains \\b");
  CHECK(required(is("registry_path", "*\\a*\\b*c")) ==
        "TargetObject end with c & TargetObject contains \\a & TargetObject contains \\b");
  // What another condition says already is left out.
  CHECK(required(is("registry_path", "*Run*\\CurrentVersion\\Run")) == "TargetObject end with \\CurrentVersion\\Run");
  CHECK(required(is("registry_path", "*")) == "every event");
  CHECK(required(is("registry_path", "*\\*")) == "every event");
  CHECK(required(is("registry_path", "*a*b*")) == "every event");
  CHECK(required({Matches{field("TargetObject"), TextPattern().any_run().literal("ab").any_char().literal("c")}}) ==
        "TargetObject end with c & TargetObject contains ab");
  CHECK(required({Matches{field("TargetObject"), TextPattern::exact("HKCR\\A", TextPattern::Case::kExact)}}) ==
        "TargetObject is HKCR\\A");
}

TEST_CASE("Sysmon rules: keys, values' names, hives", "[sysmon]") {
  CHECK(required(is("registry_key_name", "HKLM\\A")) == "TargetObject begin with HKLM\\A");
  CHECK(required(is("registry_key_name", "*\\Run")) == "TargetObject contains \\Run");
  CHECK(required(is("registry_value_name", "Debugger")) == "TargetObject end with \\Debugger");
  CHECK(required(is("registry_value_name", "Load*")) == "TargetObject contains \\Load");
  CHECK(required(is("registry_value_name", "*Load")) == "TargetObject end with Load");
  // An event without a value is "unknown".
  CHECK(required(is("registry_value_name", "unknown")) == "every event");
  CHECK(required(is("registry_value_name", "*")) == "every event");
  CHECK(required(is("registry_hive", "HKEY_LOCAL_MACHINE\\Software")) ==
        "TargetObject begin with HKLM\\SOFTWARE | TargetObject begin with HKCR");
  CHECK(required(is("registry_hive", "HKEY_USERS")) == "no event");
}

TEST_CASE("Sysmon rules: processes", "[sysmon]") {
  CHECK(required(is("Image", "*\\reg.exe")) == "Image end with \\reg.exe");
  CHECK(required(is("process_path", "C:\\Temp\\*")) == "Image begin with C:\\Temp\\");
  CHECK(required(is("process_name", "reg.exe")) == "Image end with reg.exe");
  CHECK(required(is("process_name", "reg*")) == "Image contains reg");
  CHECK(required(is("process_name", "*known")) == "every event");
  CHECK(required(is("process_exec", "*known")) == "Image end with known");
}

TEST_CASE("Sysmon rules: what was done, and what was written", "[sysmon]") {
  CHECK(required(is("EventType", "SetValue")) == "EventType is SetValue");
  CHECK(required(is("EventType", "Delete*")) == "EventType is DeleteKey | EventType is DeleteValue");
  CHECK(required(is("EventType", "*")) == "every event");
  CHECK(required(is("EventType", "INFO")) == "every event");  // a forwarder's
  CHECK(required(is("EventID", "14")) == "EventType is RenameKey | EventType is RenameValue");
  CHECK(required(is("EventID", "4657")) == "no event");
  CHECK(required({Any{{is("EventID", "4657"), is("EventID", "13")}}}) == "EventType is SetValue");
  CHECK(required(is("action", "created")) == "EventType is CreateKey | EventType is CreateValue");
  CHECK(required(is("action", "*")) == "every event");
  CHECK(required(is("action", "unknown")) == "every event");
  CHECK(required(is("Details", "DWORD (0x00000001)")) == "EventType is SetValue & Details is DWORD (0x00000001)");
  CHECK(required(is("Details", "*")) == "EventType is SetValue");
  CHECK(required(is("NewName", "*\\x")) ==
        "EventType is RenameKey & NewName end with \\x | EventType is RenameValue & NewName end with \\x");
  CHECK(required(is("registry_value_data", "0x00000001")) ==
        "EventType is SetValue & Details contains 0x00000001 | EventType is RenameKey & NewName is 0x00000001 | "
        "EventType is RenameValue & NewName is 0x00000001");
  CHECK(required(is("registry_value_data", "*")) == "every event");
  CHECK(required({All{{is("EventID", "12"), is("Details", "x")}}}) == "no event");
  CHECK(required({All{{is("Details", "x*"), is("NewName", "x*")}}}) == "no event");
}

TEST_CASE("Sysmon rules: logs", "[sysmon]") {
  CHECK(required(is("Channel", "Security")) == "no event");
  CHECK(required(is("Channel", "Microsoft-Windows-Sysmon/Operational")) == "every event");
  CHECK(required(is("Provider_Name", "Microsoft-Windows-Security-Auditing")) == "no event");
  CHECK(required(is("vendor_product", "Microsoft *")) == "every event");
  CHECK(required(is("vendor_product", "Microsoft Windows")) == "no event");
}

TEST_CASE("Sysmon rules: what cannot be asked for", "[sysmon]") {
  CHECK(required(is("user", "admin")) == "every event");
  CHECK(required(is("dest", "ws1")) == "every event");
  CHECK(required({Exists{field("process_guid")}}) == "every event");
  CHECK(required({Compares{field("registry_path"), storage::CompareOp::kLess, "x"}}) == "every event");
  CHECK(required({Same{field("Image"), field("TargetObject")}}) == "every event");
  CHECK(required({Matches{field("registry_path"), TextTest::length(5)}}) == "every event");
  CHECK(required(negated(is("registry_path", "a"))) == "every event");
  CHECK(required(always()) == "every event");
  CHECK(required(never()) == "no event");
}

TEST_CASE("Sysmon rules: AND takes all, OR any", "[sysmon]") {
  const Predicate run = is("registry_path", "*\\Run\\*");
  const Predicate reg = is("Image", "*\\reg.exe");
  CHECK(required({All{{run, reg, is("user", "x")}}}) == "TargetObject contains \\Run\\ & Image end with \\reg.exe");
  CHECK(required({Any{{run, reg}}}) == "TargetObject contains \\Run\\ | Image end with \\reg.exe");
  CHECK(required({Any{{run, is("user", "x")}}}) == "TargetObject contains \\Run\\ | every event");
  CHECK(required({All{{{Any{{run, reg}}}, is("EventType", "SetValue")}}}) ==
        "TargetObject contains \\Run\\ & EventType is SetValue | Image end with \\reg.exe & EventType is SetValue");
  CHECK(required({All{{is("registry_path", "HKLM\\a"), is("registry_path", "HKLM\\b")}}}) == "no event");
  CHECK(required({All{{is("registry_path", "HKLM\\a"), run}}}) == "no event");
  CHECK(required({All{{is("registry_path", "HKLM\\Run\\a"), run}}}) == "TargetObject is HKLM\\Run\\a");

  // Of too many pairs the side that says more of the key stays.
  Any paths;
  Any names;
  for (const char c : std::string("abcdefghij")) {
    paths.terms.push_back(is("registry_path", "*\\Vendor\\" + std::string(1, c) + "\\*"));
    names.terms.push_back(is("registry_value_name", std::string(1, c)));
  }
  CHECK(required_by({All{{{names}, {paths}}}}).any.size() == 10);
  CHECK(required({All{{{names}, {paths}}}}).starts_with("TargetObject contains \\Vendor\\a\\ | "));
}

TEST_CASE("Sysmon rules: only texts that Sysmon compares as we do", "[sysmon]") {
  // It may know another case of letters beyond ASCII.
  CHECK(required(is("registry_path", "*\\Größe\\x")) == "TargetObject end with e\\x & TargetObject contains \\Gr");
  CHECK(required(is("registry_path", "É")) == "every event");
  // It would look for a variable of the environment.
  CHECK(required(is("registry_path", "*\\a%bb%c")) ==
        "TargetObject end with c & TargetObject contains \\a & TargetObject contains bb");
  // An XML reader may take blanks away, and control characters are none of XML's.
  CHECK(required(is("registry_path", " a b ")) == "TargetObject contains a b");
  CHECK(required(is("registry_path", "a ")) == "TargetObject begin with a");
  CHECK(required(is("registry_path", " a")) == "TargetObject end with a");
  CHECK(required(is("registry_path", "  ")) == "every event");
  CHECK(required(is("registry_path", std::string("a\n\x01") + "b")) ==
        "TargetObject begin with a & TargetObject end with b");
  // It cuts lists at ';', which no rule of ours is.
  CHECK(required(is("registry_path", "*a;b*")) == "TargetObject contains a;b");
}

TEST_CASE("Sysmon rules: lists and regular expressions", "[sysmon]") {
  CHECK(required({Matches{field("registry_path"), TextTest::one_of({"HKLM\\a", "HKU\\b"})}}) ==
        "TargetObject is HKLM\\a | TargetObject is HKU\\b");
  CHECK(required(regex("registry_path", "\\\\Run\\\\.+\\.exe$")) ==
        "TargetObject contains .exe & TargetObject contains \\run\\");
  CHECK(required(regex("registry_path", "(Debugger|Monitor)$")) ==
        "TargetObject contains debugger | TargetObject contains monitor");
  CHECK(required(regex("registry_path", "^.{5,}$")) == "every event");
  CHECK(required(regex("registry_path", "a?b*")) == "every event");
  // The sign for kelvin is a k to the expression, and a long s an s; not so to Sysmon.
  CHECK(TextTest::regex("(?i)\\\\tokens\\\\").value().matches("\\To\u212Aen\u017F\\"));
  CHECK(required(regex("registry_path", "(?i)\\\\tokens\\\\")) ==
        "TargetObject contains \\to & TargetObject contains en");
  CHECK(required(regex("registry_path", "\\\\tokens\\\\")) == "TargetObject contains \\tokens\\");
}

// ---- At random

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_); }
  bool chance(std::size_t percent) { return below(100) < percent; }
  template <class T>
  const T& one_of(const std::vector<T>& items) {
    return items[below(items.size())];
  }

 private:
  std::mt19937 engine_;
};

const std::vector<std::string> kSegments = {"Run",           "run",      "RUN ",  " Load",  "a;b",
                                            "50%x%",         "Größe",    "GRÖßE", "Tokens", "to\u212Aens",
                                            "\u017Fervices", "services", "x&y",   "<z>",    "--"};

std::string random_path(Random& random) {
  static const std::vector<std::string> kRoots = {"HKLM",           "HKU",          "HKCR",
                                                  "HKLM\\SOFTWARE", "HKLM\\System", "\\REGISTRY\\A"};
  std::string path = random.one_of(kRoots);
  for (std::size_t i = random.below(3); i < 3; ++i) path += "\\" + random.one_of(kSegments);
  return path;
}

// A record of Sysmon's, and the event as Sysmon saw it.
struct Event {
  test::RegistryFields seen;
  test::SysmonRegistryEvent sysmon;
};

Event random_event(Random& random) {
  static const std::vector<std::pair<std::string, int>> kTypes = {{"CreateKey", 12},   {"DeleteKey", 12},
                                                                  {"DeleteValue", 12}, {"SetValue", 13},
                                                                  {"RenameKey", 14},   {"RenameValue", 14}};
  const auto& [type, id] = random.one_of(kTypes);
  const std::string path = random_path(random);
  const std::string image =
      random.chance(90) ? "C:\\" + random.one_of(kSegments) + "\\" + random.one_of(kSegments) : "System";
  const bool on_value = type.ends_with("Value") && path.rfind('\\') != 0;
  const std::size_t cut = on_value ? path.rfind('\\') : std::string::npos;
  const bool number = random.chance(50);
  const std::string data = id == 12 ? "" : id == 13 && number ? "0x00000001" : random_path(random);
  const std::string key = path.substr(0, cut);
  const std::string name = on_value ? path.substr(cut + 1) : "";
  const std::string details = id == 13 && number ? "DWORD (0x00000001)" : "";
  cim::RegistryRecord record;
  record.source.event_id = static_cast<std::uint32_t>(id);
  record.source.event_type = random.chance(90) ? std::string_view(type) : std::string_view();
  record.source.computer = "ws1";
  record.source.channel = "Microsoft-Windows-Sysmon/Operational";
  record.source.provider = "Microsoft-Windows-Sysmon";
  if (!record.source.event_type.empty()) {
    record.action = type.starts_with("Create")   ? cim::RegistryAction::kCreated
                    : type.starts_with("Delete") ? cim::RegistryAction::kDeleted
                                                 : cim::RegistryAction::kModified;
  }
  record.key_name = key;
  record.value_name = name;
  record.value_data = data;
  record.details = details;
  record.process_path = image;
  Event event{test::fields_of(record), {id, {{"EventType", type}, {"TargetObject", path}, {"Image", image}}}};
  if (id == 13) event.sysmon.fields["Details"] = details.empty() ? data : details;
  if (id == 14) event.sysmon.fields["NewName"] = data;
  return event;
}

TextTest random_test(Random& random, const std::string& text) {
  // Of a text that is there, with wildcards in places, so that it often passes.
  if (random.chance(10)) return TextTest::one_of({text, random_path(random)});
  const std::vector<std::string_view> characters = core::characters_of(text);
  if (random.chance(15)) {
    std::string expression = random.chance(50) ? "(?i)" : "";
    const std::size_t from = random.below(characters.size() + 1);
    for (std::size_t i = from; i < characters.size(); ++i) {
      const bool plain = characters[i].size() > 1 || std::isalnum(static_cast<unsigned char>(characters[i][0])) != 0;
      expression += random.chance(10) ? "." : plain ? std::string(characters[i]) : "\\" + std::string(characters[i]);
      if (random.chance(5)) expression += "?";
    }
    auto test = TextTest::regex(expression);
    REQUIRE(test.ok());
    return *std::move(test);
  }
  TextPattern pattern(random.chance(80) ? TextPattern::Case::kFolded : TextPattern::Case::kExact);
  for (std::size_t i = 0; i < characters.size(); ++i) {
    if (random.chance(6)) {
      pattern.any_run();
      i += random.below(6);
    } else if (random.chance(4)) {
      pattern.any_char();
    } else {
      pattern.literal(characters[i]);
    }
  }
  return pattern;
}

Predicate random_predicate(Random& random, const Event& event, int depth) {
  const std::size_t kind = random.below(depth == 0 ? 1 : 4);
  if (kind == 0) {
    static const std::vector<std::string> kFields = {"registry_path",
                                                     "registry_key_name",
                                                     "registry_value_name",
                                                     "registry_value_data",
                                                     "registry_hive",
                                                     "process_path",
                                                     "process_name",
                                                     "process_exec",
                                                     "action",
                                                     "TargetObject",
                                                     "Image",
                                                     "EventType",
                                                     "EventID",
                                                     "Details",
                                                     "NewName",
                                                     "Channel",
                                                     "Provider_Name",
                                                     "dest"};
    const std::string& name = random.one_of(kFields);
    const auto text = event.seen.find(field(name));
    if (random.chance(5)) return {Exists{field(name)}};
    return {Matches{field(name), random_test(random, text == event.seen.end() ? "unknown" : text->second)}};
  }
  if (kind == 1) return negated(random_predicate(random, event, depth - 1));
  std::vector<Predicate> terms;
  for (std::size_t i = random.below(3); i < 4; ++i) terms.push_back(random_predicate(random, event, depth - 1));
  if (kind == 2) return {All{std::move(terms)}};
  return {Any{std::move(terms)}};
}

TEST_CASE("Sysmon rules: no event that passes a filter is lost", "[sysmon]") {
  Random random(20261129);
  std::vector<Event> events;
  for (int i = 0; i < 300; ++i) events.push_back(random_event(random));
  std::size_t passed = 0;
  std::size_t narrowed = 0;
  for (int round = 0; round < 1500; ++round) {
    const Predicate where = random_predicate(random, random.one_of(events), 3);
    const Rules rules = required_by(where);
    Configuration configuration;
    for (const Rule& rule : rules.any) configuration.rules.push_back({rule, {"Detection " + std::to_string(round)}});
    const bool all = std::ranges::any_of(rules.any, [](const Rule& rule) { return rule.all.empty(); });
    if (all) configuration.rules = {{Rule{}, {"Detection"}}};
    INFO(print(where) << "\n" << shown(rules));
    const test::SysmonFilter filter(to_xml(configuration));
    narrowed += all ? 0 : 1;
    for (const Event& event : events) {
      if (!test::passes(where, event.seen)) continue;
      ++passed;
      INFO(event.sysmon.fields.at("TargetObject") << " " << event.sysmon.fields.at("EventType"));
      if (!filter.logs(event.sysmon)) FAIL("not logged");
    }
  }
  // Else the test says nothing.
  CHECK(passed > 10'000);
  CHECK(narrowed > 200);
}

}  // namespace
}  // namespace rw::detect::sysmon
