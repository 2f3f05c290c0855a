// The mapping of Windows events to CIM as a table: what is sent, and what a search then sees.
#include <catch2/catch.hpp>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/normalize/corpus.h"

namespace rw::ingest {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string event(const std::string& provider, const std::string& channel, int id, const Fields& data) {
  std::string xml = "<Event><System><Provider Name='" + provider + "'/><EventID>" + std::to_string(id) +
                    "</EventID><TimeCreated SystemTime='2026-10-11T20:14:15.123Z'/><EventRecordID>1</EventRecordID>"
                    "<Channel>" +
                    channel + "</Channel><Computer>WS1.corp.example</Computer></System><EventData>";
  for (const auto& [name, value] : data) xml += "<Data Name='" + name + "'>" + value + "</Data>";
  return xml + "</EventData></Event>";
}

std::string sysmon(int id, const Fields& data) {
  return event("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational", id, data);
}

std::string security(int id, const Fields& data) {
  return event("Microsoft-Windows-Security-Auditing", "Security", id, data);
}

std::string value_4657(const std::string& key, const std::string& name, const std::string& operation,
                       const std::string& type, const std::string& value, const std::string& process_id = "0xa5c") {
  return security(4657, {{"ObjectName", key},
                         {"ObjectValueName", name},
                         {"OperationType", operation},
                         {"OldValueType", "-"},
                         {"OldValue", "-"},
                         {"NewValueType", type},
                         {"NewValue", value},
                         {"ProcessId", process_id}});
}

struct Case {
  const char* what;
  std::string xml;
  Row expected;  // these columns; a column that is NULL is ""
};

void check(const std::string& view, const Case& c) {
  INFO(c.what);
  Store store;
  store.ingest({c.xml});
  const auto rows = rows_of(*store.reader(), view);
  REQUIRE(rows.size() == 1);
  for (const auto& [column, value] : c.expected) {
    INFO(column);
    CHECK(text_in(rows.begin()->second, column) == value);
  }
}

}  // namespace

