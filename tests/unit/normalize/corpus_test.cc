// Real events from end to end, beside a slow and obvious reading of their XML: what the store shows must be what stands
// in the text, and nothing of it may be missing.
#include "tests/unit/normalize/corpus.h"

#include <cstdio>
#include <regex>
#include <set>

namespace rw::ingest {
namespace {

void check_system(const SlowEvent& event, const Row& row) {
  for (const char* name : {"Version", "Level", "Task", "Opcode", "Keywords", "ProviderGuid", "ExecutionProcessID",
                           "ExecutionThreadID", "UserID"}) {
    INFO(name);
    CHECK(member(row, "envelope", name) == event.system.at(name));
  }
  CHECK(text_in(row, "EventID") == std::to_string(event.id));
  CHECK(text_in(row, "EventRecordID") == event.system.at("EventRecordID"));
  CHECK(text_in(row, "Channel") == event.system.at("Channel"));
  CHECK(text_in(row, "dest") == event.system.at("Computer"));
  CHECK(text_in(row, "vendor_product") == (event.sysmon ? "Microsoft Sysmon" : "Microsoft Windows"));
  std::string time = event.system.at("SystemTime");  // 2019-04-27T15:57:53.368863200Z
  REQUIRE(time.back() == 'Z');
  time.pop_back();
  if (time.size() == 19) time += ".";
  time.resize(26, '0');
  CHECK(text_in(row, "_time") == time + "Z");
}

// Every field of the event's data, by name, wherever the row keeps it.
void check_fields(const SlowEvent& event, const Row& row, const std::map<std::string, std::string>& columns) {
  for (const auto& [name, value] : event.data) {
    if (value.empty()) continue;
    INFO(name);
    std::string kept;
    if (name == "User") {
      kept = account(row, "user", "user_domain");
    } else if (name == "ParentUser") {
      kept = account(row, "parent_user", "parent_user_domain");
    } else if (const auto column = columns.find(name); column != columns.end()) {
      kept = text_in(row, column->second);
      if (kept == "unknown" && value == "-") kept.clear();
    }
    for (const char* column : {"envelope", "extra", "image_version", "session"}) {
      if (kept.empty()) kept = member(row, column, name);
    }
    if (value == "-" && kept.empty()) continue;  // absent, in Sysmon's words
    CHECK(kept == (name == "IntegrityLevel" ? core::fold(value) : value));
  }
}

void check_registry(const SlowEvent& event, const Row& row) {
  const std::string target = event.get("TargetObject");
  const std::string event_type = event.get("EventType");
  CHECK(text_in(row, "registry_path") == target);
  const std::string key = text_in(row, "registry_key_name");
  const std::string name = text_in(row, "registry_value_name");
  const bool on_value = event.id == 13 || event_type == "DeleteValue" || event_type == "RenameValue";
  if (on_value && target.back() != '\\') {
    CHECK(name == after_last_backslash(target));
    CHECK(key + "\\" + name == target);
  } else {
    CHECK(name == "unknown");
    CHECK(key == target);
  }

  std::string action = "unknown";
  if (event_type == "CreateKey") action = "created";
  if (event_type.find("Delete") == 0) action = "deleted";
  if (event.id == 13 || event_type.find("Rename") == 0) action = "modified";
  CHECK(text_in(row, "action") == action);

  std::string data = event.get(event.id == 14 ? "NewName" : "Details");
  std::string type;
  for (const std::string word : {"DWORD", "QWORD"}) {
    if (event.id == 13 && data.find(word + " (0x") == 0 && data.back() == ')') {
      type = "REG_" + word;
      data = data.substr(7, data.size() - 8);
      break;
    }
  }
  CHECK(text_in(row, "registry_value_data") == filled(data));
  CHECK(text_in(row, "registry_value_type") == filled(type));
  CHECK(text_in(row, "user") == filled(after_last_backslash(event.get("User"))));
  CHECK(text_in(row, "process_path") == event.get("Image"));
  CHECK(text_in(row, "process_name") == filled(after_last_backslash(event.get("Image"))));
  CHECK(text_in(row, "process_guid") == event.get("ProcessGuid"));
  CHECK(text_in(row, "process_id") == event.get("ProcessId"));
  CHECK(text_in(row, "status") == "success");
  check_fields(event, row,
               {{"TargetObject", "registry_path"},
                {"Details", "Details"},
                {"NewName", "NewName"},
                {"EventType", "EventType"},
                {"UtcTime", "UtcTime"},
                {"Image", "process_path"},
                {"ProcessGuid", "process_guid"},
                {"ProcessId", "process_id"}});
}

void check_process(const SlowEvent& event, const Row& row) {
  CHECK(text_in(row, "action") == "allowed");
  CHECK(text_in(row, "user") == filled(after_last_backslash(event.get("User"))));
  CHECK(text_in(row, "parent_user") == filled(after_last_backslash(event.get("ParentUser"))));
  CHECK(text_in(row, "process") == filled(event.get("CommandLine")));
  CHECK(text_in(row, "process_name") == filled(after_last_backslash(event.get("Image"))));
  CHECK(text_in(row, "parent_process") == filled(event.get("ParentCommandLine")));
  CHECK(text_in(row, "parent_process_name") == filled(after_last_backslash(event.get("ParentImage"))));
  CHECK(text_in(row, "original_file_name") == filled(event.get("OriginalFileName")));
  CHECK(text_in(row, "process_integrity_level") == core::fold(event.get("IntegrityLevel")));
  check_fields(event, row,
               {{"UtcTime", "UtcTime"},
                {"Image", "process_path"},
                {"ProcessGuid", "process_guid"},
                {"ProcessId", "process_id"},
                {"CommandLine", "process"},
                {"Hashes", "process_hash"},
                {"IntegrityLevel", "process_integrity_level"},
                {"CurrentDirectory", "process_current_directory"},
                {"OriginalFileName", "original_file_name"},
                {"ParentCommandLine", "parent_process"},
                {"ParentImage", "parent_process_path"},
                {"ParentProcessId", "parent_process_id"},
                {"ParentProcessGuid", "parent_process_guid"}});
}

// --- The Security log ------------------------------------------------------------------------------------------------

std::string slow_key_path(std::string path) {
  const std::pair<const char*, const char*> rules[] = {
      {R"(^\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet\d\d\d(?=\\|$))", R"(HKLM\System\CurrentControlSet)"},
      {R"(^\\REGISTRY\\MACHINE\\SYSTEM(?=\\|$))", R"(HKLM\System)"},
      {R"(^\\REGISTRY\\MACHINE\\SOFTWARE\\Classes(?=\\|$))", R"(HKCR)"},
      {R"(^\\REGISTRY\\MACHINE(?=\\|$))", R"(HKLM)"},
      {R"(^\\REGISTRY\\USER(?=\\|$))", R"(HKU)"},
  };
  for (const auto& [pattern, replacement] : rules) {
    path = std::regex_replace(path, std::regex(pattern, std::regex::icase), replacement);
  }
  return path;
}

std::string decimal(const std::string& number) {
  return number.empty() ? "" : std::to_string(std::stoull(number, nullptr, 0));
}

std::string synthetic_guid(const SlowEvent& event, const std::string& process_id) {
  return process_id.empty() ? "" : "SEC:" + core::fold(event.system.at("Computer")) + ":" + process_id;
}

// 4663: the rights that change a key.
bool changes_a_key(const SlowEvent& event) {
  if (event.get("ObjectType") != "Key" || event.get("AccessMask").empty()) return false;
  const unsigned long mask = std::stoul(event.get("AccessMask"), nullptr, 0);
  for (const unsigned long right :
       {0x2UL, 0x4UL, 0x20UL, 0x10000UL, 0x40000UL, 0x80000UL, 0x1000000UL, 0x2000000UL, 0x10000000UL}) {
    if ((mask & right) != 0) return true;
  }
  return (mask & 0x40000000) != 0;
}

bool stored(const SlowEvent& event) {
  if (event.sysmon) return event.id == 1 || (event.id >= 12 && event.id <= 14);
  if (!event.security) return false;
  return event.id == 4657 || event.id == 4688 || (event.id == 4663 && changes_a_key(event));
}

void check_raw_fields(const SlowEvent& event, const Row& row) {
  for (const auto& [name, value] : event.data) {
    INFO(name);
    CHECK(member(row, "extra", name) == value);
  }
}

void check_security_registry(const SlowEvent& event, const Row& row) {
  const std::string key = slow_key_path(event.get("ObjectName"));
  const std::string process_id = decimal(event.get("ProcessId"));
  CHECK(text_in(row, "registry_key_name") == key);
  CHECK(text_in(row, "user") == filled(event.get("SubjectUserName")));
  CHECK(text_in(row, "user_domain") == event.get("SubjectDomainName"));
  CHECK(text_in(row, "process_path") == event.get("ProcessName"));
  CHECK(text_in(row, "process_name") == filled(after_last_backslash(event.get("ProcessName"))));
  CHECK(text_in(row, "process_id") == process_id);
  CHECK(text_in(row, "process_guid") == synthetic_guid(event, process_id));
  check_raw_fields(event, row);
  if (event.id != 4657) {
    CHECK(text_in(row, "registry_path") == key);
    for (const char* column : {"action", "registry_value_name", "registry_value_data", "registry_value_type"}) {
      CHECK(text_in(row, column) == "unknown");
    }
    CHECK(text_in(row, "EventType").empty());
    return;
  }
  const std::string name = event.get("ObjectValueName").empty() ? "(Default)" : event.get("ObjectValueName");
  CHECK(text_in(row, "registry_value_name") == name);
  CHECK(text_in(row, "registry_path") == key + "\\" + name);
  CHECK(text_in(row, "action") == "modified");
  CHECK(text_in(row, "EventType") == "SetValue");
  const unsigned long long number = std::stoull(event.get("NewValue"), nullptr, 0);
  std::array<char, 32> data;
  if (event.get("NewValueType") == "%%1876") {
    std::snprintf(data.data(), data.size(), "0x%08llx", number);
    CHECK(text_in(row, "registry_value_type") == "REG_DWORD");
    CHECK(text_in(row, "Details") == "DWORD (" + std::string(data.data()) + ")");
  } else {
    CHECK(event.get("NewValueType") == "%%1883");
    std::snprintf(data.data(), data.size(), "0x%08llx-0x%08llx", number >> 32, number & 0xffffffff);
    CHECK(text_in(row, "registry_value_type") == "REG_QWORD");
    CHECK(text_in(row, "Details") == "QWORD (" + std::string(data.data()) + ")");
  }
  CHECK(text_in(row, "registry_value_data") == data.data());
}

void check_security_process(const SlowEvent& event, const Row& row) {
  const bool other_account = !event.get("TargetUserName").empty();
  CHECK(text_in(row, "user") == filled(event.get(other_account ? "TargetUserName" : "SubjectUserName")));
  CHECK(text_in(row, "user_domain") == event.get(other_account ? "TargetDomainName" : "SubjectDomainName"));
  CHECK(text_in(row, "parent_user") == filled(event.get("SubjectUserName")));
  CHECK(text_in(row, "process") == filled(event.get("CommandLine")));
  CHECK(text_in(row, "process_path") == event.get("NewProcessName"));
  CHECK(text_in(row, "process_name") == filled(after_last_backslash(event.get("NewProcessName"))));
  CHECK(text_in(row, "parent_process_path") == event.get("ParentProcessName"));
  CHECK(text_in(row, "parent_process") == "unknown");
  const std::string process_id = decimal(event.get("NewProcessId"));
  const std::string parent_id = decimal(event.get("ProcessId"));
  CHECK(text_in(row, "process_id") == process_id);
  CHECK(text_in(row, "process_guid") == synthetic_guid(event, process_id));
  CHECK(text_in(row, "parent_process_id") == parent_id);
  CHECK(text_in(row, "parent_process_guid") == synthetic_guid(event, parent_id));
  const std::map<std::string, std::string> levels = {{"", ""},
                                                     {"S-1-16-0", "untrusted"},
                                                     {"S-1-16-4096", "low"},
                                                     {"S-1-16-8192", "medium"},
                                                     {"S-1-16-8448", "medium high"},
                                                     {"S-1-16-12288", "high"},
                                                     {"S-1-16-16384", "system"}};
  CHECK(text_in(row, "process_integrity_level") == levels.at(event.get("MandatoryLabel")));
  check_raw_fields(event, row);
}

void check_row(const SlowEvent& event, const Row& row) {
  check_system(event, row);
  if (event.sysmon) {
    event.id == 1 ? check_process(event, row) : check_registry(event, row);
  } else {
    event.id == 4688 ? check_security_process(event, row) : check_security_registry(event, row);
  }
}

// --- The table of the corpus -----------------------------------------------------------------------------------------

struct Counts {
  std::map<int, std::size_t> of_kind;  // Sysmon 1, 12, 13, 14, Security 4657, 4688
  std::size_t all = 0;
};

std::map<std::string, Counts> counts_of_readme() {
  std::map<std::string, Counts> counts;
  const std::string readme = read(kFolder + "../README.md");
  for (const std::string& line : lines_of(readme.substr(0, readme.find("\n### nxlog-json")))) {
    std::vector<std::string> cells;
    for (std::size_t from = 1; from < line.size() && line[0] == '|';) {
      const std::size_t end = std::min(line.find('|', from), line.size());
      cells.emplace_back(core::trim(line.substr(from, end - from)));
      from = end + 1;
    }
    if (cells.size() != 13 || cells[0].find(".xml") == std::string::npos) continue;
    const auto number = [&](std::size_t cell) -> std::size_t {
      return cells[cell].empty() ? 0 : std::stoul(cells[cell]);
    };
    Counts& file = counts[cells[0]];
    for (const auto& [kind, cell] : {std::pair(1, 1), {12, 2}, {13, 3}, {14, 4}, {4657, 5}, {4688, 6}}) {
      if (number(static_cast<std::size_t>(cell)) != 0) file.of_kind[kind] = number(static_cast<std::size_t>(cell));
    }
    file.all = number(11);
  }
  return counts;
}

}  // namespace

TEST_CASE("corpus: every event of a stored kind is stored as its text says, field by field") {
  const auto expected_counts = counts_of_readme();
  REQUIRE(expected_counts.size() == 7);
  for (const auto& [file, expected] : expected_counts) {
    if (file == "raw-newlines.xml") continue;
    INFO(file);
    const std::vector<std::string> lines = lines_of(read(kFolder + file));
    Store store;
    store.ingest(lines);
    CHECK(store.counters.value(core::Counter::kRejected) == 0);
    CHECK(store.counters.value(core::Counter::kDecoded) == expected.all);

    const auto reader = store.reader();
    const auto registry = rows_of(*reader, "Registry");
    const auto processes = rows_of(*reader, "Processes");
    std::map<int, std::size_t> counts;
    std::size_t events = 0;
    std::map<std::string, int> identities;
    for (const std::string& line : lines) {
      const SlowEvent event = slow_event(line);
      if (!stored(event)) continue;
      ++events;
      ++identities[identity(event)];
      ++counts[event.id];
      INFO(line);
      const auto& rows = event.id == 1 || event.id == 4688 ? processes : registry;
      const auto row = rows.find(identity(event));
      const bool found = row != rows.end();
      CHECK(found);
      if (found) check_row(event, row->second);
    }
    CHECK(counts == expected.of_kind);
    CHECK(lines.size() == expected.all);
    CHECK(registry.size() + processes.size() == identities.size());
    CHECK(store.counters.value(core::Counter::kProcessStored) == processes.size());
    CHECK(store.counters.value(core::Counter::kRegistryStored) == registry.size());
    CHECK(store.counters.value(core::Counter::kDuplicates) == events - identities.size());
  }
}

TEST_CASE("corpus: events with line breaks inside are decoded one by one") {
  const auto expected = counts_of_readme().at("raw-newlines.xml");
  Store store;
  store.ingest({read(kFolder + "raw-newlines.xml")});
  CHECK(store.counters.value(core::Counter::kRejected) == 0);
  CHECK(store.counters.value(core::Counter::kDecoded) == expected.all);
}

TEST_CASE("corpus: Security 4657 and 4688 of flat JSON are stored") {
  std::vector<std::string> lines;
  std::map<int, std::size_t> counts;
  std::set<std::string> expected_values;
  std::set<std::string> expected_processes;
  for (const auto& file : std::filesystem::directory_iterator(kFolder + "../nxlog-json")) {
    for (const std::string& line : lines_of(read(file.path().string()))) {
      if (line.find("\"EventID\":4657") == std::string::npos && line.find("\"EventID\":4688") == std::string::npos)
        continue;
      const auto json = nlohmann::json::parse(line);
      // NXLog of this corpus leaves the values as they stand in the event's XML.
      const auto text = [&](const char* name) {
        return json.contains(name) && json[name].is_string() ? unescaped(json[name].get<std::string>()) : std::string();
      };
      const int id = json["EventID"];
      // NXLog's Community Edition loses ProcessId, and only the message has it.
      const auto process_id = [&](const std::string& label) {
        if (!text("ProcessId").empty()) return text("ProcessId");
        const std::string message = text("Message");
        const std::size_t after = message.find(label);
        if (after == std::string::npos) return std::string();
        const std::size_t start = message.find_first_not_of(" \t", after + label.size());
        return message.substr(start, message.find_first_of(" \t\r\n", start) - start);
      };
      ++counts[id];
      if (id == 4657) {
        expected_values.insert(slow_key_path(text("ObjectName")) + "\\" + text("ObjectValueName") + " " +
                               text("SubjectUserName") + " " + decimal(process_id("\tProcess ID:")) + " " +
                               text("NewValue"));
      } else {
        expected_processes.insert(text("NewProcessName") + " " + decimal(text("NewProcessId")) + " " +
                                  decimal(process_id("Creator Process ID:")) + " " + text("CommandLine"));
      }
      lines.push_back(line);
    }
  }
  CHECK(counts == std::map<int, std::size_t>{{4657, 44}, {4688, 1415}});

  Store store;
  store.ingest(lines);
  CHECK(store.counters.value(core::Counter::kRejected) == 0);
  CHECK(store.counters.skipped().empty());
  CHECK(store.counters.value(core::Counter::kRegistryStored) + store.counters.value(core::Counter::kProcessStored) +
            store.counters.value(core::Counter::kDuplicates) ==
        1459);
  const auto reader = store.reader();
  std::set<std::string> values;
  for (const Row& row : listed(*reader, "Registry")) {
    values.insert(text_in(row, "registry_path") + " " + text_in(row, "user") + " " + text_in(row, "process_id") + " " +
                  member(row, "extra", "NewValue"));
  }
  CHECK(values == expected_values);
  std::set<std::string> processes;
  for (const Row& row : listed(*reader, "Processes")) {
    processes.insert(text_in(row, "process_path") + " " + text_in(row, "process_id") + " " +
                     text_in(row, "parent_process_id") + " " + member(row, "extra", "CommandLine"));
  }
  CHECK(processes == expected_processes);
}

}  // namespace rw::ingest
