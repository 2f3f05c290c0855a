#include "daemon/config/load.h"

#include <catch2/catch.hpp>
#include <optional>
#include <tuple>

#include "tests/unit/config/config_fixture.h"

namespace rw::config {
namespace {

using ingest::SyslogProtocol;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Structured bindings name every member: one that is added makes these fail to compile until it is compared here.
void check_equal(const HttpInput& a, const HttpInput& b) {
  const auto& [server, ingest, require_token] = a;
  const auto& [tokens, is_stored_token, query_token, acknowledgements, commit_timeout, zone] = ingest;
  CHECK((server == b.server));
  CHECK(require_token == b.require_token);
  CHECK_FALSE(is_stored_token);  // that is not the configuration's to say
  CHECK(tokens == b.ingest.tokens);
  CHECK(query_token == b.ingest.query_token);
  CHECK(acknowledgements == b.ingest.acknowledgements);
  CHECK(commit_timeout == b.ingest.commit_timeout);
  CHECK((zone == b.ingest.zone));
}

void check_equal(const detect::Settings& a, const detect::Settings& b) {
  const auto& [enabled, cron_schedule, earliest_time, latest_time, schedule_window, risk_score, creates_risk,
               creates_notable, severity, suppress] = a;
  CHECK(enabled == b.enabled);
  CHECK(cron_schedule == b.cron_schedule);
  CHECK((earliest_time == b.earliest_time));
  CHECK((latest_time == b.latest_time));
  CHECK(schedule_window == b.schedule_window);
  CHECK(risk_score == b.risk_score);
  CHECK(creates_risk == b.creates_risk);
  CHECK(creates_notable == b.creates_notable);
  CHECK(severity == b.severity);
  CHECK((suppress == b.suppress));
}

void check_equal(const detect::LoadOptions& a, const detect::LoadOptions& b) {
  const auto& [paths, macros, builtin, tuning_file, sigma, default_settings, overrides] = a;
  const auto& [placeholders, halve_experimental] = sigma;
  CHECK(paths == b.paths);
  CHECK(macros == b.macros);
  CHECK(builtin == b.builtin);
  CHECK(tuning_file == b.tuning_file);
  CHECK(placeholders == b.sigma.placeholders);
  CHECK(halve_experimental == b.sigma.halve_experimental);
  check_equal(default_settings, b.defaults);
  REQUIRE(overrides.size() == b.overrides.size());
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    const auto& [detection, settings, file, line, col] = overrides[i];
    CHECK(detection == b.overrides[i].detection);
    check_equal(settings, b.overrides[i].settings);
    CHECK(file == b.overrides[i].file);
    CHECK(line == b.overrides[i].line);
    CHECK(col == b.overrides[i].col);
  }
}

void check_equal(const Config& a, const Config& b) {
  const auto& [data_dir, log_level, log_format, sandbox, time_zone, syslog, http, api, writer, retention, detections,
               scheduler, silence, health, notify, secret_files, has_secrets] = a;
  CHECK(secret_files == b.secret_files);
  CHECK(has_secrets == b.has_secrets);
  CHECK(data_dir == b.data_dir);
  CHECK(log_level == b.log_level);
  CHECK((log_format == b.log_format));
  CHECK(sandbox == b.sandbox);
  CHECK((time_zone == b.time_zone));
  CHECK((syslog == b.syslog));
  REQUIRE(http.size() == b.http.size());
  for (std::size_t i = 0; i < http.size(); ++i) check_equal(http[i], b.http[i]);
  const auto& [api_server, api_tokens, anonymous, search_limits] = api;
  CHECK((api_server == b.api.server));
  CHECK(api_tokens == b.api.tokens);
  CHECK(anonymous == b.api.anonymous);
  CHECK((search_limits == b.api.search_limits));
  CHECK((writer == b.writer));
  CHECK((retention == b.retention));
  check_equal(detections, b.detections);
  CHECK((scheduler == b.scheduler));
  CHECK((silence == b.silence));
  CHECK((health == b.health));
  CHECK((notify == b.notify));
}

TEST_CASE("The defaults") {
  const Config config = defaults();
  CHECK(config.data_dir == "/var/lib/regwarden");
  CHECK(config.log_level == "info");
  CHECK(config.time_zone.name() == "UTC");
  REQUIRE(config.syslog.listens.size() == 2);
  CHECK(config.syslog.listens[0].protocol == SyslogProtocol::kUdp);
  CHECK(core::format_endpoint(config.syslog.listens[0].listen) == "0.0.0.0:514");
  CHECK(config.syslog.listens[1].protocol == SyslogProtocol::kTcp);
  CHECK(core::format_endpoint(config.syslog.listens[1].listen) == "0.0.0.0:601");
  REQUIRE(config.http.size() == 1);
  CHECK(core::format_endpoint(config.http[0].server.listen) == "127.0.0.1:8088");
  CHECK(core::format_endpoint(config.api.server.listen) == "127.0.0.1:8089");
  const bool has_folder = std::filesystem::is_directory("/etc/regwarden/detections");
  CHECK(config.detections.paths.size() == (has_folder ? 1 : 0));
  const bool has_macros = std::filesystem::exists("/etc/regwarden/macros.yaml");
  CHECK(config.detections.macros.size() == (has_macros ? 1 : 0));
}

TEST_CASE("The shipped file says what the defaults are") {
  core::Problems problems;
  const Config config = load(std::string(REGWARDEN_SOURCE_DIR) + "/etc/regwarden.yaml", problems);
  CHECK(rendered(problems) == std::vector<std::string>{});
  check_equal(config, defaults());
}

TEST_CASE("An empty file, and empty sections, leave the defaults") {
  for (const char* text : {"", "# nothing\n", "---\n", "{}\n", "inputs:\napi:\nstorage:\ndetections:\nscheduler:\n",
                           "inputs: {limits: }\ndetections: {defaults: , overrides: }\n"}) {
    INFO(text);
    check_equal(good(text), defaults());
  }
}

TEST_CASE("Windows are caught up no further back than their events are kept") {
  using std::chrono::hours;
  CHECK(good("storage: {retention: {events: 3d}}\nscheduler: {catch_up: 5d}\n").scheduler.catch_up == hours(72));
  CHECK(good("storage: {retention: {events: 3d}}\n").scheduler.catch_up == hours(72));
  CHECK(good("storage: {retention: {events: none}}\nscheduler: {catch_up: 900d}\n").scheduler.catch_up ==
        hours(24 * 900));
}

TEST_CASE("Every key") {
  const TempFolder folder;
  folder.write("server.pem", "certificate");
  folder.write("server.key", "key");
  folder.write("hec.tokens", "one\n\n  two \r\n");
  REQUIRE(::setenv("REGWARDEN_TEST_TOKEN", "from-environment", 1) == 0);
  const std::string file = folder.write("regwarden.yaml", R"(data_dir: data
time_zone: Europe/Berlin
log_level: debug
log_format: json
sandbox: false
inputs:
  syslog:
    - {protocol: tcp, listen: "[::1]:1601"}
    - {protocol: udp, listen: "127.0.0.1:0", time_zone: America/Sao_Paulo}
    - {protocol: relp, listen: "127.0.0.1:2514"}
    - protocol: tls
      listen: "[::1]:6514"
      certificate: server.pem
      key: server.key
      client_ca: server.pem
      allowed_clients: [relay.example.com, "sha1:000102030405060708090a0b0c0d0e0f10111213"]
  http:
    - listen: "0.0.0.0:18088"
      certificate: server.pem
      key: server.key
      tokens: [abc, "x-${REGWARDEN_TEST_TOKEN}-y", {file: hec.tokens}]
      token_file: hec.tokens
      query_token: true
      acknowledgements: true
      max_body_size: 1MiB
      threads: 3
    - {listen: "127.0.0.1:18090", tokens: "${REGWARDEN_TEST_TOKEN}"}
    - {listen: "127.0.0.1:18091", require_token: true}
    - {listen: "[::]:18092", tokens: []}
    - {listen: "127.0.0.1:18093", tokens: [], require_token: false}
  limits:
    max_message_size: 1KiB
    max_connections: 7
    max_pending_size: 3MiB
    idle_timeout: 5m
    receive_buffer: 64KiB
    max_batch_delay: 1ms
    drain_timeout: 0
    io_threads: 4
api: {listen: "127.0.0.2:0", certificate: ./server.pem, key: server.key, tokens: [t], token_file: hec.tokens, threads: 2, anonymous: read}
storage: {engine: sqlite, queue_size: 1MiB, commit_size: 64KiB, retention: {events: none, findings: 5d, max_size: 64MiB}}
detections:
  paths: [rules, /abs/rules]
  macros: ../macros.yaml
  builtin: false
  sigma: {halve_experimental: false, placeholders: {admins: [root, "adm_*"], Host: pc1}}
  defaults:
    enabled: true
    cron_schedule: "*/5 * * * *"
    earliest_time: -70m@m
    latest_time: -10m@m
    schedule_window: 5
    risk_score: 0
    creates_risk: true
    creates_notable: false
    severity: informational
  overrides:
    "Disable AMSI Through Registry": {risk_score: 100, severity: critical, enabled: off}
    other: {schedule_window: auto, latest_time: now}
scheduler: {threads: 1, catch_up: 0, search_timeout: 1s, max_rows: 1, max_rows_size: 1MiB}
risk:
  factors:
    - {risk_object: "dc-*", risk_object_type: system, multiply: 1.5}
    - {detection: "* Tool", multiply: 0, add: -3}
  short_host_names: false
urgency:
  rules:
    - {dest: "dc-*", user: adm*, raise: 1}
    - {detection: "* Tool", lower: 4}
    - {dest: lab1, urgency: low}
sources:
  silent_after: 90m
  ignore: ["lab-*", kiosk1]
  finding: {creates_risk: false, creates_notable: false, severity: critical, risk_score: 7}
health:
  store_stalled_after: 2m
  queue_full_after: 0
  min_free: 5GiB
  failed_runs: 7
  certificate_expires_within: 30d
  clock_jump: 10s
  finding: {creates_notable: false, severity: low}
)");
  core::Problems problems;
  const Config config = load(file, problems);
  CHECK(rendered(problems) == std::vector<std::string>{});

  Config expected;
  expected.data_dir = folder.path("data");
  expected.detections.tuning_file = folder.path("data") + "/tuning.yaml";
  expected.time_zone = core::TimeZone::find("Europe/Berlin").value();
  expected.log_level = "debug";
  expected.log_format = core::LogFormat::kJson;
  expected.sandbox = false;
  expected.syslog.max_message_bytes = 1024;
  expected.syslog.max_connections = 7;
  expected.syslog.max_pending_bytes = 3 * 1024 * 1024;
  expected.syslog.idle_timeout = seconds(300);
  expected.syslog.receive_buffer_bytes = 65536;
  expected.syslog.max_batch_delay = milliseconds(1);
  expected.syslog.drain_timeout = seconds(0);
  expected.syslog.threads = 4;
  expected.syslog.zone = expected.time_zone;
  const tls::Options tls{folder.path("server.pem"), folder.path("server.key")};
  tls::Options syslog_tls = tls;
  syslog_tls.client_ca = folder.path("server.pem");
  syslog_tls.allowed_clients = {"relay.example.com", "sha1:000102030405060708090a0b0c0d0e0f10111213"};
  expected.syslog.listens = {{.protocol = SyslogProtocol::kTcp, .listen = {"::1", 1601}},
                             {.protocol = SyslogProtocol::kUdp,
                              .listen = {"127.0.0.1", 0},
                              .zone = *core::TimeZone::find("America/Sao_Paulo")},
                             {.protocol = SyslogProtocol::kRelp, .listen = {"127.0.0.1", 2514}},
                             {.protocol = SyslogProtocol::kTls, .listen = {"::1", 6514}, .tls = syslog_tls}};
  expected.http.resize(5);
  expected.http[0].server.listen = {"0.0.0.0", 18088};
  expected.http[0].server.tls = tls;
  expected.http[0].server.max_body_bytes = 1024 * 1024;
  expected.http[0].server.threads = 3;
  expected.http[0].ingest.tokens = {"abc", "x-from-environment-y", "one", "two", "one", "two"};
  expected.http[0].ingest.query_token = true;
  expected.http[0].ingest.acknowledgements = true;
  expected.http[1].server.listen = {"127.0.0.1", 18090};
  expected.http[1].ingest.tokens = {"from-environment"};
  expected.http[2].server.listen = {"127.0.0.1", 18091};
  expected.http[3].server.listen = {"::", 18092};
  expected.http[4].server.listen = {"127.0.0.1", 18093};
  for (std::size_t i = 0; i < 4; ++i) expected.http[i].require_token = true;
  for (HttpInput& input : expected.http) input.ingest.zone = expected.time_zone;
  expected.api.server.listen = {"127.0.0.2", 0};
  expected.api.server.tls = tls;
  expected.api.server.threads = 2;
  expected.api.tokens = {"t", "one", "two"};
  expected.api.anonymous = web::Scope::kRead;
  expected.writer.queue_bytes = 1024 * 1024;
  expected.writer.commit_bytes = 64 * 1024;
  expected.retention.events.reset();
  expected.retention.findings = hours(5 * 24);
  expected.retention.max_size_bytes = 64 * 1024 * 1024;
  auto& detections = expected.detections;
  detections.paths = {folder.path("rules"), "/abs/rules"};
  detections.macros = {std::filesystem::path(folder.path("../macros.yaml")).lexically_normal().string()};
  detections.builtin = false;
  detections.sigma.halve_experimental = false;
  detections.sigma.placeholders = {{"Host", {"pc1"}}, {"admins", {"root", "adm_*"}}};
  detections.defaults.enabled = true;
  detections.defaults.cron_schedule = "*/5 * * * *";
  detections.defaults.earliest_time = core::TimeModifier::parse("-70m@m").value();
  detections.defaults.latest_time = core::TimeModifier::parse("-10m@m").value();
  detections.defaults.schedule_window = "5";
  detections.defaults.risk_score = 0;
  detections.defaults.creates_risk = true;
  detections.defaults.creates_notable = false;
  detections.defaults.severity = "informational";
  detections.overrides.resize(2);
  detections.overrides[0].detection = "Disable AMSI Through Registry";
  detections.overrides[0].settings.risk_score = 100;
  detections.overrides[0].settings.severity = "critical";
  detections.overrides[0].settings.enabled = false;
  detections.overrides[0].line = 58;
  detections.overrides[1].detection = "other";
  detections.overrides[1].settings.schedule_window = "auto";
  detections.overrides[1].settings.latest_time = core::TimeModifier();
  detections.overrides[1].line = 59;
  for (auto& entry : detections.overrides) {
    entry.file = file;
    entry.col = 5;
  }
  expected.scheduler.zone = expected.time_zone;
  expected.notify.zone = expected.time_zone;
  expected.scheduler.threads = 1;
  expected.scheduler.catch_up = hours(0);
  expected.scheduler.limits.timeout = seconds(1);
  expected.scheduler.limits.max_rows = 1;
  expected.scheduler.limits.max_bytes = 1024 * 1024;
  expected.api.search_limits = expected.scheduler.limits;
  expected.scheduler.findings.risk.factors = {
      {.risk_object = core::TextPattern::with_stars("dc-*"), .risk_object_type = "system", .multiply = 1.5},
      {.detection = core::TextPattern::with_stars("* Tool"), .multiply = 0, .add = -3}};
  expected.scheduler.findings.risk.short_host_names = false;
  expected.scheduler.findings.urgency.rules = {
      {.dest = core::TextPattern::with_stars("dc-*"), .user = core::TextPattern::with_stars("adm*"), .steps = 1},
      {.detection = core::TextPattern::with_stars("* Tool"), .steps = -4},
      {.dest = core::TextPattern::with_stars("lab1"), .urgency = "low"}};
  expected.silence = {.silent_after = std::chrono::minutes(90),
                      .ignored = {core::TextPattern::with_stars("lab-*"), core::TextPattern::with_stars("kiosk1")},
                      .creates_risk = false,
                      .creates_notable = false,
                      .severity = "critical",
                      .risk_score = 7,
                      .findings = expected.scheduler.findings};
  expected.health = {.store_stalled_after = std::chrono::minutes(2),
                     .queue_full_after = std::chrono::microseconds(0),
                     .min_free_bytes = 5 * core::kGiB,
                     .failed_runs = 7,
                     .certificate_expires_within = hours(30 * 24),
                     .clock_jump = seconds(10),
                     .creates_notable = false,
                     .severity = "low",
                     .findings = expected.scheduler.findings};
  expected.secret_files = {folder.path("hec.tokens")};  // once, however often it is named
  expected.has_secrets = true;
  check_equal(config, expected);
}

TEST_CASE("Retention: bounds by themselves, and none") {
  const storage::Retention defaults = Config().retention;
  CHECK(defaults.events == std::chrono::hours(24 * 90));
  CHECK(defaults.findings == std::chrono::hours(24 * 400));
  CHECK(defaults.max_size_bytes == std::uint64_t{20} << 30);
  const storage::Retention one = good("storage: {retention: {events: 1h}}\n").retention;
  CHECK(one.events == std::chrono::hours(1));
  CHECK(one.findings == defaults.findings);
  CHECK(one.max_size_bytes == defaults.max_size_bytes);
  const storage::Retention none =
      good("storage: {retention: {events: none, findings: none, max_size: none}}\n").retention;
  CHECK_FALSE(none.events.has_value());
  CHECK_FALSE(none.findings.has_value());
  CHECK_FALSE(none.max_size_bytes.has_value());
}

TEST_CASE("One part of a section leaves the others at their defaults") {
  const Config no_syslog = good("inputs: {syslog: []}\n");
  CHECK(no_syslog.syslog.listens.empty());
  CHECK(no_syslog.http.size() == 1);

  const Config only_http = good("inputs: {http: [{listen: \"127.0.0.1:1\"}]}\n");
  CHECK(only_http.syslog.listens.size() == 2);
  REQUIRE(only_http.http.size() == 1);
  CHECK(core::format_endpoint(only_http.http[0].server.listen) == "127.0.0.1:1");

  CHECK(good("inputs: {http: []}\n").http.empty());
  CHECK(good("detections: {paths: []}\n").detections.paths.empty());

  const Config paths = good("detections: {paths: /nowhere/at/all}\n");
  CHECK(paths.detections.paths == std::vector<std::string>{"/nowhere/at/all"});
  CHECK(paths.detections.builtin);
}

TEST_CASE("Relative paths start at the folder of the file") {
  CHECK(good("data_dir: d\n", "/etc/regwarden/r.yaml").data_dir == "/etc/regwarden/d");
  CHECK(good("data_dir: ../d\n", "/etc/regwarden/r.yaml").data_dir == "/etc/d");
  CHECK(good("data_dir: d\n", "conf/r.yaml").data_dir == "conf/d");
  CHECK(good("data_dir: d\n", "r.yaml").data_dir == "d");
  CHECK(good("data_dir: /d/\n", "/etc/regwarden/r.yaml").data_dir == "/d/");
}

TEST_CASE("A file that cannot be read is one problem") {
  core::Problems problems;
  load("/nowhere/regwarden.yaml", problems);
  load("/", problems);
  CHECK(rendered(problems) == std::vector<std::string>{
                                  "/nowhere/regwarden.yaml: error: cannot be read: No such file or directory",
                                  "/: error: is a folder: expected a file",
                              });
}

TEST_CASE("Problems that were there before stay before") {
  core::Problems problems = {{"other", 9, 9, "first"}};
  parse("b: 1\na: 1\n", "f", problems);
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].message == "first");
  CHECK(problems[1].line == 1);
  CHECK(problems[2].line == 2);
}

}  // namespace
}  // namespace rw::config
