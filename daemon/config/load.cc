#include "daemon/config/load.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "daemon/config/detections.h"
#include "daemon/config/health.h"
#include "daemon/config/listeners.h"
#include "daemon/config/notify.h"
#include "daemon/config/retention.h"
#include "daemon/config/risk.h"
#include "daemon/config/section.h"
#include "daemon/config/sources.h"
#include "daemon/config/urgency.h"
#include "daemon/core/units.h"
#include "daemon/yaml/reader.h"

namespace rw::config {
namespace {

using core::kGiB;
using core::kKiB;
using core::kMiB;

std::string tuning_file_in(const std::string& data_dir) { return data_dir + "/tuning.yaml"; }

void read_time_zone(Section& root, Config& config) {
  set(config.time_zone, root.time_zone("time_zone"));
  config.syslog.zone = config.time_zone;
  config.scheduler.zone = config.time_zone;
  config.notify.zone = config.time_zone;
  root.context().zone = config.time_zone;
}

void read_storage(Section& storage, Config& config) {
  storage::Writer::Options& options = config.writer;
  storage.word("engine", {"sqlite"}, {"clickhouse"});
  set(options.queue_bytes, storage.size("queue_size", kMiB, 16 * kGiB));
  set(options.commit_bytes, storage.size("commit_size", 64 * kKiB, kGiB));
  Section retention(storage.context(), storage.map("retention"), storage.name_of("retention"));
  read_retention(retention, config.retention);
  storage.finish();
}

void read_scheduler(Section& section, scheduler::SchedulerOptions& options) {
  using std::chrono::hours;
  using std::chrono::microseconds;
  using std::chrono::milliseconds;
  set(options.threads, section.count("threads", 1, 64));
  section.duration("catch_up", options.catch_up, microseconds(0), microseconds(hours(24 * 3650)));
  section.duration("search_timeout", options.limits.timeout, milliseconds(1000), milliseconds(hours(24)));
  set(options.limits.max_rows, section.count("max_rows", 1, 100'000'000));
  set(options.limits.max_bytes, section.size("max_rows_size", kMiB, 16 * kGiB));
  section.finish();
}

void read_root(Context& context, const yaml::Node& node, Config& config) {
  Section root(context, node, "");
  set(config.data_dir, root.path("data_dir"));
  read_time_zone(root, config);
  // From here on the zone is known.
  set(config.log_level, root.word("log_level", {"debug", "info", "warning", "error"}));
  if (root.word("log_format", {"text", "json"}) == "json") config.log_format = core::LogFormat::kJson;

  set(config.sandbox, root.boolean("sandbox"));

  Section inputs(context, root.map("inputs"), "inputs");
  read_inputs(inputs, config);
  for (HttpInput& input : config.http) input.ingest.zone = config.time_zone;

  const yaml::Node api_node = root.map("api");
  if (api_node.is_scalar()) {
    context.report(api_node, "api", "the API is always on: expected a map such as {listen: \"127.0.0.1:8089\"}");
  } else {
    Section api(context, api_node, "api");
    read_api(api, config.api);
  }
  Section storage(context, root.map("storage"), "storage");
  read_storage(storage, config);
  Section detections(context, root.map("detections"), "detections");
  read_detections(detections, config.detections);
  Section scheduler(context, root.map("scheduler"), "scheduler");
  read_scheduler(scheduler, config.scheduler);
  // A window whose events are gone is missed, and must not look as if it had been searched.
  if (config.retention.events) {
    config.scheduler.catch_up = std::min(config.scheduler.catch_up, *config.retention.events);
  }
  config.api.search_limits = config.scheduler.limits;
  Section risk(context, root.map("risk"), "risk");
  read_risk(risk, config.scheduler.findings.risk);
  Section urgency(context, root.map("urgency"), "urgency");
  read_urgency(urgency, config.scheduler.findings.urgency);
  config.silence.findings = config.scheduler.findings;
  config.health.findings = config.scheduler.findings;
  Section sources(context, root.map("sources"), "sources");
  read_sources(sources, config.silence);
  Section health(context, root.map("health"), "health");
  read_health(health, config.health);
  config.detections.tuning_file = tuning_file_in(config.data_dir);
  read_notify(root, config.notify);
  root.finish();
  check_ports(context, root.node(), config);
}

// Problems since `first` are sorted: sections are not read in the order of the file.
Config read(const std::optional<yaml::Document>& document, const std::string& file, core::Problems& problems,
            std::size_t first) {
  Config config = defaults();
  if (document) {
    Context context{problems, std::filesystem::path(file).parent_path(), config.time_zone};
    read_root(context, document->root(), config);
    config.secret_files = std::move(context.secret_files);
    std::sort(config.secret_files.begin(), config.secret_files.end());
    config.secret_files.erase(std::unique(config.secret_files.begin(), config.secret_files.end()),
                              config.secret_files.end());
    config.has_secrets = context.has_secrets;
  }
  std::stable_sort(problems.begin() + static_cast<std::ptrdiff_t>(first), problems.end(),
                   [](const core::Problem& a, const core::Problem& b) {
                     return std::pair(a.line, a.col) < std::pair(b.line, b.col);
                   });
  return config;
}

core::Endpoint endpoint(std::string host, std::uint16_t port) { return {std::move(host), port}; }

}  // namespace

Config defaults() {
  Config config;
  config.syslog.listens = {{ingest::SyslogProtocol::kUdp, endpoint("0.0.0.0", 514)},
                           {ingest::SyslogProtocol::kTcp, endpoint("0.0.0.0", 601)}};
  HttpInput http;
  http.server.listen = endpoint("127.0.0.1", 8088);
  config.http.push_back(std::move(http));
  config.api.server.listen = endpoint("127.0.0.1", 8089);
  config.detections.tuning_file = tuning_file_in(config.data_dir);
  const std::string detections = "/etc/regwarden/detections";
  const std::string macros = "/etc/regwarden/macros.yaml";
  std::error_code ignored;
  if (std::filesystem::is_directory(detections, ignored)) config.detections.paths = {detections};
  if (std::filesystem::exists(macros, ignored)) config.detections.macros = {macros};
  return config;
}

Config load(const std::string& path, core::Problems& problems) {
  const std::size_t first = problems.size();
  const auto document = yaml::Document::load(path, problems);
  return read(document, path, problems, first);
}

Config parse(std::string_view text, const std::string& file, core::Problems& problems) {
  const std::size_t first = problems.size();
  const auto document = yaml::Document::parse(text, file, problems);
  return read(document, file, problems, first);
}

}  // namespace rw::config
