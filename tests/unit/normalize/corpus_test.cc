// Real events from end to end, beside a slow and obvious reading of their XML: what the store shows must be what stands
// in the text, and nothing of it may be missing.
#include <zlib.h>

#include <stdlib.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/text.h"
#include "daemon/core/time.h"
#include "daemon/ingest/pipeline.h"
#include "storage/sqlite/store.h"
#include "storage/writer.h"

namespace rw::ingest {
namespace {

const std::string kFolder = REGWARDEN_SHARED_DIR "/corpus/sysmon-xml/";

// --- Files -----------------------------------------------------------------------------------------------------------

std::string read(const std::string& path) {
  gzFile file = ::gzopen(path.c_str(), "rb");  // reads plain files as they are
  INFO(path);
  REQUIRE(file != nullptr);
  std::string text;
  std::array<char, 1 << 16> buffer;
  int size = 0;
  while ((size = ::gzread(file, buffer.data(), buffer.size())) > 0)
    text.append(buffer.data(), static_cast<std::size_t>(size));
  CHECK(::gzclose(file) == Z_OK);
  REQUIRE(size == 0);
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    if (end > from) lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

// --- The slow reading ------------------------------------------------------------------------------------------------

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::string unescaped(std::string text) {
  for (const auto& [from, to] :
       {std::pair("&lt;", "<"), std::pair("&gt;", ">"), std::pair("&quot;", "\""), std::pair("&apos;", "'"),
        std::pair("&#13;", "\r"), std::pair("&#10;", "\n"), std::pair("&#9;", "\t"), std::pair("&amp;", "&")}) {
    replace_all(text, from, to);
  }
  CHECK(text.find("&#") == std::string::npos);  // else this list is too short
  return text;
}

std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t start = text.find(before);
  if (start == std::string::npos) return {};
  const std::size_t from = start + before.size();
  return unescaped(text.substr(from, text.find(after, from) - from));
}

struct SlowEvent {
  int id = 0;
  bool sysmon = false;
  std::map<std::string, std::string> system;
  std::map<std::string, std::string> data;

