#include "daemon/config/changes.h"

#include <algorithm>

namespace rw::config {

bool same_input(const HttpInput& a, const HttpInput& b) {
  return a.server == b.server && a.require_token == b.require_token && a.ingest.query_token == b.ingest.query_token &&
         a.ingest.acknowledgements == b.ingest.acknowledgements && a.ingest.commit_timeout == b.ingest.commit_timeout;
}

std::vector<std::string> needing_restart(const Config& running, const Config& wanted) {
  std::vector<std::string> keys;
  if (running.data_dir != wanted.data_dir) keys.emplace_back("data_dir");
  if (running.sandbox != wanted.sandbox) keys.emplace_back("sandbox");
  if (running.time_zone != wanted.time_zone) keys.emplace_back("time_zone");
  // The zone stands in all of them.
  ingest::SyslogOptions syslog = wanted.syslog;
  syslog.zone = running.syslog.zone;
  if (running.syslog != syslog) keys.emplace_back("inputs.syslog");
  if (!std::equal(running.http.begin(), running.http.end(), wanted.http.begin(), wanted.http.end(), same_input)) {
    keys.emplace_back("inputs.http");
  }
  if (running.api.server != wanted.api.server) keys.emplace_back("api");
  if (running.writer.queue_bytes != wanted.writer.queue_bytes) keys.emplace_back("storage.queue_size");
  if (running.writer.commit_bytes != wanted.writer.commit_bytes) keys.emplace_back("storage.commit_size");
  return keys;
}

}  // namespace rw::config
