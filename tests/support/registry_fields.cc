#include "tests/support/registry_fields.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <variant>

#include "daemon/core/text.h"

namespace rw::test {
namespace {

std::string_view last_segment(std::string_view path) { return path.substr(path.rfind('\\') + 1); }

// CIM's name for it; empty: it has none.
std::string hive_of(std::string_view key) {
  static constexpr std::string_view kHives[][2] = {{"hklm\\system\\", "HKEY_LOCAL_MACHINE\\System"},
                                                   {"hklm\\software\\", "HKEY_LOCAL_MACHINE\\Software"},
                                                   {"hkcr\\", "HKEY_LOCAL_MACHINE\\Software"},
                                                   {"hklm\\sam\\", "HKEY_LOCAL_MACHINE\\SAM"},
                                                   {"hklm\\security\\", "HKEY_LOCAL_MACHINE\\Security"},
                                                   {"hku\\.default\\", "HKEY_USERS\\.DEFAULT"},
                                                   {"hku\\", "HKEY_CURRENT_USER"},
                                                   {"hkcc\\", "HKEY_CURRENT_CONFIG"}};
  const std::string folded = core::fold(key) + "\\";
  for (const auto& hive : kHives) {
    if (folded.starts_with(hive[0])) return std::string(hive[1]);
  }
  return "";
}

std::optional<std::string_view> text_of(const cim::Field& field, const RegistryFields& fields) {
  const auto found = fields.find(&field);
  if (found != fields.end()) return found->second;
  if (field.fill == cim::Fill::kUnknown) return cim::kUnknownText;
  return std::nullopt;
}

}  // namespace

const cim::Field* registry_field(std::string_view name) {
  const cim::Field* field = cim::find_field(cim::Dataset::kRegistry, name);
  return field != nullptr ? field : cim::find_event_field(cim::Dataset::kRegistry, name);
}

RegistryFields fields_of(const cim::RegistryRecord& record) {
  RegistryFields fields;
  const auto set = [&](std::string_view name, std::string_view text) {
    if (!text.empty()) fields.emplace(registry_field(name), text);
  };
  std::string path(record.key_name);
  if (!record.value_name.empty()) path += "\\" + std::string(record.value_name);
  std::string user(record.user_domain);
  if (!user.empty()) user += '\\';
  user += record.user;
  const std::string event_id = std::to_string(record.source.event_id);
  set("action", cim::action_name(record.action));
  set("dest", record.source.computer);
  set("Computer", record.source.computer);
  set("user", record.user);
  set("User", user);
  for (const char* name : {"process_path", "Image", "ProcessName"}) set(name, record.process_path);
  for (const char* name : {"process_name", "process_exec"}) set(name, last_segment(record.process_path));
  for (const char* name : {"process_id", "ProcessId"}) set(name, record.process_id);
  for (const char* name : {"process_guid", "ProcessGuid"}) set(name, record.process_guid);
  for (const char* name : {"registry_path", "TargetObject"}) set(name, path);
  set("registry_key_name", record.key_name);
  set("registry_hive", hive_of(record.key_name));
  set("registry_value_name", record.value_name);
  set("registry_value_data", record.value_data);
  set("registry_value_type", record.value_type);
  set("status", "success");
  set("vendor_product", "Microsoft Sysmon");
  set("EventID", event_id);
  set("EventType", record.source.event_type);
  set("Channel", record.source.channel);
  set("Provider_Name", record.source.provider);
  set(event_id == "14" ? "NewName" : "Details", record.details.empty() ? record.value_data : record.details);
  return fields;
}

bool passes(const storage::Predicate& predicate, const RegistryFields& fields) {
  const auto holds = [&](const storage::Predicate& term) { return passes(term, fields); };
  if (const auto* all = std::get_if<storage::All>(&predicate.node)) return std::ranges::all_of(all->terms, holds);
  if (const auto* any = std::get_if<storage::Any>(&predicate.node)) return std::ranges::any_of(any->terms, holds);
  if (const auto* negation = std::get_if<storage::Not>(&predicate.node)) return !holds(*negation->term);
  if (const auto* matches = std::get_if<storage::Matches>(&predicate.node)) {
    const auto text = text_of(*matches->field, fields);
    return text && matches->test.matches(*text);
  }
  if (const auto* exists = std::get_if<storage::Exists>(&predicate.node)) {
    return text_of(*exists->field, fields).has_value();
  }
  throw std::runtime_error("a filter with a comparison: extend passes()");
}

}  // namespace rw::test
