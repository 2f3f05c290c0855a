#include "tests/support/sysmon_filter.h"

#include <algorithm>
#include <pugixml.hpp>
#include <set>
#include <stdexcept>

namespace rw::test {
namespace {

using Names = std::vector<std::string>;

// The fields by their place, as in the manifest.
const Names& fields_of(int event_id) {
  static const Names kKey = {"RuleName", "EventType", "UtcTime", "ProcessGuid", "ProcessId", "Image", "TargetObject"};
  static const Names kValue = {"RuleName",  "EventType", "UtcTime",      "ProcessGuid",
                               "ProcessId", "Image",     "TargetObject", "Details"};
  static const Names kRename = {"RuleName",  "EventType", "UtcTime",      "ProcessGuid",
                                "ProcessId", "Image",     "TargetObject", "NewName"};
  return event_id == 12 ? kKey : event_id == 13 ? kValue : kRename;
}

std::size_t place_of(const std::string& field, int event_id) {
  const Names& fields = fields_of(event_id);
  return static_cast<std::size_t>(std::find(fields.begin(), fields.end(), field) - fields.begin());
}

// As towlower() of the C locale.
std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

void need(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("sysmon configuration: " + what);
}

bool is_comment_or_blank(const pugi::xml_node& node) {
  return node.type() == pugi::node_comment || (node.type() == pugi::node_pcdata && std::string(node.value()).empty());
}

}  // namespace

SysmonFilter::SysmonFilter(const std::string& xml) {
  pugi::xml_document document;
  const auto read = document.load_buffer(xml.data(), xml.size(),
                                         pugi::parse_default | pugi::parse_comments | pugi::parse_ws_pcdata_single);
  need(static_cast<bool>(read), read.description());
  // pugixml lets more pass in comments than XML allows.
  struct Comments : pugi::xml_tree_walker {
    bool for_each(pugi::xml_node& node) override {
      if (node.type() != pugi::node_comment) return true;
      const std::string text = node.value();
      need(text.find("--") == std::string::npos && !text.ends_with('-'), "two dashes in a comment");
      return true;
    }
  } comments;
  document.traverse(comments);
  for (const char c : xml) need(static_cast<unsigned char>(c) >= 0x20 || c == '\n', "a control character");

  const pugi::xml_node root = document.child("Sysmon");
  need(std::string(root.attribute("schemaversion").value()) == "4.50", "its version");
  std::set<std::string> seen;
  for (const pugi::xml_node& group : root.child("EventFiltering").children()) {
    if (is_comment_or_blank(group)) continue;
    need(std::string(group.name()) == "RuleGroup", group.name());
    need(std::string(group.attribute("groupRelation").value()) == "or", "the relation of a group");
    for (const pugi::xml_node& event : group.children()) {
      if (is_comment_or_blank(event)) continue;
      const std::string name = event.name();
      const std::string on_match = event.attribute("onmatch").value();
      need(on_match == "include" || on_match == "exclude", "onmatch");
      need(seen.insert(name).second || name == "RegistryEvent", name + " twice");
      if (name != "RegistryEvent") need(event.first_child().empty(), "a filter of " + name);
      if (name == "ProcessCreate") logs_processes_ = on_match == "exclude";
      if (name != "RegistryEvent") continue;
      Element element{0, on_match == "include", {}};
      const auto comparison_of = [](const pugi::xml_node& node) {
        Comparison comparison{node.name(), node.attribute("condition").value(), lower(node.child_value())};
        const std::string& text = comparison.text;
        static const std::set<std::string> kConditions = {"is", "begin with", "end with", "contains"};
        need(kConditions.contains(comparison.condition), "condition " + comparison.condition);
        need(!text.empty() && text.front() != ' ' && text.back() != ' ', "a blank at an end of '" + text + "'");
        need(text.find('%') == std::string::npos, "an environment variable in " + text);
        need(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }), "letters of " + text);
        return comparison;
      };
      for (const pugi::xml_node& node : event.children()) {
        if (is_comment_or_blank(node)) continue;
        std::vector<Comparison>& rule = element.rules.emplace_back();
        if (std::string(node.name()) != "Rule") {
          rule.push_back(comparison_of(node));
          continue;
        }
        need(std::string(node.attribute("groupRelation").value()) == "and", "the relation of a rule");
        for (const pugi::xml_node& each : node.children()) {
          if (!is_comment_or_blank(each)) rule.push_back(comparison_of(each));
        }
        need(rule.size() > 1, "a rule of one condition");
      }
      for (const int event_id : {14, 13, 12}) {
        const bool has_all = std::all_of(element.rules.begin(), element.rules.end(), [&](const auto& rule) {
          return std::all_of(rule.begin(), rule.end(), [&](const Comparison& comparison) {
            return place_of(comparison.field, event_id) < fields_of(event_id).size();
          });
        });
        if (has_all) element.event_id = event_id;
      }
      need(element.event_id != 0, "no event has all fields of a RegistryEvent");
      elements_.push_back(std::move(element));
    }
  }
  for (const char* name : {"ProcessCreate", "RegistryEvent", "NetworkConnect", "FileCreate", "ProcessTampering"}) {
    need(seen.contains(name), std::string(name) + " is missing");
  }
}

bool SysmonFilter::passes(const Comparison& comparison, const Element& element, const SysmonRegistryEvent& event) {
  // The place counts: it must be the same field in the event that the element was read by, and in this one.
  const std::size_t place = place_of(comparison.field, element.event_id);
  const Names& fields = fields_of(event.id);
  if (place >= fields.size() || fields[place] != comparison.field) return false;
  const auto found = event.fields.find(comparison.field);
  static const std::string kAbsent;
  const std::string& value = found == event.fields.end() ? kAbsent : found->second;
  if (comparison.condition == "is") return value == comparison.text;
  if (comparison.condition == "begin with") return value.starts_with(comparison.text);
  if (comparison.condition == "end with") return value.ends_with(comparison.text);
  return value.find(comparison.text) != std::string::npos;
}

bool SysmonFilter::logs(const SysmonRegistryEvent& written) const {
  SysmonRegistryEvent event = written;
  for (auto& [name, text] : event.fields) text = lower(text);
  const auto matches = [&](const Element& element) {
    return std::any_of(element.rules.begin(), element.rules.end(), [&](const auto& rule) {
      return std::all_of(rule.begin(), rule.end(),
                         [&](const Comparison& comparison) { return passes(comparison, element, event); });
    });
  };
  for (const bool includes : {false, true}) {
    for (const Element& element : elements_) {
      if (element.includes == includes && matches(element)) return includes;
    }
  }
  return elements_.size() == 1 && !elements_.front().includes;
}

std::size_t SysmonFilter::rules() const {
  std::size_t rules = 0;
  for (const Element& element : elements_) rules += element.rules.size();
  return rules;
}

}  // namespace rw::test
