// regwarden.yaml → each module's Options; every problem at once, each with file, line, column and what was expected.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/log.h"
#include "daemon/core/problem.h"
#include "daemon/detect/load.h"
#include "daemon/http/server.h"
#include "daemon/ingest/http/ingest_context.h"
#include "daemon/ingest/net/syslog_inputs.h"
#include "daemon/notify/options.h"
#include "daemon/scheduler/health.h"
#include "daemon/scheduler/scheduler.h"
#include "daemon/scheduler/silence.h"
#include "storage/retention.h"
#include "storage/writer.h"
#include "web/api.h"

namespace rw::config {

struct HttpInput {
  http::ServerOptions server;
  ingest::HttpInputOptions ingest;
  // It asks for a token: one of its own, or a stored one with scope ingest. Else everyone is let in.
  bool require_token = false;
};

struct Config {
  std::string data_dir = "/var/lib/regwarden";
  std::string log_level = "info";
  core::LogFormat log_format = core::LogFormat::kText;
  bool sandbox = true;  // see cli/sandbox.h
  core::TimeZone time_zone;
  ingest::SyslogOptions syslog;
  std::vector<HttpInput> http;
  web::ApiOptions api;
  storage::Writer::Options writer;
  storage::Retention retention;
  detect::LoadOptions detections;
  scheduler::SchedulerOptions scheduler;
  scheduler::SilenceOptions silence;
  scheduler::HealthOptions health;
  notify::Options notify;
  // What must not be read by everybody: files of tokens and passwords that are named, and whether some stand in the
  // configuration itself.
  std::vector<std::string> secret_files;
  bool has_secrets = false;
};

// What runs without a file: syslog on UDP 514 and TCP 601 of all addresses, HEC on 127.0.0.1:8088, the API on
// 127.0.0.1:8089, the built-in detections and /etc/regwarden/detections where it exists.
Config defaults();

// Reads the file over the defaults. With errors in `problems` the result is not to be used.
Config load(const std::string& path, core::Problems& problems);
// The same from a text; `file` names it in problems, and relative paths in it are taken from its folder.
Config parse(std::string_view text, const std::string& file, core::Problems& problems);

}  // namespace rw::config
