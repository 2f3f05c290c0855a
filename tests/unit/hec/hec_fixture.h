// A collector over a real SQLite store in a folder of its own (or over any WriteSession), reached through a socket.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/ingest/http/http_input.h"
#include "storage/sqlite/store.h"
#include "storage/writer.h"
#include "tests/support/raw_client.h"

namespace rw::ingest {

inline constexpr std::string_view kToken = "B5A79AAD-D822-46CC-80D1-819F80D7BFB0";

class FixedClock final : public core::Clock {
 public:
  core::Micros now() const override { return core::from_us(1'800'000'000'000'000); }
};

// Sysmon 13 as Windows renders it. `value` makes it distinct.
inline std::string sysmon_xml(int record_id, const std::string& value = "DWORD (0x00000000)") {
  return fmt::format(
      "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider "
      "Name='Microsoft-Windows-Sysmon'/><EventID>13</EventID><TimeCreated SystemTime='2026-10-11T20:14:15.5Z'/>"
      "<EventRecordID>{}</EventRecordID><Channel>Microsoft-Windows-Sysmon/Operational</Channel>"
      "<Computer>till-1</Computer></System><EventData><Data Name='EventType'>SetValue</Data><Data "
      "Name='TargetObject'>HKLM\\SOFTWARE\\T\\AmsiEnable</Data><Data Name='Details'>{}</Data></EventData></Event>",
      record_id, value);
}

// The same as flat JSON, without what an envelope can supply (Computer, TimeCreated).
inline std::string sysmon_json(int record_id) {
  return fmt::format(
      R"_({{"EventID":13,"Channel":"Microsoft-Windows-Sysmon/Operational","EventRecordID":{},"EventType":"SetValue",)_"
      R"_("TargetObject":"HKLM\\SOFTWARE\\T\\AmsiEnable","Details":"DWORD (0x00000000)"}})_",
      record_id);
}

inline std::string utf16_of_ascii(std::string_view text) {
  std::string out;
  for (const char c : text) out += {c, '\0'};
  return out;
}

inline std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

class TemporaryStore {
 public:
  TemporaryStore() {
    static std::atomic<int> number{0};
    folder_ = std::filesystem::temp_directory_path() / fmt::format("rw_hec_{}_{}", getpid(), ++number);
    core::Result<std::unique_ptr<storage::Store>> opened = storage::sqlite::open({.data_dir = folder_.string()});
    if (!opened.ok()) FAIL(opened.error().message);
    store_ = std::move(opened).value();
  }
  ~TemporaryStore() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::unique_ptr<storage::WriteSession> session() {
    core::Result<std::unique_ptr<storage::WriteSession>> opened = store_->open_writer();
    if (!opened.ok()) FAIL(opened.error().message);
    return std::move(opened).value();
  }

  // Rows as text, values separated by '|'.
  std::vector<std::string> rows(const std::string& sql) {
    core::Result<std::unique_ptr<storage::Reader>> reader = store_->open_reader();
    if (!reader.ok()) FAIL(reader.error().message);
    const core::Result<storage::Table> table = (*reader)->query({.sql = sql, .binds = {}}, {});
    if (!table.ok()) FAIL(table.error().message);
    std::vector<std::string> rows;
    for (const std::vector<storage::Value>& row : table->rows) {
      std::string text;
      for (const storage::Value& value : row) {
        if (!text.empty()) text += '|';
        if (const auto* number = std::get_if<std::int64_t>(&value)) text += std::to_string(*number);
        if (const auto* words = std::get_if<std::string>(&value)) text += *words;
      }
      rows.push_back(text);
    }
    return rows;
  }
  std::vector<std::string> registry() {
    return rows("SELECT time, dest, registry_value_name, EventRecordID FROM Registry ORDER BY id");
  }
  std::vector<std::string> rejected() { return rows("SELECT input, peer, reason, sample FROM rejected ORDER BY id"); }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<storage::Store> store_;
};

inline test::RawHeaders with(test::RawHeaders headers, std::string name, std::string value) {
  headers.emplace_back(std::move(name), std::move(value));
  return headers;
}

// A request, and the status and body that answer it.
struct RequestRow {
  std::string method, target;
  test::RawHeaders headers;
  std::string body;
  int status;
  std::string expected;
};

class Collector {
 public:
  Collector(std::unique_ptr<storage::WriteSession> session, HttpInputOptions options,
            http::ServerOptions server_options = {}, storage::Writer::Options writer_options = {})
      : writer(std::move(session), writer_options, counters), input(std::move(options), writer, counters, clock) {
    server_options.listen = {"127.0.0.1", 0};
    core::Result<std::unique_ptr<http::Server>> opened = http::Server::open(server_options, bodies, counters);
    if (!opened.ok()) FAIL(opened.error().message);
    server = std::move(opened).value();
    input.add_routes(*server);
    server->start();
  }

  std::uint16_t port() const { return server->endpoint().port; }
  // The row's headers are all it has.
  test::RawReply exchange(const RequestRow& row) const {
    return test::raw_exchange(port(), row.method, row.target, row.headers, row.body);
  }
  // With the token.
  test::RawReply post(std::string_view target, std::string_view body, const test::RawHeaders& headers = {}) {
    return test::raw_exchange(port(), "POST", target, with(headers, "Authorization", fmt::format("Splunk {}", kToken)),
                              body);
  }
  test::RawReply event(std::string_view body, const test::RawHeaders& headers = {}) {
    return post("/services/collector/event", body, headers);
  }

  core::Counters counters;
  http::BodyBudget bodies;
  FixedClock clock;
  storage::Writer writer;
  HttpInput input;
  std::unique_ptr<http::Server> server;
};

inline HttpInputOptions with_token() { return {.tokens = {"other", std::string(kToken)}}; }
// Does not wait longer than this for a commit.
inline HttpInputOptions impatient(std::chrono::milliseconds timeout) {
  return {.tokens = {std::string(kToken)}, .commit_timeout = timeout};
}

inline constexpr std::string_view kSuccess = R"({"text":"Success","code":0})";

}  // namespace rw::ingest
