// tests/golden/formats: NAME.txt is one event as each forwarder sends it ("=== FORMAT" and the payload after; what
// stands under "=== before" is sent before each of them, and not shown). NAME.json is the record of its XML, and for
// each other format what its record has instead: {"FIELD": [of the XML, of the format]}. REGWARDEN_UPDATE_GOLDEN=1
// rewrites the .json files; the difference is for people to review.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/ingest/pipeline.h"
#include "daemon/ingest/syslog/header.h"
#include "tests/unit/normalize/shown_records.h"

namespace rw::ingest {
namespace {

using Payloads = std::vector<std::pair<std::string, std::string>>;  // format, payload

Payloads payloads_in(const std::string& text) {
  const std::string mark = "=== ";
  Payloads payloads;
  for (std::size_t at = text.find(mark); at != std::string::npos;) {
    const std::size_t line_end = text.find('\n', at);
    const std::size_t next = text.find("\n" + mark, line_end);
    const std::size_t end = next == std::string::npos ? text.size() - 1 : next;
    payloads.emplace_back(text.substr(at + mark.size(), line_end - at - mark.size()),
                          text.substr(line_end + 1, end - line_end - 1));
    at = next == std::string::npos ? next : next + 1;
  }
  return payloads;
}

std::string utf16_of_ascii(const std::string& text) {
  std::string utf16 = "\xff\xfe";
  for (const char c : text) {
    utf16 += c;
    utf16 += '\0';
  }
  return utf16;
}

// As a syslog listener in Berlin gets it; what has no syslog header comes by HTTP.
Json record_of(const std::string& message, const std::string& before) {
  const core::Result<core::TimeZone> zone = core::TimeZone::find("Europe/Berlin");
  REQUIRE(zone.ok());
  const core::Micros received = core::from_us(1'791'749'700'000'000);
  const bool by_syslog = message.size() > 1 && message[0] == '<' && message[1] >= '0' && message[1] <= '9';
  SyslogMessage header;
  if (by_syslog) header = parse_syslog(message, received, *zone);
  MessageContext context{.received = received, .input = "test", .peer = "golden"};
  context.zone = &*zone;
  if (by_syslog) {
    context.header = &header;
    context.fallback = {.time = header.timestamp, .host = header.hostname};
  }
  core::Counters counters;
  Taken taken = take_message(by_syslog ? header.msg : message, context, counters, before);
  INFO((taken.added.ok() ? "" : taken.added.error().message));
  CHECK(taken.added.ok());
  if (!before.empty()) taken.shown["registry"].erase(0);
  return std::move(taken.shown);
}

Json differences(const Json& xml, const Json& other) {
  const Json expected = xml.flatten();
  const Json actual = other.flatten();
  std::set<std::string> fields;
  for (const auto& item : expected.items()) fields.insert(item.key());
  for (const auto& item : actual.items()) fields.insert(item.key());
  Json found = Json::object();
  for (const std::string& field : fields) {
    const Json before = expected.contains(field) ? expected[field] : Json();
    const Json after = actual.contains(field) ? actual[field] : Json();
    if (before != after) found[field] = Json::array({before, after});
  }
  return found;
}

}  // namespace

TEST_CASE("golden: one event in every format") {
  const bool update = std::getenv("REGWARDEN_UPDATE_GOLDEN") != nullptr;
  std::set<std::filesystem::path> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(REGWARDEN_SOURCE_DIR "/tests/golden/formats")) {
    if (entry.path().extension() == ".txt") inputs.insert(entry.path());
  }
  REQUIRE(inputs.size() >= 10);
  for (const auto& input : inputs) {
    INFO(input.filename().string());
    Payloads payloads = payloads_in(file_text(input));
    std::string before;
    if (!payloads.empty() && payloads[0].first == "before") {
      before = payloads[0].second;
      payloads.erase(payloads.begin());
    }
    REQUIRE(payloads.size() >= 33);
    REQUIRE(payloads[0].first == "xml");
    payloads.emplace_back("xml-utf16", utf16_of_ascii(payloads[0].second));
    Json shown = {{"xml", record_of(payloads[0].second, before)}};
    for (std::size_t i = 1; i < payloads.size(); ++i) {
      INFO(payloads[i].first);
      const Json record = record_of(payloads[i].second, before);
      const std::size_t stored = record.contains("registry") ? record["registry"].size() : record["processes"].size();
      CHECK(stored == 1);
      CHECK(!record.contains("rejected"));
      shown[payloads[i].first] = differences(shown["xml"], record);
    }
    std::filesystem::path expected = input;
    expected.replace_extension(".json");
    const std::string actual = shown.dump(1) + "\n";
    if (update) std::ofstream(expected, std::ios::binary) << actual;
    CHECK(actual == file_text(expected));
  }
}

}  // namespace rw::ingest
