#include "web/metrics.h"

#include <fmt/format.h>

#include "daemon/core/text.h"

namespace rw::web {
namespace {

void append_head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

// A label's value: backslash, quote and line feed are escaped, everything else is UTF-8 as it is.
std::string label_value(std::string_view text) {
  std::string escaped;
  for (const char c : core::to_valid_utf8(text)) {
    if (c == '\n') {
      escaped += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

void append_process(std::string& out, const core::ProcessStats& process) {
  const auto add = [&](std::string_view name, std::string_view type, std::string_view help, const std::string& value) {
    append_head(out, name, type, help);
    out += fmt::format("{} {}\n", name, value);
  };
  add("process_cpu_seconds_total", "counter", "User and system time", fmt::format("{:.2f}", process.cpu_seconds));
  add("process_resident_memory_bytes", "gauge", "Resident memory", fmt::to_string(process.resident_bytes));
  add("process_virtual_memory_bytes", "gauge", "Address space", fmt::to_string(process.virtual_bytes));
  add("process_open_fds", "gauge", "Open files and connections", fmt::to_string(process.open_fds));
  add("process_max_fds", "gauge", "Limit of open files", fmt::to_string(process.max_fds));
  add("process_start_time_seconds", "gauge", "When the process began, since 1970",
      fmt::format("{:.2f}", process.start_time_seconds));
}

}  // namespace

std::string render_metrics(const core::Counters& counters, const Gauges& gauges) {
  std::string out;
  for (const core::CounterDeclaration& counter : core::kCounterTable) {
    append_head(out, counter.name, "counter", counter.meaning);
    out += fmt::format("{} {}\n", counter.name, counters.value(counter.counter));
  }

  constexpr std::string_view kSkipped = "regwarden_events_skipped_total";
  append_head(out, kSkipped, "counter", "Well-formed events that are not of a kind regwarden stores");
  for (const auto& [kind, count] : counters.skipped()) {
    out +=
        fmt::format("{}{{channel=\"{}\",event_id=\"{}\"}} {}\n", kSkipped, label_value(kind.first), kind.second, count);
  }

  constexpr std::string_view kCommitTime = "regwarden_commit_seconds_total";
  append_head(out, kCommitTime, "counter", "Time that commits took, with regwarden_commits_total their mean");
  out += fmt::format("{} {:.6f}\n", kCommitTime, static_cast<double>(gauges.commit_time.count()) / 1e6);

  const auto gauge = [&](std::string_view name, std::string_view help, auto value, std::string_view labels = {}) {
    append_head(out, name, "gauge", help);
    out += fmt::format("{}{} {}\n", name, labels, value);
  };
  gauge("regwarden_writer_queue_bytes", "Bytes that wait to be written to the store", gauges.queued_bytes);
  gauge("regwarden_writer_queue_limit_bytes", "What regwarden_writer_queue_bytes may grow to: storage.queue_size",
        gauges.queue_limit_bytes);
  gauge("regwarden_writer_stalled", "1 while the store does not take anything", gauges.stalled ? 1 : 0);
  if (gauges.store) {
    const storage::StoreState& store = *gauges.store;
    const auto seconds = [](core::Micros time) { return core::to_us(time) / 1'000'000; };
    gauge("regwarden_store_used_bytes", "Bytes the database uses: what storage.retention.max_size bounds",
          store.used_bytes);
    gauge("regwarden_store_file_bytes", "Size of the database's file", store.file_bytes);
    gauge("regwarden_store_log_bytes", "Size of the database's write-ahead log", store.log_bytes);
    if (store.oldest) {
      gauge("regwarden_store_oldest_event_timestamp_seconds", "Time of the oldest event", seconds(*store.oldest));
    }
    gauge("regwarden_upkeep_timestamp_seconds", "When upkeep last looked at the store", seconds(store.seen));
  }
  if (gauges.free_bytes) {
    gauge("regwarden_data_dir_free_bytes", "Room left on the disk of data_dir", *gauges.free_bytes);
  }
  constexpr std::string_view kConditions = "regwarden_health_conditions";
  append_head(out, kConditions, "gauge", "Conditions that an operator must see to (GET /api/v1/status)");
  for (const auto& [condition, count] : gauges.conditions) {
    out += fmt::format("{}{{condition=\"{}\"}} {}\n", kConditions, condition, count);
  }
  if (gauges.hosts) {
    gauge("regwarden_sources", "Event logs (channels of hosts) that have sent events", gauges.hosts->sources);
    gauge("regwarden_hosts", "Hosts that have sent events", gauges.hosts->hosts);
    gauge("regwarden_hosts_silent", "Hosts that have stopped sending", gauges.hosts->silent);
  }
  gauge("regwarden_build_info", "The version that runs, as a label", 1,
        fmt::format("{{version=\"{}\"}}", label_value(gauges.version)));
  if (gauges.process) append_process(out, *gauges.process);
  return out;
}

}  // namespace rw::web
