#include "tests/unit/sigma/world.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <sstream>
#include <utility>

#include "daemon/core/counters.h"
#include "daemon/detect/rows.h"
#include "daemon/ingest/pipeline.h"
#include "storage/writer.h"

namespace rw::test {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  }
  return out;
}

std::string event_xml(const std::string& provider, const std::string& channel, int event_id, std::uint64_t record_id,
                      const std::string& time, const std::string& computer, const EventFields& fields) {
  std::string xml = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='" +
                    provider + "'/><EventID>" + std::to_string(event_id) + "</EventID><TimeCreated SystemTime='" +
                    time + "'/><EventRecordID>" + std::to_string(record_id) + "</EventRecordID><Channel>" + channel +
                    "</Channel><Computer>" + computer + "</Computer></System><EventData>";
  for (const auto& [name, value] : fields) xml += "<Data Name='" + name + "'>" + escaped(value) + "</Data>";
  return xml + "</EventData></Event>";
}

}  // namespace

void World::payload(const std::string& text) {
  core::Counters counters;
  ingest::KeyDeletions key_deletions;
  auto session = store_.store().open_writer();
  REQUIRE(session.ok());
  storage::Writer writer(std::move(session).value(), {}, counters);
  ingest::Pipeline pipeline(writer, counters, key_deletions);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    REQUIRE(pipeline.add(line, {.received = core::from_us(0), .input = "test", .peer = "test"}).ok());
  }
  REQUIRE(pipeline.flush());
}

void World::sysmon(int event_id, const EventFields& fields, const std::string& time, const std::string& computer) {
  payload(event_xml("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational", event_id, ++record_id_, time,
                    computer, fields));
}

void World::security(int event_id, const EventFields& fields, const std::string& time) {
  payload(event_xml("Microsoft-Windows-Security-Auditing", "Security", event_id, ++record_id_, time, "ws1.corp.example",
                    fields));
}

detect::SearchResult World::run(const detect::Detection& detection, const cim::Window& window) {
  REQUIRE(detection.search != nullptr);
  auto result = detection.search->run({store_.reader(), store_.dialect(), window, core::TimeZone(), window.latest});
  if (!result.ok()) FAIL(result.error().message << "\n" << detection.search->explain_plan());
  return std::move(result).value();
}

std::int64_t World::matches(const std::string& yaml, const detect::sigma::Options& options) {
  INFO(yaml);
  const LoadedFiles loaded = load_files({{"rule.yml", yaml}}, options);
  CHECK(loaded.problems == std::vector<std::string>{});
  REQUIRE(loaded.catalogue->detections().size() == 1);
  return events_in(run(*loaded.catalogue->detections().front(), hour()));
}

cim::Window hour() { return window("2026-03-01T11:00:00Z", "2026-03-01T12:00:00Z"); }

LoadedFiles load_files(const std::vector<std::pair<std::string, std::string>>& files,
                       const detect::sigma::Options& options) {
  ContentFolder folder;
  for (const auto& [name, text] : files) folder.write(name, text);
  detect::LoadOptions load;
  load.paths = {folder.path()};
  load.builtin = false;
  load.sigma = options;
  core::Problems problems;
  LoadedFiles out;
  out.catalogue = detect::load(load, problems);
  out.problems = folder.rendered(problems);
  return out;
}

std::string rule(const std::string& detection, const std::string& category) {
  std::string out =
      "title: T\nid: 11111111-2222-4333-8444-555555555555\nlogsource:\n  product: windows\n  category: " + category +
      "\ndetection:\n";
  std::istringstream lines(detection);
  for (std::string line; std::getline(lines, line);) out += "  " + line + "\n";
  return out + "level: high\n";
}

std::vector<std::string> column(const detect::SearchResult& result, const std::string& name) {
  const auto& columns = result.table.columns;
  const auto found = std::find(columns.begin(), columns.end(), name);
  INFO(name);
  REQUIRE(found != columns.end());
  std::vector<std::string> out;
  for (const auto& row : result.table.rows) {
    out.push_back(detect::text_of(row[static_cast<std::size_t>(found - columns.begin())]));
  }
  return out;
}

std::int64_t events_in(const detect::SearchResult& result) {
  std::int64_t sum = 0;
  for (const std::string& count : column(result, "count")) sum += std::stoll(count);
  return sum;
}

}  // namespace rw::test
