#include "daemon/detect/escu.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>

#include "daemon/core/text.h"
#include "daemon/core/units.h"
#include "daemon/detect/annotations.h"
#include "daemon/detect/deployment.h"

namespace rw::detect {
namespace {

bool has(const yaml::Node& root, std::string_view key) { return root[key].present(); }
bool is_missing(const yaml::Node& node) { return !node.present() || node.is_null(); }

// Reads one file: each member function one part of it, problems gathered on the way.
class EscuReader {
 public:
  EscuReader(const yaml::Node& root, core::Problems& problems) : root_(root), problems_(problems) {}

  EscuDetection read(std::string_view file);

 private:
  void read_metadata();
  void read_tags();
  void read_rba(const yaml::Node& rba);
  void read_observables();
  void read_observable(const yaml::Node& observable, std::optional<std::int64_t> risk_score);
  std::optional<std::int64_t> tags_score();
  void read_throttling();
  void read_drilldowns();

  // A text that must be there. `expected` completes "KEY is missing: expected …".
  std::string required(const yaml::Node& parent, std::string_view key, std::string_view what,
                       std::string_view expected);
  std::string text(const yaml::Node& parent, std::string_view key, std::string_view what);
  std::vector<std::string> texts(const yaml::Node& parent, std::string_view key, std::string_view what);
  std::vector<yaml::Node> maps(const yaml::Node& parent, std::string_view key, std::string_view what);
  yaml::Node map(std::string_view key);
  // A whole number in [0, 100]; ESCU writes some as 25.0.
  std::optional<std::int64_t> score(const yaml::Node& node, std::string_view what);
  bool one_of(const yaml::Node& node, std::string_view what, std::string_view value,
              std::initializer_list<std::string_view> words, std::string_view expected);