TEST_CASE("mapping: registry events") {
  const Case cases[] = {
      {"Sysmon 13 with a DWORD",
       sysmon(13, {{"EventType", "SetValue"},
                   {"TargetObject", R"(HKLM\SOFTWARE\K\Name)"},
                   {"Details", "DWORD (0x00000000)"},
                   {"User", R"(NT AUTHORITY\SYSTEM)"}}),
       {{"registry_path", R"(HKLM\SOFTWARE\K\Name)"},
        {"registry_key_name", R"(HKLM\SOFTWARE\K)"},
        {"registry_value_name", "Name"},
        {"registry_value_data", "0x00000000"},
        {"registry_value_type", "REG_DWORD"},
        {"user", "SYSTEM"},
        {"action", "modified"},
        {"vendor_product", "Microsoft Sysmon"}}},
      {"Sysmon 13 without data",
       sysmon(13, {{"EventType", "SetValue"}, {"TargetObject", R"(HKLM\SOFTWARE\K\Name)"}, {"Details", ""}}),
       {{"registry_value_data", "unknown"}}},
      {"Sysmon 13 with a text that looks wrapped",
       sysmon(13, {{"EventType", "SetValue"},
                   {"TargetObject", R"(HKLM\SOFTWARE\K\Name)"},
                   {"Details", "Desktop (create shortcut)"}}),
       {{"registry_value_data", "Desktop (create shortcut)"}, {"registry_value_type", "unknown"}}},
      {"Sysmon 12, a key created",
       sysmon(12, {{"EventType", "CreateKey"}, {"TargetObject", R"(HKLM\a\b)"}}),
       {{"action", "created"},
        {"registry_key_name", R"(HKLM\a\b)"},
        {"registry_value_name", "unknown"},
        {"registry_value_data", "unknown"}}},
      {"Sysmon 12, a value deleted",
       sysmon(12, {{"EventType", "DeleteValue"}, {"TargetObject", R"(HKLM\a\b)"}}),
       {{"action", "deleted"}, {"registry_key_name", R"(HKLM\a)"}, {"registry_value_name", "b"}}},
      {"Sysmon 14, a key renamed",
       sysmon(14, {{"EventType", "RenameKey"}, {"TargetObject", R"(HKLM\a)"}, {"NewName", R"(HKLM\b)"}}),
       {{"registry_path", R"(HKLM\a)"}, {"registry_value_data", R"(HKLM\b)"}, {"action", "modified"}}},
      {"4657, a DWORD changed",
       value_4657(R"(\REGISTRY\MACHINE\SYSTEM\ControlSet001\Services\X)", "Start", "%%1905", "%%1876", "4"),
       {{"registry_path", R"(HKLM\System\CurrentControlSet\Services\X\Start)"},
        {"registry_key_name", R"(HKLM\System\CurrentControlSet\Services\X)"},
        {"registry_value_name", "Start"},
        {"registry_value_data", "0x00000004"},
        {"registry_value_type", "REG_DWORD"},
        {"registry_hive", R"(HKEY_LOCAL_MACHINE\System)"},
        {"action", "modified"},
        {"process_id", "2652"},
        {"process_guid", "SEC:ws1.corp.example:2652"},
        {"dest", "WS1.corp.example"},
        {"status", "success"},
        {"vendor_product", "Microsoft Windows"},
        {"EventType", "SetValue"},
        {"EventID", "4657"},
        {"Details", "DWORD (0x00000004)"}}},
      {"4657, a new value is modified, too",
       value_4657(R"(\REGISTRY\MACHINE\SOFTWARE\K)", "N", "%%1904", "%%1873", "text"),
       {{"action", "modified"}, {"EventType", "SetValue"}, {"registry_value_data", "text"}, {"Details", "text"}}},
      {"4657, a QWORD",
       value_4657(R"(\REGISTRY\MACHINE\SOFTWARE\K)", "N", "%%1905", "%%1883", "0x1D63ED21D4ADB0A"),
       {{"registry_value_data", "0x01d63ed2-0x1d4adb0a"},
        {"registry_value_type", "REG_QWORD"},
        {"Details", "QWORD (0x01d63ed2-0x1d4adb0a)"}}},
      {"4657, a value deleted",
       value_4657(R"(\REGISTRY\MACHINE\SOFTWARE\K)", "N", "%%1906", "-", "-"),
       {{"action", "deleted"},
        {"EventType", "DeleteValue"},
        {"registry_path", R"(HKLM\SOFTWARE\K\N)"},
        {"registry_value_name", "N"},
        {"registry_value_data", "unknown"},
        {"registry_value_type", "unknown"},
        {"Details", ""}}},
      {"4657, whole segments only",
       value_4657(R"(\REGISTRY\MACHINE\SOFTWARE\ClassesX)", "N", "%%1905", "%%1873", "t"),
       {{"registry_key_name", R"(HKLM\SOFTWARE\ClassesX)"}}},
      {"4657, the unnamed value",
       value_4657(R"(\REGISTRY\MACHINE\SOFTWARE\Classes\.exe)", "", "%%1905", "%%1873", "t"),
       {{"registry_path", R"(HKCR\.exe\(Default))"}, {"registry_value_name", "(Default)"}}},
      {"4657, a value's name with backslashes is not split",
       value_4657(R"(\REGISTRY\MACHINE\SOFTWARE\K)", R"(C:\a\b.exe)", "%%1905", "%%1873", "t"),
       {{"registry_path", R"(HKLM\SOFTWARE\K\C:\a\b.exe)"},
        {"registry_key_name", R"(HKLM\SOFTWARE\K)"},
        {"registry_value_name", R"(C:\a\b.exe)"}}},
      {"4657, an empty text",
       value_4657(R"(\REGISTRY\MACHINE\SOFTWARE\K)", "N", "%%1905", "%%1873", ""),
       {{"registry_value_data", "unknown"}, {"registry_value_type", "REG_SZ"}, {"Details", "(Empty)"}}},
      {"4657, words instead of codes",
       value_4657(R"(\REGISTRY\MACHINE\SOFTWARE\K)", "N", "Registry value deleted", "REG_SZ", "-"),
       {{"action", "deleted"}, {"EventType", "DeleteValue"}}},
      {"4657, no process id",
       value_4657(R"(\REGISTRY\MACHINE\SOFTWARE\K)", "N", "%%1905", "%%1873", "t", "-"),
       {{"process_id", ""}, {"process_guid", ""}}},
      {"4657, the user's own hive",
       value_4657(R"(\REGISTRY\USER\S-1-5-21-1-2-3-1001\Software\K)", "N", "%%1905", "%%1873", "t"),
       {{"registry_path", R"(HKU\S-1-5-21-1-2-3-1001\Software\K\N)"}, {"registry_hive", "HKEY_CURRENT_USER"}}},
  };
  for (const Case& c : cases) check("Registry", c);
}

