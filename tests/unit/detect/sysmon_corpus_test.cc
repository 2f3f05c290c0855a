// The configuration for all shared detections over all recorded events: none that a detection looks for is lost, and
// few others are logged.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/detect/load.h"
#include "daemon/detect/search.h"
#include "daemon/detect/sysmon/configuration.h"
#include "daemon/detect/sysmon/xml.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/normalize/event_base.h"
#include "daemon/ingest/normalize/registry.h"
#include "tests/support/registry_fields.h"
#include "tests/support/sysmon_filter.h"
#include "tests/unit/detect/content_folder.h"

namespace rw::detect {
namespace {

struct Recorded {
  test::RegistryFields seen;  // by a search
  std::vector<test::SysmonRegistryEvent>
      written;  // as Sysmon wrote it: where its EventType got lost, each it can have been
  friend bool operator<(const Recorded& a, const Recorded& b) {
    return std::tie(a.seen, a.written.front().id, a.written.front().fields) <
           std::tie(b.seen, b.written.front().id, b.written.front().fields);
  }
};

using Fields = std::set<const cim::Field*>;

void add_fields_of(const Predicate& predicate, Fields& fields) {
  if (const auto* all = std::get_if<All>(&predicate.node)) {
    for (const Predicate& term : all->terms) add_fields_of(term, fields);
  } else if (const auto* any = std::get_if<Any>(&predicate.node)) {
    for (const Predicate& term : any->terms) add_fields_of(term, fields);
  } else if (const auto* negation = std::get_if<Not>(&predicate.node)) {
    add_fields_of(*negation->term, fields);
  } else if (const auto* matches = std::get_if<Matches>(&predicate.node)) {
    fields.insert(matches->field);
  } else {
    fields.insert(std::get<Exists>(predicate.node).field);
  }
}

// asked_for: fields that searches ask for. Without the others many events are one.
Recorded recorded(const cim::RegistryRecord& record, const Fields& asked_for) {
  static const std::set<std::string, std::less<>> kTypes = {"CreateKey", "DeleteKey", "DeleteValue",
                                                            "SetValue",  "RenameKey", "RenameValue"};
  Recorded out{test::fields_of(record), {}};
  const int id = static_cast<int>(record.source.event_id);
  test::SysmonRegistryEvent event{id, {}};
  for (const char* name : {"TargetObject", "Image", "Details", "NewName"}) {
    const auto found = out.seen.find(test::registry_field(name));
    if (found != out.seen.end()) event.fields[name] = found->second;
  }
  std::vector<std::string> types = {std::string(record.source.event_type)};
  if (!kTypes.contains(record.source.event_type)) {
    types = id == 13   ? std::vector<std::string>{"SetValue"}
            : id == 12 ? std::vector<std::string>{"CreateKey", "DeleteKey", "DeleteValue"}
                       : std::vector<std::string>{"RenameKey", "RenameValue"};
  }
  for (const std::string& type : types) {
    event.fields["EventType"] = type;
    out.written.push_back(event);
  }
  std::erase_if(out.seen, [&](const auto& item) { return !asked_for.contains(item.first); });
  return out;
}

// Plain or gzip.
std::vector<std::string> lines_of(const std::string& path) {
  gzFile file = ::gzopen(path.c_str(), "rb");
  INFO(path);
  REQUIRE(file != nullptr);
  std::vector<std::string> lines(1);
  std::array<char, 1 << 16> buffer;
  int size = 0;
  while ((size = ::gzread(file, buffer.data(), buffer.size())) > 0) {
    for (int i = 0; i < size; ++i) {
      const char c = buffer[static_cast<std::size_t>(i)];
      if (c != '\n') {
        lines.back() += c;
      } else if (!lines.back().empty()) {
        lines.emplace_back();
      }
    }
  }
  CHECK(::gzclose(file) == Z_OK);
  REQUIRE(size == 0);
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

// How often each registry event of Sysmon's was recorded.
std::map<Recorded, std::size_t> recorded_events(const Fields& asked_for) {
  std::map<Recorded, std::size_t> events;
  core::Arena arena;
  const auto empty = arena.mark();
  ingest::WindowsEvent event;
  std::string scratch;
  const auto add = [&](const std::string& payload) {
    arena.rewind(empty);
    const auto take = [&](std::string_view, const core::Result<void>& decoded) {
      if (!decoded.ok() || ingest::kind_of(event) != ingest::EventKind::kRegistry) return;
      cim::RegistryRecord record;
      ingest::fill_base(event, ingest::EventKind::kRegistry, {}, {}, event.computer, arena, scratch, record);
      REQUIRE(ingest::normalize_registry(event, arena, scratch, record).ok());
      ++events[recorded(record, asked_for)];
    };
    const core::TimeZone utc;
    static_cast<void>(ingest::decode_payload(payload, {.zone = &utc}, arena, event, take));  // some lines are no event
  };
  for (const char* folder : {"/corpus/nxlog-json", "/corpus/sysmon-xml", "/corpus/sigma-regression"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(REGWARDEN_SHARED_DIR + std::string(folder))) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".jsonl.gz") || name.ends_with(".xml.gz") || name.ends_with(".xml")) {
        std::size_t number = 0;
        for (const std::string& line : lines_of(entry.path().string())) {
          if (number++ % (REGWARDEN_SAMPLE * REGWARDEN_SAMPLE) == 0) add(line);
        }
      }
    }
  }
  return events;
}