  const yaml::Node& root_;
  core::Problems& problems_;
  EscuDetection result_;
  yaml::Node tags_;
};

std::string EscuReader::required(const yaml::Node& parent, std::string_view key, std::string_view what,
                                 std::string_view expected) {
  const yaml::Node node = parent[key];
  if (is_missing(node)) {
    parent.report(problems_, fmt::format("{} is missing: expected {}", what, expected));
    return {};
  }
  auto value = node.as_text(problems_, what);
  if (!value) return {};
  if (core::trim(*value).empty()) node.report(problems_, fmt::format("{} is empty: expected {}", what, expected));
  return std::move(*value);
}

std::string EscuReader::text(const yaml::Node& parent, std::string_view key, std::string_view what) {
  return parent[key].as_text(problems_, what).value_or("");
}

std::vector<std::string> EscuReader::texts(const yaml::Node& parent, std::string_view key, std::string_view what) {
  return parent[key].as_text_list(problems_, what).value_or(std::vector<std::string>{});
}

std::vector<yaml::Node> EscuReader::maps(const yaml::Node& parent, std::string_view key, std::string_view what) {
  const yaml::Node list = parent[key];
  if (is_missing(list)) return {};
  if (!list.is_list()) {
    list.report(problems_, fmt::format("{}: expected a list", what));
    return {};
  }
  std::vector<yaml::Node> out;
  for (const yaml::Node& item : list.items()) {
    if (item.is_map()) {
      out.push_back(item);
    } else {
      item.report(problems_, fmt::format("{}: expected a list of maps", what));
    }
  }
  return out;
}

yaml::Node EscuReader::map(std::string_view key) {
  yaml::Node node = root_[key];
  if (is_missing(node)) return {};
  if (node.is_map()) return node;
  node.report(problems_, fmt::format("{}: expected a map", key));
  return {};
}

std::optional<std::int64_t> EscuReader::score(const yaml::Node& node, std::string_view what) {
  const auto number = node.as_number(problems_, what);
  if (!number) return std::nullopt;
  // Written so that "not a number" fails it too.
  if (!(*number >= 0 && *number <= 100)) {
    node.report(problems_, fmt::format("{}: {}: expected 0 to 100", what, core::quoted(node.text())));
    return std::nullopt;
  }
  return std::llround(*number);
}

bool EscuReader::one_of(const yaml::Node& node, std::string_view what, std::string_view value,
                        std::initializer_list<std::string_view> words, std::string_view expected) {
  if (std::ranges::find(words, value) != words.end()) return true;
  node.report(problems_, fmt::format("{}: {}: expected {}", what, core::quoted(value), expected));
  return false;
}

void EscuReader::read_metadata() {
  Detection& d = result_.detection;
  d.name = required(root_, "name", "name", "the detection's name");
  d.id = required(root_, "id", "id", "a UUID that is this detection's alone");
  d.type = required(root_, "type", "type", kDetectionTypes);
  if (!d.type.empty())
    one_of(root_["type"], "type", d.type, {"TTP", "Anomaly", "Hunting", "Correlation", "Baseline"}, kDetectionTypes);
  d.search_text = required(root_, "search", "search", "SPL text");
  result_.name = place_of(root_["name"]);
  result_.id = place_of(root_["id"]);
  result_.search = place_of(root_["search"]);

  const yaml::Node version = root_["version"];
  if (const auto number = version.as_integer(problems_, "version")) {
    if (*number < 0 || *number > std::numeric_limits<int>::max()) {
      version.report(problems_, fmt::format("version: {}: expected 0 to {}", *number, std::numeric_limits<int>::max()));
    } else {
      d.version = static_cast<int>(*number);
    }
  }
  const yaml::Node status = root_["status"];
  result_.status = place_of(status);
  d.status = status.as_text(problems_, "status").value_or("");
  if (is_missing(status)) {
    d.status = "production";  // files that people write for themselves often leave it out
  } else if (status.is_scalar()) {
    one_of(status, "status", d.status, {"production", "experimental", "deprecated", "removed"},
           "production, experimental, deprecated or removed");
  }
  d.date = text(root_, "date", "date");
  d.author = text(root_, "author", "author");
  d.description = text(root_, "description", "description");
  d.how_to_implement = text(root_, "how_to_implement", "how_to_implement");
  d.known_false_positives = text(root_, "known_false_positives", "known_false_positives");
  d.references = texts(root_, "references", "references");
  d.data_source = texts(root_, "data_source", "data_source");
}

void EscuReader::read_tags() {
  Detection& d = result_.detection;
  d.analytic_story = texts(tags_, "analytic_story", "tags.analytic_story");
  d.mitre_attack_id = texts(tags_, "mitre_attack_id", "tags.mitre_attack_id");
  d.asset_type = text(tags_, "asset_type", "tags.asset_type");
  const yaml::Node domain = tags_["security_domain"];
  if (auto value = domain.as_text(problems_, "tags.security_domain")) {
    one_of(domain, "tags.security_domain", *value, {"endpoint", "access", "network", "threat", "identity", "audit"},
           "endpoint, access, network, threat, identity or audit");
    d.security_domain = std::move(*value);
  }
}

void EscuReader::read_rba(const yaml::Node& rba) {
  Detection& d = result_.detection;
  result_.severity_table = SeverityTable::kRba;
  d.risk_message = text(rba, "message", "rba.message");
  for (const yaml::Node& object : maps(rba, "risk_objects", "rba.risk_objects")) {
    RiskObject risk;
    risk.field = required(object, "field", "rba.risk_objects.field", "a column of the search's result");
    risk.type = required(object, "type", "rba.risk_objects.type", "system, user or other");
    if (!risk.type.empty()) {
      one_of(object["type"], "rba.risk_objects.type", risk.type, {"system", "user", "other"}, "system, user or other");
    }
    if (is_missing(object["score"])) {
      object.report(problems_, "rba.risk_objects.score is missing: expected 0 to 100");
    } else {
      risk.score = score(object["score"], "rba.risk_objects.score").value_or(0);
    }
    d.risk_objects.push_back(std::move(risk));
  }
  for (const yaml::Node& object : maps(rba, "threat_objects", "rba.threat_objects")) {
    ThreatObject threat;
    threat.field = required(object, "field", "rba.threat_objects.field", "a column of the search's result");
    threat.type = required(object, "type", "rba.threat_objects.type", "a type such as process_name or registry_path");
    d.threat_objects.push_back(std::move(threat));
  }
  d.severity = severity_of(SeverityTable::kRba, highest_score(d.risk_objects));
}

std::optional<std::int64_t> EscuReader::tags_score() {
  if (!is_missing(tags_["risk_score"])) return score(tags_["risk_score"], "tags.risk_score");
  const auto confidence = score(tags_["confidence"], "tags.confidence");
  const auto impact = score(tags_["impact"], "tags.impact");
  if (!confidence || !impact) return std::nullopt;
  return std::llround(static_cast<double>(*confidence * *impact) / 100.0);
}

// What an observable becomes, by role and type in lower case, tried in this order; contentctl's rule. What no row
// names is a risk object "other".
struct ObservableRow {
  std::string_view role;
  std::string_view type;         // empty: any
  std::string_view object_type;  // empty: the observable's own
};
constexpr std::array kObservables = {
    ObservableRow{"Victim", "user", "user"},
    ObservableRow{"Victim", "username", "user"},
    ObservableRow{"Victim", "email address", "user"},
    ObservableRow{"Victim", "device", "system"},
    ObservableRow{"Victim", "endpoint", "system"},
    ObservableRow{"Victim", "hostname", "system"},
    ObservableRow{"Victim", "ip address", "system"},
    ObservableRow{"Attacker", "process name", "process"},
    ObservableRow{"Attacker", "process", "process"},
    ObservableRow{"Attacker", "file name", "file_name"},
    ObservableRow{"Attacker", "file", "file_name"},
    ObservableRow{"Attacker", "file hash", "file_name"},
    ObservableRow{"Attacker", "ip address", "ip_address"},
    ObservableRow{"Attacker", "url string", "url"},
    ObservableRow{"Attacker", "url", "url"},
    ObservableRow{"Attacker", "", ""},
};

void EscuReader::read_observable(const yaml::Node& observable, std::optional<std::int64_t> risk_score) {
  Detection& d = result_.detection;
  std::string name = required(observable, "name", "tags.observable.name", "a column of the search's result");
  const std::string type =
      core::fold(required(observable, "type", "tags.observable.type", "a type such as Hostname, User or Process Name"));
  const auto roles = texts(observable, "role", "tags.observable.role");

  const auto row = std::ranges::find_if(kObservables, [&](const ObservableRow& candidate) {
    return (candidate.type.empty() || candidate.type == type) &&
           std::ranges::find(roles, candidate.role) != roles.end();
  });
  if (row != kObservables.end() && row->role == "Attacker") {
    d.threat_objects.push_back(
        {.field = std::move(name), .type = row->object_type.empty() ? type : std::string(row->object_type)});
    return;
  }
  if (!risk_score && is_missing(tags_["risk_score"])) {
    observable.report(problems_, "a risk object without a score: expected tags.risk_score, or confidence and impact");
  }
  d.risk_objects.push_back({.field = std::move(name),
                            .type = row == kObservables.end() ? "other" : std::string(row->object_type),
                            .score = risk_score.value_or(0)});
}

void EscuReader::read_observables() {
  Detection& d = result_.detection;
  const auto risk_score = tags_score();
  d.risk_message = text(tags_, "message", "tags.message");
  for (const yaml::Node& observable : maps(tags_, "observable", "tags.observable")) {
    read_observable(observable, risk_score);
  }
  // From ESCU 5 on neither is there, and a detection without risk objects belongs to that generation.
  result_.severity_table = risk_score || has(tags_, "observable") ? SeverityTable::kTags : SeverityTable::kRba;
  d.severity = severity_of(result_.severity_table, risk_score);
}

// contentctl's `tags.throttling`; its periods are whole seconds, minutes or hours.
void EscuReader::read_throttling() {
  constexpr std::string_view kPeriod = "tags.throttling.period";
  const yaml::Node throttling = tags_["throttling"];
  if (is_missing(throttling)) return;
  if (!throttling.is_map()) {
    throttling.report(problems_, "tags.throttling: expected a map of fields and period");
    return;
  }
  Throttle throttle;
  throttle.fields = texts(throttling, "fields", "tags.throttling.fields");
  if (throttle.fields.empty()) {
    throttling.report(problems_, "tags.throttling.fields: expected a list of columns of the search's result");
  }
  const std::string period = required(throttling, "period", kPeriod, "a time such as 24h");
  if (period.empty()) return;
  const auto parsed = core::parse_duration(period);
  if (!parsed.ok() || *parsed < std::chrono::seconds(1) || *parsed > kLongestThrottle) {
    throttling["period"].report(problems_,
                                fmt::format("{}: {}: expected 1s to 366d, such as 24h", kPeriod, core::quoted(period)));
    return;
  }
  throttle.period = *parsed;
  result_.detection.throttles.push_back(std::move(throttle));
}

void EscuReader::read_drilldowns() {
  constexpr std::string_view kOriginal = "%original_detection_search%";
  Detection& d = result_.detection;
  for (const yaml::Node& node : maps(root_, "drilldown_searches", "drilldown_searches")) {
    Drilldown drilldown;
    drilldown.name = required(node, "name", "drilldown_searches.name", "a title");
    drilldown.search = required(node, "search", "drilldown_searches.search", "SPL text");
    if (const auto at = drilldown.search.find(kOriginal); at != std::string::npos) {
      drilldown.search.replace(at, kOriginal.size(), d.search_text);
    }
    const auto offset = [&](std::string_view key, std::string fallback) {
      auto value = node[key].as_text(problems_, fmt::format("drilldown_searches.{}", key));
      return value ? std::move(*value) : std::move(fallback);
    };
    drilldown.earliest_offset = offset("earliest_offset", "$info_min_time$");
    drilldown.latest_offset = offset("latest_offset", "$info_max_time$");
    d.drilldowns.push_back(std::move(drilldown));
  }
}

EscuDetection EscuReader::read(std::string_view file) {
  Detection& d = result_.detection;
  d.file = file;
  const std::string_view builtin = "builtin:";
  d.stem = std::filesystem::path(file.starts_with(builtin) ? file.substr(builtin.size()) : file).stem().string();
  read_metadata();
  tags_ = map("tags");
  read_tags();
  if (const yaml::Node rba = map("rba"); rba.present()) {
    read_rba(rba);
  } else {
    read_observables();
  }
  if (d.risk_message.empty()) d.risk_message = d.name;
  if ((d.type == "TTP" || d.type == "Anomaly") && d.risk_objects.empty() && !core::has_errors(problems_)) {
    root_.report(problems_, fmt::format("a detection of type {} without risk objects makes no risk events", d.type),
                 core::Severity::kWarning);
  }
  read_throttling();
  read_drilldowns();
  if (const yaml::Node deployment = map("deployment"); deployment.present()) {
    result_.deployment = parse_own_deployment(deployment, problems_);
  }
  d.annotations = annotations_json(d, texts(tags_, "cve", "tags.cve"));
  return std::move(result_);
}

}  // namespace

EscuKind escu_kind(const yaml::Node& root) {
  if (!root.is_map()) return EscuKind::kUnknown;
  const auto has_any = [&root](std::initializer_list<std::string_view> keys) {
    return std::ranges::any_of(keys, [&root](std::string_view key) { return has(root, key); });
  };
  if (!has(root, "search")) {
    if (has(root, "definition")) return EscuKind::kMacro;
    if (has_any({"scheduling", "alert_action"})) return EscuKind::kDeployment;
    if (has_any({"lookup_type", "filename", "default_match", "match_type"})) return EscuKind::kLookup;
    if (has_any({"narrative", "collection", "sourcetype", "playbook", "playbook_type"})) {
      return EscuKind::kNeighbour;
    }
  } else if (root["type"].text() == "Investigation") {
    return EscuKind::kNeighbour;
  }
  if (has_any({"search", "type", "tags", "rba", "how_to_implement", "known_false_positives", "data_source"})) {
    return EscuKind::kDetection;
  }
  return EscuKind::kUnknown;
}

std::optional<EscuDetection> parse_escu(const yaml::Node& root, std::string_view file, core::Problems& problems) {
  core::Problems found;
  EscuDetection detection = EscuReader(root, found).read(file);
  const bool failed = core::has_errors(found);
  problems.insert(problems.end(), found.begin(), found.end());
  if (failed) return std::nullopt;
  return detection;
}

std::string severity_of(SeverityTable table, std::optional<std::int64_t> risk_score) {
  if (table == SeverityTable::kTags) {
    if (!risk_score) return "low";
    return *risk_score >= 80 ? "high" : *risk_score >= 50 ? "medium" : "low";
  }
  if (!risk_score) return "high";
  if (*risk_score <= 20) return "informational";
  if (*risk_score <= 40) return "low";
  if (*risk_score <= 60) return "medium";
  return *risk_score <= 80 ? "high" : "critical";
}

std::optional<std::int64_t> highest_score(const std::vector<RiskObject>& risk_objects) {
  std::optional<std::int64_t> highest;
  for (const RiskObject& object : risk_objects) highest = std::max(highest.value_or(object.score), object.score);
  return highest;
}

}  // namespace rw::detect
