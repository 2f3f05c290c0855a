// What Sysmon logs of the registry by a configuration: a slow and obvious reading of its file. Written from Sysmon's
// own rule engine (rules.c, xml.cpp of github.com/Sysinternals/SysmonCommon, schema 4.50), and strict where that is
// lenient: what Sysmon might read in two ways is an error here.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rw::test {

struct SysmonRegistryEvent {
  int id = 13;                                // 12, 13, 14
  std::map<std::string, std::string> fields;  // EventType, Image, TargetObject, Details, NewName
};

class SysmonFilter {
 public:
  // Throws std::runtime_error for what is no configuration, or none that Sysmon would take.
  explicit SysmonFilter(const std::string& xml);

  bool logs(const SysmonRegistryEvent& written) const;
  bool logs_processes() const { return logs_processes_; }  // every one; else none
  std::size_t rules() const;

 private:
  struct Comparison {
    std::string field;
    std::string condition;
    std::string text;  // in lower case
  };
  // An element RegistryEvent: any of its rules, each a conjunction.
  struct Element {
    int event_id;  // the event whose fields it is read by: the first that has all that it names
    bool includes;
    std::vector<std::vector<Comparison>> rules;
  };

  // Of an event in lower case.
  static bool passes(const Comparison& comparison, const Element& element, const SysmonRegistryEvent& event);

  std::vector<Element> elements_;
  bool logs_processes_ = false;
};

}  // namespace rw::test