  std::string get(const std::string& name) const {
    const auto found = data.find(name);
    return found == data.end() || found->second == "-" ? "" : found->second;
  }
};

SlowEvent slow_event(const std::string& xml) {
  SlowEvent event;
  event.sysmon = xml.find("<Provider Name='Microsoft-Windows-Sysmon'") != std::string::npos;
  const std::string start = between(xml, "<EventID", "</EventID>");  // "[ Qualifiers='…']>13"
  event.id = std::stoi(start.substr(start.find('>') + 1));
  const std::string system = xml.substr(0, xml.find("</System>"));
  for (const char* name : {"Version", "Level", "Task", "Opcode", "Keywords", "EventRecordID", "Channel", "Computer"}) {
    event.system[name] = between(system, "<" + std::string(name) + ">", "</");
  }
  event.system["ProviderGuid"] = between(system, " Guid='", "'");
  event.system["ExecutionProcessID"] = between(system, "<Execution ProcessID='", "'");
  event.system["ExecutionThreadID"] = between(system, " ThreadID='", "'");
  event.system["UserID"] = between(system, "<Security UserID='", "'");
  event.system["SystemTime"] = between(system, " SystemTime='", "'");
  for (std::size_t at = xml.find("<Data Name='"); at != std::string::npos; at = xml.find("<Data Name='", at + 1)) {
    const std::string element = xml.substr(at, xml.find("</Data>", at) - at);
    event.data.emplace(between(element, "<Data Name='", "'"), unescaped(element.substr(element.find('>') + 1)));
  }
  return event;
}

std::string after_last_backslash(const std::string& text) {
  const std::size_t at = text.rfind('\\');
  return at == std::string::npos ? text : text.substr(at + 1);
}

// By what the event is known, spelt from its text.
std::string identity(const SlowEvent& event) {
  return core::fold(event.system.at("Computer")) + "|" + core::fold(event.system.at("Channel")) + "|" +
         event.system.at("EventRecordID") + "|" + event.system.at("SystemTime").substr(0, 19);
}

// --- What the store shows --------------------------------------------------------------------------------------------

using Row = std::map<std::string, std::string>;  // without NULLs

std::map<std::string, Row> rows_of(storage::Reader& reader, const std::string& view) {
  auto table = reader.query({"SELECT * FROM " + view, {}}, {});
  INFO((table.ok() ? "" : table.error().message));
  REQUIRE(table.ok());
  std::map<std::string, Row> rows;
  for (const auto& values : table->rows) {
    Row row;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (const auto* text = std::get_if<std::string>(&values[i])) row[table->columns[i]] = *text;
      if (const auto* number = std::get_if<std::int64_t>(&values[i])) row[table->columns[i]] = std::to_string(*number);
    }
    const std::string key = core::fold(row["dest"]) + "|" + core::fold(row["Channel"]) + "|" + row["EventRecordID"] +
                            "|" + row["_time"].substr(0, 19);
    CHECK(rows.emplace(key, std::move(row)).second);
  }
  return rows;
}

std::string text_in(const Row& row, const std::string& column) {
  const auto found = row.find(column);
  return found == row.end() ? "" : found->second;
}

// "unknown" where the data model fills.
std::string filled(const std::string& text) { return text.empty() ? "unknown" : text; }

std::string account(const Row& row, const std::string& user, const std::string& domain) {
  const std::string name = text_in(row, user) == "unknown" ? "" : text_in(row, user);
  return text_in(row, domain).empty() ? name : text_in(row, domain) + "\\" + name;
}

std::string member(const Row& row, const std::string& column, const std::string& name) {
  const std::string text = text_in(row, column);
  if (text.empty()) return {};
  const auto json = nlohmann::json::parse(text);
  const auto found = json.find(name);
  return found == json.end() ? "" : found->get<std::string>();
}

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
  CHECK(text_in(row, "vendor_product") == "Microsoft Sysmon");
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

// --- The test's fixture ----------------------------------------------------------------------------------------------

class Store {
 public:
  Store() {
    std::string path = (std::filesystem::temp_directory_path() / "regwarden-XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    folder_ = path;
    auto store = storage::sqlite::open({.data_dir = path});
    REQUIRE(store.ok());
    store_ = std::move(store).value();
  }
  ~Store() {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Sends the payloads through the pipeline and waits until they are stored.
  void ingest(const std::vector<std::string>& payloads) {
    auto session = store_->open_writer();
    REQUIRE(session.ok());
    storage::Writer writer(std::move(session).value(), {}, counters);
    KeyDeletions key_deletions;
    Pipeline pipeline(writer, counters, key_deletions);
    std::size_t failed = 0;
    for (const std::string& payload : payloads) {
      const auto added =
          pipeline.add(payload, {.received = core::from_us(1'791'749'700'000'000), .input = "test", .peer = "corpus"});
      if (!added.ok()) {
        ++failed;
        WARN(added.error().message);
      }
      if (pipeline.large()) {
        REQUIRE(pipeline.flush_until(std::chrono::steady_clock::now() + std::chrono::seconds(60)));
      }
    }
    REQUIRE(pipeline.flush_until(std::chrono::steady_clock::now() + std::chrono::seconds(60)));
    CHECK(failed == 0);
  }

  std::unique_ptr<storage::Reader> reader() {
    auto opened = store_->open_reader();
    REQUIRE(opened.ok());
    return std::move(opened).value();
  }

  core::Counters counters;

 private:
  std::filesystem::path folder_;
  std::unique_ptr<storage::Store> store_;
};

// file → events of Sysmon 1, 12, 13, 14 and all: the table of the corpus.
std::map<std::string, std::array<std::size_t, 5>> counts_of_readme() {
  std::map<std::string, std::array<std::size_t, 5>> counts;
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
    counts[cells[0]] = {number(1), number(2), number(3), number(4), number(11)};
  }
  return counts;
}

}  // namespace

TEST_CASE("corpus: every Sysmon event is stored as its text says, field by field") {
  const auto expected_counts = counts_of_readme();
  REQUIRE(expected_counts.size() == 7);
  for (const auto& [file, expected] : expected_counts) {
    if (file == "raw-newlines.xml") continue;
    INFO(file);
    const std::vector<std::string> lines = lines_of(read(kFolder + file));
    Store store;
    store.ingest(lines);
    CHECK(store.counters.value(core::Counter::kRejected) == 0);
    CHECK(store.counters.value(core::Counter::kDecoded) == expected[4]);

    const auto reader = store.reader();
    const auto registry = rows_of(*reader, "Registry");
    const auto processes = rows_of(*reader, "Processes");
    std::map<int, std::size_t> counts;
    std::map<std::string, int> identities;
    for (const std::string& line : lines) {
      const SlowEvent event = slow_event(line);
      if (!event.sysmon || (event.id != 1 && event.id != 12 && event.id != 13 && event.id != 14)) continue;
      ++counts[event.id];
      ++identities[identity(event)];
      INFO(line);
      const auto& rows = event.id == 1 ? processes : registry;
      const auto row = rows.find(identity(event));
      const bool found = row != rows.end();
      CHECK(found);
      if (!found) continue;
      check_system(event, row->second);
      if (event.id == 1) {
        check_process(event, row->second);
      } else {
        check_registry(event, row->second);
      }
    }
    CHECK(std::array<std::size_t, 5>{counts[1], counts[12], counts[13], counts[14], lines.size()} == expected);
    CHECK(registry.size() + processes.size() == identities.size());
    CHECK(store.counters.value(core::Counter::kProcessStored) == processes.size());
    CHECK(store.counters.value(core::Counter::kRegistryStored) == registry.size());
    CHECK(store.counters.value(core::Counter::kDuplicates) ==
          counts[1] + counts[12] + counts[13] + counts[14] - identities.size());
  }
}

TEST_CASE("corpus: events with line breaks inside are decoded one by one") {
  const auto expected = counts_of_readme().at("raw-newlines.xml");
  Store store;
  store.ingest({read(kFolder + "raw-newlines.xml")});
  CHECK(store.counters.value(core::Counter::kRejected) == 0);
  CHECK(store.counters.value(core::Counter::kDecoded) == expected[4]);
}

}  // namespace rw::ingest
