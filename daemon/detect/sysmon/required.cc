#include "daemon/detect/sysmon/required.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/detect/sysmon/literals.h"

namespace rw::detect::sysmon {
namespace {

using core::TextTest;
using Texts = std::vector<std::string_view>;

constexpr std::array<std::string_view, 7> kEventTypes = {"CreateKey", "CreateValue", "DeleteKey", "DeleteValue",
                                                         "RenameKey", "RenameValue", "SetValue"};

Rules of_event_types(const Texts& types) {
  if (types.size() == kEventTypes.size()) return every_event();
  Rules rules;
  for (const std::string_view type : types) {
    rules.any.push_back({{{Field::kEventType, Op::kIs, std::string(type)}}});
  }
  return rules;
}

// ---- Fields that are a text of the event, or a part of it

// Where the text that is tested lies in the field.
struct Part {
  bool begins;  // it begins the field
  bool ends;
};

Rule of_literals(Field field, const Literals& literals, Part part) {
  Rule rule;
  const bool whole = literals.size() == 1 && part.begins && part.ends;
  for (std::size_t i = 0; i < literals.size(); ++i) {
    const std::string& text = literals[i];
    if (text.empty()) continue;
    Op op = Op::kContains;
    if (whole) {
      op = Op::kIs;
    } else if (i == 0 && part.begins) {
      op = Op::kBeginWith;
    } else if (i + 1 == literals.size() && part.ends) {
      op = Op::kEndWith;
    } else if (text.size() == 1) {
      continue;  // it stands almost everywhere
    }
    // Two parts of one text never exclude each other.
    if (auto more = both(rule, Rule{{{field, op, text}}})) rule = *std::move(more);
  }
  return rule;
}

Rules of_text(Field field, const TextTest& test, Part part = {true, true}) {
  Rules rules;
  for (const Literals& literals : literals_of(test)) rules.any.push_back(of_literals(field, literals, part));
  return rules;
}

Rules of_path(const TextTest& test) { return of_text(Field::kTargetObject, test); }
// TargetObject is the key, or the key, a backslash and a value's name.
Rules of_key(const TextTest& test) { return of_text(Field::kTargetObject, test, {.begins = true, .ends = false}); }

// The name of a value, or of a file: what follows the last backslash.
Rules of_value_name(const TextTest& test) {
  Rules rules;
  for (Literals literals : literals_of(test)) {
    if (!literals.front().empty()) literals.front().insert(0, 1, '\\');
    rules.any.push_back(of_literals(Field::kTargetObject, literals, {.begins = false, .ends = true}));
  }
  return rules;
}

Rules of_image(const TextTest& test) { return of_text(Field::kImage, test); }
// An image may have no folder: "System".
Rules of_image_name(const TextTest& test) { return of_text(Field::kImage, test, {.begins = false, .ends = true}); }

Rules of_details(const TextTest& test, Part part = {true, true}) {
  return both(of_event_types({"SetValue"}), of_text(Field::kDetails, test, part));
}

Rules of_new_name(const TextTest& test) {
  return both(of_event_types({"RenameKey", "RenameValue"}), of_text(Field::kNewName, test));
}

// A DWORD's data is 0x00000001, of Details "DWORD (0x00000001)".
Rules of_data(const TextTest& test) {
  return either(of_details(test, {.begins = false, .ends = false}), of_new_name(test));
}

// ---- Fields of few values

// Forwarders that lose Sysmon's EventType put something else in its place.
Rules of_event_type(const TextTest& test) {
  Texts types;
  std::ranges::copy_if(kEventTypes, std::back_inserter(types),
                       [&](std::string_view type) { return test.matches(type); });
  return types.empty() ? every_event() : of_event_types(types);
}

Rules of_action(const TextTest& test) {
  Texts types;
  if (test.matches("created")) types.insert(types.end(), {"CreateKey", "CreateValue"});
  if (test.matches("deleted")) types.insert(types.end(), {"DeleteKey", "DeleteValue"});
  if (test.matches("modified")) types.insert(types.end(), {"RenameKey", "RenameValue", "SetValue"});
  return of_event_types(types);
}

Rules of_event_id(const TextTest& test) {
  Texts types;
  if (test.matches("12")) types.insert(types.end(), {"CreateKey", "CreateValue", "DeleteKey", "DeleteValue"});
  if (test.matches("13")) types.push_back("SetValue");
  if (test.matches("14")) types.insert(types.end(), {"RenameKey", "RenameValue"});
  return of_event_types(types);
}

Rules of_hive(const TextTest& test) {
  struct Hive {
    std::string_view name;
    std::string_view begin;
  };
  static constexpr Hive kHives[] = {{"HKEY_LOCAL_MACHINE\\System", "HKLM\\System"},
                                    {"HKEY_LOCAL_MACHINE\\Software", "HKLM\\SOFTWARE"},
                                    {"HKEY_LOCAL_MACHINE\\Software", "HKCR"},
                                    {"HKEY_LOCAL_MACHINE\\SAM", "HKLM\\SAM"},
                                    {"HKEY_LOCAL_MACHINE\\Security", "HKLM\\SECURITY"},
                                    {"HKEY_USERS\\.DEFAULT", "HKU\\.DEFAULT"},
                                    {"HKEY_CURRENT_USER", "HKU"},
                                    {"HKEY_CURRENT_CONFIG", "HKCC"}};
  Rules rules;
  for (const Hive& hive : kHives) {
    if (!test.matches(hive.name)) continue;
    rules.any.push_back({{{Field::kTargetObject, Op::kBeginWith, std::string(hive.begin)}}});
  }
  return rules;
}

// Which log an event is of: a test that only the other log's events pass.
Rules of_log(const TextTest& test, std::string_view sysmon, std::string_view security) {
  return test.matches(security) && !test.matches(sysmon) ? no_event() : every_event();
}
Rules of_channel(const TextTest& test) { return of_log(test, "Microsoft-Windows-Sysmon/Operational", "Security"); }
Rules of_provider(const TextTest& test) {
  return of_log(test, "Microsoft-Windows-Sysmon", "Microsoft-Windows-Security-Auditing");
}
Rules of_product(const TextTest& test) { return of_log(test, "Microsoft Sysmon", "Microsoft Windows"); }

constexpr struct {
  std::string_view field;
  Rules (*rules)(const TextTest& test);
} kFields[] = {
    {"registry_path", of_path},
    {"registry_key_name", of_key},
    {"registry_value_name", of_value_name},
    {"registry_value_data", of_data},
    {"registry_hive", of_hive},
    {"process_path", of_image},
    {"process_name", of_image_name},
    {"process_exec", of_image_name},
    {"action", of_action},
    {"vendor_product", of_product},
    // The events' own fields.
    {"TargetObject", of_path},
    {"Image", of_image},
    {"ProcessName", of_image},
    {"EventType", of_event_type},
    {"EventID", of_event_id},
    {"Details", [](const TextTest& test) { return of_details(test); }},
    {"NewName", of_new_name},
    {"Channel", of_channel},
    {"Provider_Name", of_provider},
};

// ---- The tree

Rules required_by_term(const Predicate& term);

struct Requirement {
  Rules operator()(const All& all) const {
    Rules rules = every_event();
    for (const Predicate& term : all.terms) rules = both(rules, required_by_term(term));
    return rules;
  }
  Rules operator()(const Any& any) const {
    Rules rules = no_event();
    for (const Predicate& term : any.terms) rules = either(std::move(rules), required_by_term(term));
    return rules;
  }
  Rules operator()(const Matches& matches) const {
    // What is not there reads so.
    if (matches.field->fill == cim::Fill::kUnknown && matches.test.matches(cim::kUnknownText)) return every_event();
    for (const auto& known : kFields) {
      if (known.field == matches.field->name) return known.rules(matches.test);
    }
    return every_event();
  }
  Rules operator()(const Not&) const { return every_event(); }
  Rules operator()(const Exists&) const { return every_event(); }
  Rules operator()(const Compares&) const { return every_event(); }
  Rules operator()(const Same&) const { return every_event(); }
};

Rules required_by_term(const Predicate& term) { return std::visit(Requirement(), term.node); }

Rule without_event_type(Rule rule) {
  std::erase_if(rule.all, [](const Condition& condition) { return condition.field == Field::kEventType; });
  return rule;
}

// Rules that differ in the EventType alone, one for each that there is, are one that does not ask for it.
Rules with_types_joined(Rules rules) {
  const auto holds = [&](const Rule& rule) {
    return std::ranges::any_of(rules.any,
                               [&](const Rule& other) { return !before(rule, other) && !before(other, rule); });
  };
  Rules joined;
  for (Rule& rule : rules.any) {
    const Rule rest = without_event_type(rule);
    const bool of_all_types = std::ranges::all_of(kEventTypes, [&](std::string_view type) {
      const auto of_type = both(rest, Rule{{{Field::kEventType, Op::kIs, std::string(type)}}});
      return of_type && holds(*of_type);
    });
    joined.any.push_back(of_all_types ? rest : rule);
  }
  return joined;
}

}  // namespace

Rules required_by(const Predicate& where) { return with_types_joined(required_by_term(where)); }

}  // namespace rw::detect::sysmon
