// doctor: what has come of late: events, runs of detections, messages about findings.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/cli/doctor.h"
#include "daemon/cli/listening.h"
#include "daemon/cli/render.h"
#include "daemon/core/units.h"
#include "daemon/scheduler/due.h"
#include "daemon/scheduler/health.h"
#include "daemon/scheduler/health_watch.h"

namespace rw::cli {
namespace {

constexpr std::string_view kEvents = "events";
constexpr std::string_view kRuns = "runs";
constexpr std::string_view kNotify = "notifications";
constexpr std::size_t kMostShown = 10;
constexpr std::chrono::hours kQuiet{1};      // without an event from anybody
constexpr std::chrono::minutes kBehind{15};  // a daemon that runs owes no window for so long
constexpr std::int64_t kMostAttempts = 3;    // as the daemon's own watch: then a channel fails
constexpr int kMessagesLookedAt = 100;

std::string seconds_of(core::Micros time) {
  return core::format_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

std::string ago(core::Micros time, core::Micros now) {
  const auto passed = std::chrono::floor<std::chrono::minutes>(now - time);
  if (passed < std::chrono::hours(2)) return fmt::format("{} min ago", passed.count());
  if (passed < std::chrono::hours(48)) return fmt::format("{} h ago", passed.count() / 60);
  return fmt::format("{} days ago", passed.count() / (60 * 24));
}

void unreadable(const Patient& patient, std::string_view check, const core::Error& error, Findings& findings) {
  findings.problem(check, "the database cannot be read: " + core::render(error),
                   "regwarden db check" + config_argument(patient));
}

struct Owed {
  std::string detection;
  std::size_t runs = 0;
  core::Micros oldest;
};

// The enabled detections of the ledger whose windows are due and not searched, the longest owed first.
std::vector<Owed> owed_by(const Patient& patient, const std::vector<storage::LedgerEntry>& ledger) {
  std::vector<Owed> owed;
  for (const storage::LedgerEntry& entry : ledger) {
    const auto detection = patient.catalogue->find(entry.detection_id);
    if (!detection || detection->state != detect::DetectionState::kEnabled) continue;
    const auto cron = scheduler::Cron::parse(detection->schedule.cron_schedule);
    if (!cron.ok()) continue;
    const auto runs = scheduler::owed_runs(*cron, detection->schedule, entry.served_until, patient.now,
                                           patient.config.scheduler.catch_up, patient.config.time_zone);
    if (!runs.empty()) owed.push_back({detection->name, runs.size(), runs.front().scheduled_time});
  }
  std::ranges::sort(owed, {}, &Owed::oldest);
  return owed;
}

void judge_owed(const Patient& patient, std::vector<Owed> owed, Findings& findings) {
  // The tick that is due just now is being searched.
  if (patient.process) std::erase_if(owed, [&](const Owed& one) { return one.oldest > patient.now - kBehind; });
  if (owed.empty()) return;
  std::size_t runs = 0;
  for (const Owed& one : owed) runs += one.runs;
  const std::string what = fmt::format("{} windows of {} detections are not searched yet, the oldest of {} ({})", runs,
                                       owed.size(), seconds_of(owed.front().oldest), owed.front().detection);
  if (patient.process) {
    findings.warning(kRuns, what + ": the daemon is behind",
                     "journalctl -u regwarden says what holds it up; more scheduler.threads help where it is the load");
  } else {
    findings.warning(kRuns, what,
                     fmt::format("systemctl start regwarden: it searches those of the last {}; older ones: regwarden "
                                 "backfill",
                                 core::format_duration(patient.config.scheduler.catch_up)));
  }
}

std::string value_text(const storage::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string() : *text;
}

// What the messages in the store say of a channel; the daemon itself knows no more after a start.
std::optional<scheduler::FailingNotifications> failing_channel(const storage::Table& table,
                                                               const std::string& channel) {
  const auto column = [&](std::string_view name) { return column_of(table.columns, name); };
  bool newest_ended = true;
  for (const auto& row : table.rows) {  // the newest first
    const std::string state = value_text(row[column("state")]);
    const auto* attempts = std::get_if<std::int64_t>(&row[column("attempts")]);
    const bool is_stuck = state == "waiting" && attempts != nullptr && *attempts >= kMostAttempts;
    const bool is_lost = newest_ended && (state == "failed" || state == "given_up");
    if (state != "waiting") newest_ended = false;
    if (!is_stuck && !is_lost) continue;
    return scheduler::FailingNotifications{channel, core::from_us(std::get<std::int64_t>(row[column("time")])),
                                           value_text(row[column("error")])};
  }
  return std::nullopt;
}

}  // namespace

void check_events(const Patient& patient, Findings& findings) {
  if (patient.reader == nullptr) return;
  const auto hosts = patient.reader->hosts();
  if (!hosts.ok()) return unreadable(patient, kEvents, hosts.error(), findings);
  if (hosts->empty()) {
    findings.warning(kEvents, "none has come yet", next_step(listeners_of(patient.config), true));
    return;
  }
  std::vector<storage::HostSeen> silent;
  for (const storage::HostSeen& host : *hosts) {
    if (host.silent_since) silent.push_back(host);
  }
  std::ranges::sort(silent, std::ranges::greater{}, &storage::HostSeen::last_received);
  for (std::size_t i = 0; i < std::min(silent.size(), kMostShown); ++i) {
    findings.warning(
        kEvents,
        fmt::format("{}: nothing since {} ({})", silent[i].host, seconds_of(silent[i].last_received),
                    ago(silent[i].last_received, patient.now)),
        fmt::format("look at its forwarder; if the machine is gone for good: regwarden sources forget {}{}",
                    silent[i].host, config_argument(patient)));
  }
  if (silent.size() > kMostShown) {
    findings.warning(kEvents, fmt::format("and {} more hosts are silent", silent.size() - kMostShown),
                     "regwarden sources --silent" + config_argument(patient));
  }
  const auto newest = std::ranges::max_element(*hosts, {}, &storage::HostSeen::last_received);
  const std::string last = fmt::format("the last event came at {} ({}) from {}", seconds_of(newest->last_received),
                                       ago(newest->last_received, patient.now), newest->host);
  if (patient.process && patient.now - newest->last_received > kQuiet && silent.size() < hosts->size()) {
    findings.warning(
        kEvents, last + ": nobody sends",
        fmt::format("look at the network and at a forwarder; regwarden sources{} shows all", config_argument(patient)));
  } else {
    findings.ok(kEvents, fmt::format("{} hosts; {}", hosts->size(), last));
  }
}

void check_runs(const Patient& patient, Findings& findings) {
  if (patient.reader == nullptr) return;
  const std::uint64_t failed_runs = patient.config.health.failed_runs;
  const auto failing = scheduler::failing_detections(*patient.reader, failed_runs);
  if (!failing.ok()) return unreadable(patient, kRuns, failing.error(), findings);
  for (const scheduler::FailingDetection& detection : *failing) {
    const auto condition = scheduler::detection_failing(patient.config.health, detection);
    findings.problem(kRuns, fmt::format("{}: {}", condition.subject, condition.message),
                     fmt::format("{}: regwarden backfill '{}' --earliest {}{}", condition.action, condition.subject,
                                 seconds_of(detection.last_done), config_argument(patient)));
  }
  const auto ledger = patient.reader->ledger();
  if (!ledger.ok()) return unreadable(patient, kRuns, ledger.error(), findings);
  judge_owed(patient, owed_by(patient, *ledger), findings);
  std::optional<core::Micros> last;
  for (const storage::LedgerEntry& entry : *ledger) {
    if (entry.last_run) last = std::max(last.value_or(core::Micros()), entry.last_run->scheduled_time);
  }
  findings.ok_if_quiet(kRuns,
                       last ? fmt::format("the last one was of {} ({})", seconds_of(*last), ago(*last, patient.now))
                            : "none yet: the first ones come at their scheduled times");
}

void check_notifications(const Patient& patient, Findings& findings) {
  const auto& channels = patient.config.notify.channels;
  if (channels.empty()) {
    findings.ok(kNotify, "no channel is configured: findings are shown, and told to nobody");
    return;
  }
  if (patient.reader == nullptr) return;
  for (const notify::ChannelOptions& channel : channels) {
    storage::ListRequest request;
    request.listing = storage::Listing::kNotifications;
    request.filters = {{"channel", channel.name}};
    request.limit = kMessagesLookedAt;
    const auto page = patient.reader->list(request);
    if (!page.ok()) return unreadable(patient, kNotify, page.error(), findings);
    if (const auto failing = failing_channel(page->table, channel.name)) {
      const auto condition = scheduler::notification_failing(*failing);
      findings.problem(
          kNotify, condition.message,
          fmt::format("{}: regwarden notify test {}{}", condition.action, channel.name, config_argument(patient)));
      continue;
    }
    const auto sent = std::ranges::find_if(page->table.rows, [&](const auto& row) {
      return value_text(row[column_of(page->table.columns, "state")]) == "sent";
    });
    if (sent == page->table.rows.end()) {
      findings.ok(kNotify, fmt::format("{}: nothing was told yet; regwarden notify test {}{} tries it", channel.name,
                                       channel.name, config_argument(patient)));
    } else {
      findings.ok(kNotify, fmt::format("{}: the last message was taken", channel.name));
    }
  }
}

}  // namespace rw::cli
