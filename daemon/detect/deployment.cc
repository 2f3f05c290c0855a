#include "daemon/detect/deployment.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/core/text.h"
#include "daemon/core/time_modifier.h"

namespace rw::detect {
namespace {

core::TimeModifier modifier(std::string_view text) { return core::TimeModifier::parse(text).value(); }

Deployment row(std::string type, bool creates_risk, bool creates_notable) {
  Deployment deployment;
  deployment.type = std::move(type);
  deployment.schedule.earliest_time = modifier("-70m@m");
  deployment.schedule.latest_time = modifier("-10m@m");
  deployment.creates_risk = creates_risk;
  deployment.creates_notable = creates_notable;
  return deployment;
}

// The form only; the scheduler, which knows cron, checks the numbers.
bool looks_like_cron(std::string_view text) {
  int fields = 0;
  bool in_field = false;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank && std::string_view("0123456789*/,-").find(c) == std::string_view::npos) return false;
    if (!blank && !in_field) ++fields;
    in_field = !blank;
  }
  return fields == 5;
}

bool is_schedule_window(std::string_view text) {
  return text == "auto" ||
         (!text.empty() && text.size() <= 6 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }));
}

void read_time(const yaml::Node& scheduling, std::string_view key, core::TimeModifier& time, core::Problems& problems) {
  const yaml::Node node = scheduling[key];
  const auto text = node.as_text(problems, fmt::format("scheduling.{}", key));
  if (!text) {
    if (!node.present() || node.is_null()) {
      scheduling.report(problems, fmt::format("scheduling.{} is missing: expected a time such as -70m@m", key));
    }
    return;
  }
  auto parsed = core::TimeModifier::parse(*text);
  if (parsed.ok()) {
    time = std::move(parsed).value();
  } else {
    node.report(problems, fmt::format("scheduling.{}: {}", key, parsed.error().message));
  }
}

void read_schedule(const yaml::Node& scheduling, Schedule& schedule, core::Problems& problems) {
  const yaml::Node cron = scheduling["cron_schedule"];
  if (!cron.present() || cron.is_null()) {
    scheduling.report(problems, "scheduling.cron_schedule is missing: expected five cron fields such as '0 * * * *'");
  } else if (auto text = cron.as_text(problems, "scheduling.cron_schedule")) {
    if (looks_like_cron(*text)) {
      schedule.cron_schedule = std::move(*text);
    } else {
      cron.report(problems, fmt::format("scheduling.cron_schedule: {}: expected five cron fields such as '0 * * * *'",
                                        core::quoted(*text)));
    }
  }
  read_time(scheduling, "earliest_time", schedule.earliest_time, problems);
  read_time(scheduling, "latest_time", schedule.latest_time, problems);
  const yaml::Node window = scheduling["schedule_window"];
  if (auto text = window.as_text(problems, "scheduling.schedule_window")) {
    if (is_schedule_window(*text)) {
      schedule.schedule_window = std::move(*text);
    } else {
      window.report(problems, fmt::format("scheduling.schedule_window: {}: expected auto or a number of minutes",
                                          core::quoted(*text)));
    }
  }
}

// A child that must be a map where it is there. An absent node otherwise.
yaml::Node map_child(const yaml::Node& parent, std::string_view key, std::string_view what, core::Problems& problems) {
  yaml::Node node = parent[key];
  if (!node.present() || node.is_null()) return {};
  if (node.is_map()) return node;
  node.report(problems, fmt::format("{}: expected a map", what));
  return {};
}

void read_actions(const yaml::Node& actions, Deployment& deployment, core::Problems& problems) {
  const yaml::Node notable = map_child(actions, "notable", "alert_action.notable", problems);
  deployment.creates_notable = notable.present();
  if (auto title = notable["rule_title"].as_text(problems, "alert_action.notable.rule_title")) {
    deployment.rule_title = std::move(*title);
  }
  if (auto text = notable["rule_description"].as_text(problems, "alert_action.notable.rule_description")) {
    deployment.rule_description = std::move(*text);
  }
  if (auto fields = notable["nes_fields"].as_text_list(problems, "alert_action.notable.nes_fields")) {
    deployment.nes_fields = std::move(*fields);
  }
  const yaml::Node rba = map_child(actions, "rba", "alert_action.rba", problems);
  deployment.creates_risk = rba["enabled"].as_bool(problems, "alert_action.rba.enabled").value_or(false);
}