// Of a configuration over the recorded events.
struct Outcome {
  std::size_t logged = 0;
  std::set<std::string> lose;  // detections that look for an event that is not logged
};

TEST_CASE("corpus: the Sysmon configuration of all shared detections loses no event that one looks for", "[sysmon]") {
  LoadOptions options;
  options.paths = {REGWARDEN_SHARED_DIR "/escu", REGWARDEN_SHARED_DIR "/sigma"};
  options.builtin = false;
  core::Problems problems;
  const auto catalogue = load(options, problems);
  const sysmon::Configuration whole = sysmon::configuration_for(*catalogue, false);
  REQUIRE(whole.unmappable.size() == 1);
  CHECK(whole.unmappable[0].detection == "Windows Registry Payload Injection");  // any value that is long
  CHECK(whole.detections == 304);
  CHECK(whole.of_registry.size() == 304);
  const test::SysmonFilter filters[] = {test::SysmonFilter(to_xml(whole)),
                                        test::SysmonFilter(to_xml(sysmon::configuration_for(*catalogue, true)))};

  std::vector<std::pair<std::string, const EventQuery*>> queries;
  Fields asked_for;
  for (const auto& detection : catalogue->detections()) {
    if (detection->state != DetectionState::kEnabled || !detection->search) continue;
    for (const EventQuery* query : detection->search->queries()) {
      if (query->dataset != cim::Dataset::kRegistry) continue;
      queries.emplace_back(detection->name, query);
      add_fields_of(query->where, asked_for);
    }
  }

  std::size_t all = 0;
  std::size_t wanted = 0;
  std::set<std::string> concerned;
  Outcome outcomes[2];
  for (const auto& [event, count] : recorded_events(asked_for)) {
    all += count;
    std::vector<std::string> wanted_by;
    for (const auto& [name, query] : queries) {
      if (test::passes(query->where, event.seen)) wanted_by.push_back(name);
    }
    concerned.insert(wanted_by.begin(), wanted_by.end());
    if (!wanted_by.empty()) wanted += count;
    for (std::size_t i = 0; i < 2; ++i) {
      // Of those that it can have been none may be lost; it counts as logged if any is.
      const auto is_logged = [&](const test::SysmonRegistryEvent& written) { return filters[i].logs(written); };
      if (std::ranges::any_of(event.written, is_logged)) outcomes[i].logged += count;
      if (wanted_by.empty() || std::ranges::all_of(event.written, is_logged)) continue;
      outcomes[i].lose.insert(wanted_by.begin(), wanted_by.end());
    }
  }
  CHECK(outcomes[0].lose == std::set<std::string>{});
  if (REGWARDEN_SAMPLE > 1) return;
  CHECK(all == 162'038);
  CHECK(wanted == 783);
  CHECK(concerned.size() == 62);
  CHECK(outcomes[0].logged == 54'997);
  // Without the one detection for which every value that is set must be logged.
  CHECK(outcomes[1].lose == std::set<std::string>{"Windows Registry Payload Injection"});
  CHECK(outcomes[1].logged == 20'819);
}

}  // namespace
}  // namespace rw::detect
