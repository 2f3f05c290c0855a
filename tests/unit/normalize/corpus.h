// The corpus, a slow and obvious reading of an event's XML, and a store that shows what became of it.
#pragma once

#include <stdlib.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
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

inline const std::string kFolder = REGWARDEN_SHARED_DIR "/corpus/sysmon-xml/";

// --- Files -----------------------------------------------------------------------------------------------------------

inline std::string read(const std::string& path) {
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

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    if (end > from) lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

// --- The slow reading ------------------------------------------------------------------------------------------------

inline void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

inline std::string unescaped(std::string text) {
  for (const auto& [from, to] :
       {std::pair("&lt;", "<"), std::pair("&gt;", ">"), std::pair("&quot;", "\""), std::pair("&apos;", "'"),
        std::pair("&#13;", "\r"), std::pair("&#10;", "\n"), std::pair("&#9;", "\t"), std::pair("&amp;", "&")}) {
    replace_all(text, from, to);
  }
  CHECK(text.find("&#") == std::string::npos);  // else this list is too short
  return text;
}

inline std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t start = text.find(before);
  if (start == std::string::npos) return {};
  const std::size_t from = start + before.size();
  return unescaped(text.substr(from, text.find(after, from) - from));
}

struct SlowEvent {
  int id = 0;
  bool sysmon = false;
  bool security = false;
  std::map<std::string, std::string> system;
  std::map<std::string, std::string> data;

  std::string get(const std::string& name) const {
    const auto found = data.find(name);
    return found == data.end() || found->second == "-" ? "" : found->second;
  }
};

inline SlowEvent slow_event(const std::string& xml) {
  SlowEvent event;
  event.sysmon = xml.find("<Provider Name='Microsoft-Windows-Sysmon'") != std::string::npos;
  event.security = xml.find("<Provider Name='Microsoft-Windows-Security-Auditing'") != std::string::npos;
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

inline std::string after_last_backslash(const std::string& text) {
  const std::size_t at = text.rfind('\\');
  return at == std::string::npos ? text : text.substr(at + 1);
}

// By what the event is known, spelt from its text.
inline std::string identity(const SlowEvent& event) {
  return core::fold(event.system.at("Computer")) + "|" + core::fold(event.system.at("Channel")) + "|" +
         event.system.at("EventRecordID") + "|" + event.system.at("SystemTime").substr(0, 19);
}

// --- What the store shows --------------------------------------------------------------------------------------------

using Row = std::map<std::string, std::string>;  // without NULLs

inline std::vector<Row> listed(storage::Reader& reader, const std::string& view) {
  auto table = reader.query({"SELECT * FROM " + view, {}}, {});
  INFO((table.ok() ? "" : table.error().message));
  REQUIRE(table.ok());
  std::vector<Row> rows;
  for (const auto& values : table->rows) {
    Row& row = rows.emplace_back();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (const auto* text = std::get_if<std::string>(&values[i])) row[table->columns[i]] = *text;
      if (const auto* number = std::get_if<std::int64_t>(&values[i])) row[table->columns[i]] = std::to_string(*number);
    }
  }
  return rows;
}

inline std::map<std::string, Row> rows_of(storage::Reader& reader, const std::string& view) {
  std::map<std::string, Row> rows;
  for (Row& row : listed(reader, view)) {
    const std::string key = core::fold(row["dest"]) + "|" + core::fold(row["Channel"]) + "|" + row["EventRecordID"] +
                            "|" + row["_time"].substr(0, 19);
    CHECK(rows.emplace(key, std::move(row)).second);
  }
  return rows;
}

inline std::string text_in(const Row& row, const std::string& column) {
  const auto found = row.find(column);
  return found == row.end() ? "" : found->second;
}

// "unknown" where the data model fills.
inline std::string filled(const std::string& text) { return text.empty() ? "unknown" : text; }

inline std::string account(const Row& row, const std::string& user, const std::string& domain) {
  const std::string name = text_in(row, user) == "unknown" ? "" : text_in(row, user);
  return text_in(row, domain).empty() ? name : text_in(row, domain) + "\\" + name;
}

inline std::string member(const Row& row, const std::string& column, const std::string& name) {
  const std::string text = text_in(row, column);
  if (text.empty()) return {};
  // A row is asked for member after member, so its objects are parsed once.
  struct Parsed {
    std::string text;
    nlohmann::json json;
  };
  static std::map<std::string, Parsed> last;  // by column
  Parsed& object = last[column];
  if (object.text != text) object = {text, nlohmann::json::parse(text)};
  const auto found = object.json.find(name);
  return found == object.json.end() ? "" : found->get<std::string>();
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

}  // namespace rw::ingest