// In one pass, so that what a description says is never filled again.
std::string filled(std::string_view text, const Detection& detection) {
  constexpr std::string_view kName = "%name%";
  constexpr std::string_view kDescription = "%description%";
  std::string out;
  while (!text.empty()) {
    if (text.starts_with(kName)) {
      out += detection.name;
      text.remove_prefix(kName.size());
    } else if (text.starts_with(kDescription)) {
      out += detection.description;
      text.remove_prefix(kDescription.size());
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

Deployments Deployments::builtin() {
  Deployments table;
  table.rows_ = {row("TTP", true, true), row("Anomaly", true, false), row("Hunting", false, false),
                 row("Correlation", false, true), row("Baseline", false, false)};
  Schedule& baseline = table.rows_.back().schedule;
  baseline.cron_schedule = "10 0 * * *";
  baseline.earliest_time = modifier("-1450m@m");
  return table;
}

const Deployment* Deployments::find(std::string_view type) const {
  const auto it = std::ranges::find(rows_, type, &Deployment::type);
  return it == rows_.end() ? nullptr : &*it;
}

void Deployments::replace(Deployment deployment) {
  const auto it = std::ranges::find(rows_, deployment.type, &Deployment::type);
  if (it != rows_.end()) *it = std::move(deployment);
}

namespace {

void read_body(const yaml::Node& root, Deployment& deployment, core::Problems& problems) {
  deployment.file = root.file();
  const yaml::Node scheduling = map_child(root, "scheduling", "scheduling", problems);
  if (scheduling.present()) {
    read_schedule(scheduling, deployment.schedule, problems);
  } else if (!root["scheduling"].present() || root["scheduling"].is_null()) {
    root.report(problems, "scheduling is missing: expected cron_schedule, earliest_time and latest_time");
  }
  read_actions(map_child(root, "alert_action", "alert_action", problems), deployment, problems);
}

// nullopt when there is an error among what was found.
std::optional<Deployment> sound(Deployment deployment, const core::Problems& found, core::Problems& problems) {
  const bool failed = core::has_errors(found);
  problems.insert(problems.end(), found.begin(), found.end());
  if (failed) return std::nullopt;
  return deployment;
}

}  // namespace

std::optional<Deployment> parse_own_deployment(const yaml::Node& node, core::Problems& problems) {
  core::Problems found;
  Deployment deployment;
  read_body(node, deployment, found);
  return sound(std::move(deployment), found, problems);
}

std::optional<Deployment> parse_deployment(const yaml::Node& root, core::Problems& problems) {
  core::Problems found;
  Deployment deployment;
  const yaml::Node type = root["type"];
  if (!type.present() || type.is_null()) {
    root.report(found, fmt::format("type is missing: expected {}", kDetectionTypes));
  } else if (auto text = type.as_text(found, "type")) {
    if (Deployments::builtin().find(*text) == nullptr) {
      type.report(found, fmt::format("type: {}: expected {}", core::quoted(*text), kDetectionTypes));
    }
    deployment.type = std::move(*text);
  }
  read_body(root, deployment, found);
  return sound(std::move(deployment), found, problems);
}

void apply(const Deployment& deployment, Detection& detection) {
  detection.schedule = deployment.schedule;
  detection.creates_risk = deployment.creates_risk;
  detection.creates_notable = deployment.creates_notable;
  // contentctl's savedsearches template puts the prefix before whatever title the deployment has.
  detection.rule_title = (detection.type == "Correlation" ? "RBA: " : "") + filled(deployment.rule_title, detection);
  detection.rule_description = filled(deployment.rule_description, detection);
  detection.nes_fields = deployment.nes_fields;
}

}  // namespace rw::detect