TEST_CASE("mapping: process events") {
  const Fields version1 = {{"SubjectUserName", "S"},  {"SubjectDomainName", "SD"},
                           {"NewProcessId", "0x7d8"}, {"NewProcessName", R"(C:\Windows\System32\whoami.exe)"},
                           {"ProcessId", "0x2b8"},    {"CommandLine", "whoami /all"}};
  const auto with = [&](const Fields& more) {
    Fields fields = version1;
    fields.insert(fields.end(), more.begin(), more.end());
    return security(4688, fields);
  };
  const Case cases[] = {
      {"4688 with another account",
       with({{"TargetUserName", "T"}, {"TargetDomainName", "TD"}}),
       {{"process_id", "2008"},
        {"process_guid", "SEC:ws1.corp.example:2008"},
        {"parent_process_id", "696"},
        {"parent_process_guid", "SEC:ws1.corp.example:696"},
        {"user", "T"},
        {"user_domain", "TD"},
        {"parent_user", "S"},
        {"parent_user_domain", "SD"},
        {"process", "whoami /all"},
        {"process_name", "whoami.exe"},
        {"parent_process", "unknown"},
        {"parent_process_name", "unknown"},
        {"parent_process_path", ""},
        {"process_integrity_level", ""},
        {"action", "allowed"},
        {"vendor_product", "Microsoft Windows"}}},
      {"4688 of the old form", with({}), {{"user", "S"}, {"user_domain", "SD"}, {"parent_user", "S"}}},
      {"4688 with no other account", with({{"TargetUserName", "-"}, {"TargetDomainName", "-"}}), {{"user", "S"}}},
      {"4688 of the new form",
       with({{"ParentProcessName", R"(C:\Windows\explorer.exe)"}, {"MandatoryLabel", "S-1-16-12288"}}),
       {{"parent_process_path", R"(C:\Windows\explorer.exe)"},
        {"parent_process_name", "explorer.exe"},
        {"process_integrity_level", "high"}}},
      {"untrusted", with({{"MandatoryLabel", "S-1-16-0"}}), {{"process_integrity_level", "untrusted"}}},
      {"low", with({{"MandatoryLabel", "S-1-16-4096"}}), {{"process_integrity_level", "low"}}},
      {"medium", with({{"MandatoryLabel", "S-1-16-8192"}}), {{"process_integrity_level", "medium"}}},
      {"medium high", with({{"MandatoryLabel", "S-1-16-8448"}}), {{"process_integrity_level", "medium high"}}},
      {"system", with({{"MandatoryLabel", "S-1-16-16384"}}), {{"process_integrity_level", "system"}}},
      {"protected", with({{"MandatoryLabel", "S-1-16-20480"}}), {{"process_integrity_level", "protected process"}}},
      {"high, in words",
       with({{"MandatoryLabel", R"(Mandatory Label\High Mandatory Level)"}}),
       {{"process_integrity_level", "high"}}},
      {"medium high, in words",
       with({{"MandatoryLabel", R"(mandatory label\medium plus mandatory level)"}}),
       {{"process_integrity_level", "medium high"}}},
      {"system, in words without a domain",
       with({{"MandatoryLabel", "System Mandatory Level"}}),
       {{"process_integrity_level", "system"}}},
      {"words that are no level",
       with({{"MandatoryLabel", R"(TILL-1\High Mandatory Level)"}}),
       {{"process_integrity_level", ""}}},
      {"no level that is known", with({{"MandatoryLabel", "S-1-16-1"}}), {{"process_integrity_level", ""}}},
  };
  for (const Case& c : cases) check("Processes", c);
}

}  // namespace rw::ingest
