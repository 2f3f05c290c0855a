// A daemon with events and detections that search for them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/detect/search.h"
#include "tests/unit/scheduler/daemon.h"

namespace rw::scheduler::test {

class SearchingDaemon : public Daemon {
 public:
  static storage::Batch event(std::string_view dest, std::string_view value_name, core::Micros time,
                              core::Micros received) {
    storage::Batch batch;
    cim::RegistryRecord record;
    record.time = time;
    record.received = received;
    record.source.computer = batch.arena.copy(dest);
    record.source.channel = "Microsoft-Windows-Sysmon/Operational";
    record.source.provider = "Microsoft-Windows-Sysmon";
    record.source.event_id = 13;
    record.action = cim::RegistryAction::kModified;
    record.key_name = R"(HKLM\Software\Test)";
    record.value_name = batch.arena.copy(value_name);
    record.user = "ann";
    batch.registry.push_back(record);
    return batch;
  }
  void add_event(std::string_view time, std::string_view dest, std::string_view value_name) {
    commit(event(dest, value_name, at(time), at(time)));
  }

  // Rows of dest, user and path.
  static detect::Plan search_for(std::string_view field, std::string_view value) {
    const auto of = [](std::string_view column) { return cim::find_field(cim::Dataset::kRegistry, column); };
    detect::Plan plan;
    plan.events.where = {detect::Matches{of(field), core::TextPattern::with_stars(value)}};
    for (const char* column : {"dest", "user", "registry_path"}) {
      plan.events.by.push_back({.column = column, .field = of(column)});
    }
    plan.events.aggregates = {
        {.counts_events = true, .column = "count"},
        {.function = detect::AggregateFunction::kMin, .field = of("_time"), .column = "firstTime"}};
    return plan;
  }
  void add_plan(std::string name, detect::Plan plan, std::string_view earliest = "-70m@m") {
    detect::Detection detection = named(std::move(name));
    detection.schedule.earliest_time = modifier(earliest);
    add_search(std::move(detection), detect::make_search(std::move(plan)));
  }
  // Looks for events whose field matches; `*` is a wildcard.
  void add_search_for(std::string name, std::string_view field, std::string_view value,
                      std::string_view earliest = "-70m@m") {
    add_plan(std::move(name), search_for(field, value), earliest);
  }
};

}  // namespace rw::scheduler::test
