// What Sysmon must log so that the enabled detections see every event that concerns them, and little else. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "daemon/detect/catalogue.h"
#include "daemon/detect/sysmon/rule.h"

namespace rw::detect::sysmon {

// A rule and the detections, by name, that need it or one that it includes.
struct ServedRule {
  Rule rule;
  std::vector<std::string> detections;
};

// A detection with a filter that says nothing of process and data, and of the key no more than that it is in a hive or
// below SOFTWARE, say.
struct Unmappable {
  std::string detection;
  std::string file;
  std::string where;  // the filter, for people; empty: it lets every event pass
};

struct Configuration {
  std::size_t detections = 0;                       // that are enabled
  std::vector<std::string> of_processes;            // those that read process events
  std::vector<std::string> of_registry;             // those that read registry events
  std::vector<std::string> of_other_registry_logs;  // of these, those that no registry event of Sysmon's concerns
  std::vector<Unmappable> unmappable;
  bool leaves_out_unmappable = false;
  // For registry events; an empty rule, then the only one: all of them. No rule implies another.
  std::vector<ServedRule> rules;
};

// leave_out_unmappable: without the rules that unmappable detections would need.
Configuration configuration_for(const Catalogue& catalogue, bool leave_out_unmappable);

}  // namespace rw::detect::sysmon
