// What a running daemon takes over from a changed configuration, and what waits.
#include "daemon/config/changes.h"

#include <string>
#include <vector>

#include "tests/unit/config/config_fixture.h"

namespace rw::config {
namespace {

using Keys = std::vector<std::string>;

constexpr const char* kRunning = R"(data_dir: /d
inputs:
  syslog: [{protocol: tcp, listen: "127.0.0.1:601"}]
  http: [{listen: "127.0.0.1:8088", tokens: [a]}]
)";

Keys waiting(const std::string& wanted) { return needing_restart(good(kRunning), good(wanted)); }

std::string with(const std::string& more) { return kRunning + more; }

}  // namespace

TEST_CASE("what is the same, or can be taken over, needs no restart") {
  CHECK(waiting(kRunning).empty());
  CHECK(waiting(with("log_level: debug\n")).empty());
  CHECK(waiting(with("storage: {retention: {events: 7d, findings: none, max_size: 1GiB}}\n")).empty());
  CHECK(waiting(with("scheduler: {threads: 3, search_timeout: 1m}\n")).empty());
  CHECK(waiting(with("sources: {silent_after: 1h}\nhealth: {failed_runs: 5}\n")).empty());
  CHECK(waiting(with("api: {tokens: [x], anonymous: none}\n")).empty());
  CHECK(waiting(with("detections: {builtin: false}\n")).empty());
  CHECK(waiting("data_dir: /d\n"
                "inputs:\n"
                "  syslog: [{protocol: tcp, listen: \"127.0.0.1:601\"}]\n"
                "  http: [{listen: \"127.0.0.1:8088\", tokens: [b, c]}]\n")
            .empty());
  // The defaults, written out.
  CHECK(waiting(with("storage: {queue_size: 32MiB, commit_size: 16MiB}\napi: {listen: \"127.0.0.1:8089\"}\n")).empty());
}

TEST_CASE("listeners, the data directory, the writer and the time zone wait for a restart") {
  CHECK(waiting(with("time_zone: Europe/Berlin\n")) == Keys{"time_zone"});
  CHECK(waiting(with("api: {listen: \"127.0.0.1:9000\"}\n")) == Keys{"api"});
  CHECK(waiting(with("storage: {queue_size: 64MiB, commit_size: 8MiB}\n")) ==
        Keys{"storage.queue_size", "storage.commit_size"});
  CHECK(waiting("data_dir: /other\n"
                "inputs:\n"
                "  syslog: [{protocol: tcp, listen: \"127.0.0.1:602\"}]\n"
                "  http: [{listen: \"127.0.0.1:8088\", tokens: [a], acknowledgements: true}]\n") ==
        Keys{"data_dir", "inputs.syslog", "inputs.http"});
  CHECK(waiting("data_dir: /d\n"
                "inputs:\n"
                "  syslog: [{protocol: tcp, listen: \"127.0.0.1:601\"}]\n"
                "  http: []\n") == Keys{"inputs.http"});
  // An input that asks for no token any more.
  CHECK(waiting("data_dir: /d\n"
                "inputs:\n"
                "  syslog: [{protocol: tcp, listen: \"127.0.0.1:601\"}]\n"
                "  http: [{listen: \"127.0.0.1:8088\"}]\n") == Keys{"inputs.http"});
}

}  // namespace rw::config
