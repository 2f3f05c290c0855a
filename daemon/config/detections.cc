#include "daemon/config/detections.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/core/time_modifier.h"
#include "daemon/scheduler/cron.h"

namespace rw::config {
namespace {

constexpr unsigned kMostWindowMinutes = 44'640;  // 31 days, as savedsearches.conf has it

std::optional<std::string> read_cron_schedule(Section& section) {
  auto written = section.text("cron_schedule", "five cron fields");
  if (!written) return std::nullopt;
  const auto cron = scheduler::Cron::parse(*written);
  if (cron.ok()) return written;
  section.context().report(section.node()["cron_schedule"], section.name_of("cron_schedule"), cron.error());
  return std::nullopt;
}

std::optional<core::TimeModifier> read_time(Section& section, std::string_view key) {
  const auto written = section.text(key, "a time such as -70m@m");
  if (!written) return std::nullopt;
  auto time = core::TimeModifier::parse(*written);
  if (time.ok()) return std::move(time).value();
  section.context().report(section.node()[key], section.name_of(key), time.error());
  return std::nullopt;
}

std::optional<std::string> read_schedule_window(Section& section) {
  auto written = section.text("schedule_window", "auto or minutes");
  if (!written || *written == "auto") return written;
  unsigned minutes = 0;
  const char* end = written->data() + written->size();
  const auto [read_to, error] = std::from_chars(written->data(), end, minutes);
  if (error == std::errc() && read_to == end && minutes <= kMostWindowMinutes) return std::to_string(minutes);
  section.context().report(
      section.node()["schedule_window"], section.name_of("schedule_window"),
      fmt::format("{}: expected auto or 0 to {} (minutes)", core::quoted(*written), kMostWindowMinutes));
  return std::nullopt;
}

// earliest_time must come before latest_time. What one detection leaves open may stand in `defaults`; what both leave
// open stands in the detection's file. Tried at one noon, so that a snap to the day is not just then at its edge.
void check_window(Section& section, const detect::Settings& settings, const detect::Settings& defaults) {
  const auto& earliest = settings.earliest_time ? settings.earliest_time : defaults.earliest_time;
  const auto& latest = settings.latest_time ? settings.latest_time : defaults.latest_time;
  if ((!settings.earliest_time && !settings.latest_time) || !earliest || !latest) return;
  const core::TimeZone& zone = section.context().zone;
  const core::Micros noon = zone.to_utc({.year = 2024, .month = 10, .day = 24, .hour = 12, .minute = 0, .second = 7});
  if (earliest->apply(noon, zone) < latest->apply(noon, zone)) return;
  section.context().report(
      section.node()[settings.latest_time ? "latest_time" : "earliest_time"], section.name(),
      fmt::format("earliest_time {} is not before latest_time {}", earliest->text(), latest->text()));
}

// `suppress: {fields: [dest], period: 24h}`; a period of 0 takes that of the detection's file away.
std::optional<detect::Throttle> read_suppress(Section& parent) {
  Section section(parent.context(), parent.map("suppress"), parent.name_of("suppress"));
  if (!section.node().present()) return std::nullopt;
  detect::Throttle throttle;
  const yaml::Node fields = section.value("fields", "a list of columns of the search's result");
  if (const auto names = fields.as_text_list(section.context().problems, section.name_of("fields"))) {
    throttle.fields = *names;
    for (const std::string& name : *names) {
      if (name.empty()) section.context().report(fields, section.name_of("fields"), "'': expected a column");
    }
  }
  section.duration("period", throttle.period, std::chrono::microseconds(0),
                   std::chrono::microseconds(detect::kLongestThrottle));
  section.require("period", "a time such as 24h");
  // Without fields one finding holds back all others: that must be said in so many words.
  if (throttle.period.count() > 0) section.require("fields", "a list of columns ([]: all rows are the same)");
  section.finish();
  return throttle;
}

detect::Settings read_settings(Section& section, const detect::Settings& defaults) {
  detect::Settings settings;
  settings.enabled = section.boolean("enabled");
  settings.cron_schedule = read_cron_schedule(section);
  settings.earliest_time = read_time(section, "earliest_time");
  settings.latest_time = read_time(section, "latest_time");
  settings.schedule_window = read_schedule_window(section);
  if (const auto score = section.count("risk_score", 0, 100)) settings.risk_score = static_cast<std::int64_t>(*score);
  settings.creates_risk = section.boolean("creates_risk");
  settings.creates_notable = section.boolean("creates_notable");
  settings.severity = section.severity("severity");
  settings.suppress = read_suppress(section);
  section.finish();
  check_window(section, settings, defaults);
  return settings;
}

void read_overrides(Section& overrides, detect::LoadOptions& options) {
  for (const auto& entry : overrides.node().entries()) {
    Context& context = overrides.context();
    Section section(context, entry.value, fmt::format("{}.{}", overrides.name(), core::quoted(entry.key)));
    if (entry.key.empty())
      context.report(entry.key_node, overrides.name(), "expected the name of a detection, found ''");
    options.overrides.push_back({entry.key, read_settings(section, options.defaults), entry.key_node.file(),
                                 entry.key_node.line(), entry.key_node.col()});
  }
}

void read_sigma(Section& sigma, detect::sigma::Options& options) {
  set(options.halve_experimental, sigma.boolean("halve_experimental"));
  const yaml::Node placeholders = sigma.map("placeholders");
  core::Problems& problems = sigma.context().problems;
  for (const auto& entry : placeholders.entries()) {
    const std::string name = fmt::format("{}.{}", sigma.name_of("placeholders"), entry.key);
    const auto texts = entry.value.as_text_list(problems, name);
    if (texts && !texts->empty()) {
      options.placeholders[entry.key] = *texts;
    } else if (texts || !entry.value.present() || entry.value.is_null()) {
      sigma.context().report(entry.key_node, name, "expected a list of texts");
    }
  }
  sigma.finish();
}

}  // namespace

void read_detections(Section& detections, detect::LoadOptions& options) {
  if (auto paths = detections.paths("paths")) options.paths = *std::move(paths);
  if (auto macros = detections.paths("macros")) options.macros = *std::move(macros);
  set(options.builtin, detections.boolean("builtin"));
  Section sigma(detections.context(), detections.map("sigma"), detections.name_of("sigma"));
  read_sigma(sigma, options.sigma);
  Section defaults(detections.context(), detections.map("defaults"), detections.name_of("defaults"));
  options.defaults = read_settings(defaults, {});
  Section overrides(detections.context(), detections.map("overrides"), detections.name_of("overrides"));
  read_overrides(overrides, options);
  detections.finish();
}

}  // namespace rw::config
