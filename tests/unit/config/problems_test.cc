// Wrong configurations and exactly what is said about them.
#include <catch2/catch.hpp>

#include "tests/unit/config/config_fixture.h"

namespace rw::config {
namespace {

struct Wrong {
  std::string text;
  std::vector<std::string> problems;  // without the name of the file
};

void check(const std::vector<Wrong>& cases) {
  for (const auto& [text, problems] : cases) {
    INFO(text);
    CHECK(problems_of(text) == problems);
  }
}

TEST_CASE("Wrong at the top") {
  check({
      {"- a\n", {"1:1: error: expected a map, found a list"}},
      {"text\n", {"1:1: error: expected a map, found a single value"}},
      {"data_dir: [a]\n", {"1:11: error: data_dir: expected a text, found a list"}},
      {"data_dir: ''\n", {"1:11: error: data_dir: '': expected a path"}},
      {"data_dir:\n", {"1:1: error: data_dir: expected a path, found nothing"}},
      {"time_zone: Mars/Olympus\n",
       {"1:12: error: time_zone: time zone 'Mars/Olympus': expected an IANA name such as Europe/Berlin (Mars/Olympus "
        "not found in timezone database) ('timedatectl list-timezones' lists the names; the package tzdata has the "
        "zone data)"}},
      {"log_level: verbose\n", {"1:12: error: log_level: 'verbose': expected debug, info, warning or error"}},
      {"log_format: xml\n", {"1:13: error: log_format: 'xml': expected text or json"}},
      {"datadir: /x\n",
       {"1:1: error: unknown key 'datadir': expected data_dir, time_zone, log_level, log_format, sandbox, inputs, api, "
        "storage, "
        "detections, "
        "scheduler, risk, urgency, sources, health, public_url or notify (did you mean data_dir?)"}},
      {"zzz: 1\n",
       {"1:1: error: unknown key 'zzz': expected data_dir, time_zone, log_level, log_format, sandbox, inputs, api, "
        "storage, "
        "detections, "
        "scheduler, risk, urgency, sources, health, public_url or notify"}},
      {"api: off\n", {"1:6: error: api: the API is always on: expected a map such as {listen: \"127.0.0.1:8089\"}"}},
      {"api: []\n", {"1:6: error: api: expected a map, found a list"}},
      {"inputs: [a]\n", {"1:9: error: inputs: expected a map, found a list"}},
      {"data_dir: /a\ndata_dir: /b\n", {"2:1: error: key 'data_dir' is written twice in this map: first on line 1"}},
      {"data_dir: 'open\n", {"1:11: error: not valid YAML: this quote is not closed"}},
  });
}

TEST_CASE("Wrong syslog listeners with TLS") {
  const TempFolder folder;
  const std::string pem = folder.write("server.pem", "");
  const std::string start = "inputs: {syslog: [{protocol: tls, listen: '0.0.0.0:6514'";
  const std::string certificate = ", certificate: " + pem + ", key: " + pem;
  const std::string forms(tls::kAllowedClientForms);
  const auto at = [](const std::string& before, const std::string& message) {
    return "1:" + std::to_string(before.size() + 1) + ": error: inputs.syslog[0]" + message;
  };
  const std::string ca = start + certificate + ", client_ca: ";
  const std::string allowed = start + certificate + ", allowed_clients: ";
  check({
      {start + certificate + "}]}\n", {}},
      {start + certificate + ", client_ca: " + pem + ", allowed_clients: [a.test, 10.0.0.1]}]}\n", {}},
      {start + ", certificate: " + pem + "}]}\n",
       {at(start + ", certificate: ", ": certificate without key: expected both")}},
      {start + ", certificate: none.pem, key: " + pem + "}]}\n",
       {at(start + ", certificate: ", ".certificate: /c/none.pem: there is no such file")}},
      {ca + "/none.pem}]}\n", {at(ca, ".client_ca: /none.pem: there is no such file")}},
      {allowed + "[]}]}\n",
       {at(allowed,
           ".allowed_clients: expected at least one; without this key, all clients that client_ca vouches for")}},
      {allowed + "[a.test]}]}\n",
       {at(allowed,
           ".allowed_clients: a.test: a name needs client_ca beside it, which vouches for it (a fingerprint does "
           "not)")}},
      {allowed + "['a b', 'sha256:00']}]}\n",
       {at(allowed, ".allowed_clients: 'a b': expected " + forms),
        at(allowed, ".allowed_clients: 'sha256:00': expected 32 pairs of hexadecimal digits after the first colon")}},
      {"inputs: {syslog: [{protocol: relp, listen: '0.0.0.0:2514', client_ca: " + pem + "}]}\n",
       {at("inputs: {syslog: [{protocol: relp, listen: '0.0.0.0:2514', client_ca: ",
           ".client_ca: expected certificate and key beside it")}},
      {"inputs: {syslog: [{protocol: relp, listen: '0.0.0.0:2514', key: " + pem + "}]}\n",
       {at("inputs: {syslog: [{protocol: relp, listen: '0.0.0.0:2514', key: ",
           ": key without certificate: expected both (TLS) or none (plain)")}},
      {"inputs: {syslog: [{protocol: tcp, listen: '0.0.0.0:514', key: x}]}\n",
       {"1:58: error: inputs.syslog[0]: unknown key 'key': expected protocol, listen or time_zone"}},
      {"inputs: {syslog: [{protocol: udp, listen: '0.0.0.0:514', time_zone: Mars}]}\n",
       {"1:69: error: inputs.syslog[0].time_zone: time zone 'Mars': expected an IANA name such as Europe/Berlin (Mars "
        "not found in timezone database) ('timedatectl list-timezones' lists the names; the package tzdata has the "
        "zone data)"}},
  });
}

TEST_CASE("Wrong syslog inputs") {
  check({
      {"inputs: {sylog: []}\n",
       {"1:10: error: inputs: unknown key 'sylog': expected syslog, http or limits (did you mean syslog?)"}},
      {"inputs: {syslog: }\n", {"1:10: error: inputs.syslog: expected a list ([] for none), found nothing"}},
      {"inputs: {syslog: udp}\n", {"1:18: error: inputs.syslog: expected a list, found a single value"}},
      {"inputs: {syslog: [udp, ]}\n", {"1:19: error: inputs.syslog[0]: expected a map, found a single value"}},
      {"inputs: {syslog: [~]}\n", {"1:19: error: inputs.syslog[0]: expected a map, found nothing"}},
      {"inputs: {syslog: [{}]}\n",
       {"1:19: error: inputs.syslog[0]: protocol is missing: expected udp, tcp, tls or relp",
        "1:19: error: inputs.syslog[0]: listen is missing: expected ADDRESS:PORT"}},
      {"inputs: {syslog: [{protocol: udp}]}\n",
       {"1:19: error: inputs.syslog[0]: listen is missing: expected ADDRESS:PORT"}},
      {"inputs: {syslog: [{protocol: sctp, listen: \"0.0.0.0:1\"}]}\n",
       {"1:30: error: inputs.syslog[0].protocol: 'sctp': expected udp, tcp, tls or relp"}},
      {"inputs: {syslog: [{protocol: udp, listen: \"514\"}]}\n",
       {"1:43: error: inputs.syslog[0].listen: '514': expected ADDRESS:PORT, as in 127.0.0.1:514 or [::]:514"}},
      {"inputs: {syslog: [{protocol: udp, listen: \"0.0.0.0:65536\"}]}\n",
       {"1:43: error: inputs.syslog[0].listen: '0.0.0.0:65536': expected a port from 0 to 65535 after the last colon, "
        "as in 127.0.0.1:514 or [::]:514"}},
      {"inputs: {syslog: [{protocol: udp, listen: \"localhost:514\"}]}\n",
       {"1:43: error: inputs.syslog[0].listen: 'localhost:514': expected an IPv4 address, or an IPv6 address in "
        "brackets, as in 127.0.0.1:514 or [::]:514"}},
      {"inputs: {syslog: [{protocol: udp, listen: \"0.0.0.0:514\", port: 514}]}\n",
       {"1:58: error: inputs.syslog[0]: unknown key 'port': expected protocol, listen or time_zone"}},
      {"inputs: {limits: {max_message_size: 64}}\n",
       {"1:37: error: inputs.limits.max_message_size: size '64': expected a unit (B, KiB, MiB, GiB, TiB, kB, MB, GB or "
        "TB) at column 3"}},
      {"inputs: {limits: {max_message_size: 65MiB}}\n",
       {"1:37: error: inputs.limits.max_message_size: '65MiB': expected 1KiB to 64MiB"}},
      {"inputs: {limits: {max_message_size: 1023B}}\n",
       {"1:37: error: inputs.limits.max_message_size: '1023B': expected 1KiB to 64MiB"}},
      {"inputs: {limits: {max_connections: 0}}\n",
       {"1:36: error: inputs.limits.max_connections: '0': expected 1 to 1000000"}},
      {"inputs: {limits: {max_connections: -1}}\n",
       {"1:36: error: inputs.limits.max_connections: '-1': expected 1 to 1000000"}},
      {"inputs: {limits: {max_pending_size: 1023KiB}}\n",
       {"1:37: error: inputs.limits.max_pending_size: '1023KiB': expected 1MiB to 64GiB"}},
      {"inputs: {limits: {max_connections: many}}\n",
       {"1:36: error: inputs.limits.max_connections: 'many': expected a whole number"}},
      {"inputs: {limits: {idle_timeout: 30}}\n",
       {"1:33: error: inputs.limits.idle_timeout: duration '30': expected a unit (us, ms, s, m, h, d or w) at column "
        "3"}},
      {"inputs: {limits: {idle_timeout: 1500ms}}\n",
       {"1:33: error: inputs.limits.idle_timeout: '1500ms': expected a multiple of 1s"}},
      {"inputs: {limits: {idle_timeout: 31d}}\n",
       {"1:33: error: inputs.limits.idle_timeout: '31d': expected 0s to 30d"}},
      {"inputs: {limits: {max_batch_delay: 0, drain_timeout: 1h, io_threads: 65, receive_buffer: 2GiB}}\n",
       {"1:36: error: inputs.limits.max_batch_delay: '0': expected 1ms to 10s",
        "1:54: error: inputs.limits.drain_timeout: '1h': expected 0s to 5m",
        "1:70: error: inputs.limits.io_threads: '65': expected 1 to 64",
        "1:90: error: inputs.limits.receive_buffer: '2GiB': expected 64KiB to 1GiB"}},
      {"inputs: {limits: {max_message: 64KiB}}\n",
       {"1:19: error: inputs.limits: unknown key 'max_message': expected max_message_size, max_connections, "
        "max_pending_size, idle_timeout, receive_buffer, max_batch_delay, drain_timeout or io_threads"}},
  });
}

TEST_CASE("Wrong HTTP inputs and API") {
  check({
      {"inputs: {http: [{threads: 1}]}\n", {"1:17: error: inputs.http[0]: listen is missing: expected ADDRESS:PORT"}},
      {"inputs: {http: [{listen: \"0.0.0.0:8088\", require_token: false}]}\n",
       {"1:57: error: inputs.http[0].require_token: 0.0.0.0:8088 can be reached from other machines: expected true, or "
        "a "
        "loopback address such as 127.0.0.1"}},
      {"inputs: {http: [{listen: \"127.0.0.1:8088\", require_token: false, tokens: [a]}]}\n",
       {"1:59: error: inputs.http[0].require_token: there are tokens beside it: expected true, or none of them"}},
      {"api: {anonymous: read, listen: \"[::]:8089\"}\n",
       {"1:18: error: api.anonymous: [::]:8089 can be reached from other machines: expected none, or a loopback "
        "address "
        "such as 127.0.0.1"}},
      {"api: {anonymous: ingest}\n", {"1:18: error: api.anonymous: 'ingest': expected none, read, write or admin"}},
      {"api: {certificate: /dev/null}\n",
       {"1:20: error: api: certificate without key: expected both (HTTPS) or none (HTTP)"}},
      {"api: {key: /dev/null}\n", {"1:12: error: api: key without certificate: expected both (HTTPS) or none (HTTP)"}},
      {"api: {certificate: cert.pem, key: key.pem}\n",
       {"1:20: error: api.certificate: /c/cert.pem: there is no such file",
        "1:35: error: api.key: /c/key.pem: there is no such file"}},
      {"api: {tokens: [a, [b], {path: c}, '', 'two words', {file: nowhere}]}\n",
       {"1:19: error: api.tokens[1]: expected a token, or {file: path}",
        "1:24: error: api.tokens[2]: expected a token, or {file: path}",
        "1:35: error: api.tokens[3]: the token is empty",
        "1:39: error: api.tokens[4]: the token has a blank or a character that is not ASCII",
        "1:59: error: api.tokens[5].file: /c/nowhere: cannot be read: No such file or directory"}},
      {"api: {tokens: }\n", {"1:7: error: api.tokens: expected a list of tokens ([] for none), found nothing"}},
      {"api: {tokens: {token: a}}\n", {"1:15: error: api.tokens: expected a token, or {file: path}"}},
      {"api: {tokens: {file: /dev/null, other: b}}\n", {"1:15: error: api.tokens: expected a token, or {file: path}"}},
      {"api: {tokens: {file: }}\n", {"1:16: error: api.tokens.file: expected a path, found nothing"}},
      {"api: {listen: \"0.0.0.0:8089\", tokens: [\"${REGWARDEN_NOT_SET}\"]}\n",
       {"1:40: error: api.tokens[0]: the environment variable REGWARDEN_NOT_SET is not set"}},
      {"api: {tokens: [\"${REGWARDEN\", \"${}\", \"${A B}\"]}\n",
       {"1:16: error: api.tokens[0]: expected ${NAME}, with the name of an environment variable",
        "1:31: error: api.tokens[1]: expected ${NAME}, with the name of an environment variable",
        "1:38: error: api.tokens[2]: expected ${NAME}, with the name of an environment variable"}},
      {"api: {token_file: /nowhere/tokens}\n",
       {"1:19: error: api.token_file: /nowhere/tokens: cannot be read: No such file or directory"}},
      {"api: {token_file: /}\n", {"1:19: error: api.token_file: /: is no regular file"}},
      {"api: {token_file: /dev/null}\n", {"1:19: error: api.token_file: /dev/null: is no regular file"}},
      {"api: {threads: 0, max_body_size: 1MiB}\n",
       {"1:16: error: api.threads: '0': expected 1 to 256",
        "1:19: error: api: unknown key 'max_body_size': expected listen, certificate, key, tokens, token_file, "
        "threads or anonymous"}},
      {"inputs: {http: [{listen: \"127.0.0.1:1\", query_token: maybe, max_body_size: 1B, threads: 257, "
       "acknowledgements: 1}]}\n",
       {"1:54: error: inputs.http[0].query_token: 'maybe': expected true or false",
        "1:76: error: inputs.http[0].max_body_size: '1B': expected 1KiB to 1GiB",
        "1:89: error: inputs.http[0].threads: '257': expected 1 to 256",
        "1:112: error: inputs.http[0].acknowledgements: '1': expected true or false"}},
  });
}

TEST_CASE("Listeners that cannot both have their port") {
  check({
      {"inputs:\n  http:\n    - {listen: \"127.0.0.1:7\"}\n    - {listen: \"127.0.0.1:7\"}\n",
       {"4:16: error: inputs.http[1].listen: 127.0.0.1:7 over TCP is taken by inputs.http[0].listen"}},
      {"inputs: {syslog: [{protocol: tcp, listen: \"127.0.0.1:7\"}]}\napi: {listen: \"127.0.0.1:7\"}\n",
       {"2:15: error: api.listen: 127.0.0.1:7 over TCP is taken by inputs.syslog[0].listen"}},
      {"api: {listen: \"127.0.0.1:7\"}\ninputs: {syslog: [{protocol: tcp, listen: \"0.0.0.0:7\"}]}\n",
       {"2:43: error: inputs.syslog[0].listen: 0.0.0.0:7 over TCP is taken by api.listen"}},
      {"api: {listen: \"127.0.0.1:601\"}\n",
       {"1:15: error: api.listen: 127.0.0.1:601 over TCP is taken by the default of inputs.syslog"}},
      {"api: {listen: \"127.0.0.1:8088\"}\n",
       {"1:15: error: api.listen: 127.0.0.1:8088 over TCP is taken by the default of inputs.http"}},
      {"inputs: {http: [{listen: \"127.0.0.1:8089\"}]}\n",
       {"1:26: error: inputs.http[0].listen: 127.0.0.1:8089 over TCP is taken by the default of api.listen"}},
      {"inputs: {syslog: [{protocol: udp, listen: \"[::]:7\"}, {protocol: udp, listen: \"[::1]:7\"}]}\n",
       {"1:78: error: inputs.syslog[1].listen: [::1]:7 over UDP is taken by inputs.syslog[0].listen"}},
      {"inputs: {syslog: [{protocol: udp, listen: \"127.0.0.1:7\"}, {protocol: tcp, listen: \"127.0.0.1:7\"}]}\n", {}},
      {"inputs: {syslog: [{protocol: udp, listen: \"127.0.0.1:0\"}, {protocol: udp, listen: \"127.0.0.1:0\"}]}\n", {}},
      {"inputs: {syslog: [{protocol: udp, listen: \"127.0.0.1:7\"}, {protocol: udp, listen: \"127.0.0.2:7\"}]}\n", {}},
      {"api: {listen: \"[::1]:601\"}\n", {}},
  });
  std::string many = "inputs:\n  syslog:\n";
  for (int i = 0; i < 101; ++i) many += "    - {protocol: udp, listen: \"127.0.0.1:7\"}\n";
  check({{many, {"3:5: error: inputs.syslog: expected at most 100 listeners"}}});
}

TEST_CASE("Wrong storage and scheduler") {
  check({
      {"storage: {engine: clickhouse}\n",
       {"1:19: error: storage.engine: 'clickhouse': not supported by this version: expected sqlite"}},
      {"storage: {engine: postgres}\n", {"1:19: error: storage.engine: 'postgres': expected sqlite"}},
      {"storage: {retention: {events: 30d, findings: 1y, max_size: 20GB, runs: 5d}}\n",
       {"1:46: error: storage.retention.findings: duration '1y': expected a unit (us, ms, s, m, h, d or w) at column 2",
        "1:66: error: storage.retention: unknown key 'runs': expected events, findings or max_size"}},
      {"storage: {retention: {events: 30s, findings: off, max_size: 1MiB}}\n",
       {"1:31: error: storage.retention.events: '30s': expected 1h to 36500d",
        "1:46: error: storage.retention.findings: duration 'off': expected a whole number at column 1",
        "1:61: error: storage.retention.max_size: '1MiB': expected 64MiB to 1024TiB"}},
      {"storage: {retention: 30d}\n", {"1:22: error: storage.retention: expected a map, found a single value"}},
      {"storage: {retention: {events: , max_size: }}\n",
       {"1:23: error: storage.retention.events: expected a duration such as 5s, found nothing",
        "1:33: error: storage.retention.max_size: expected a size such as 64MiB, found nothing"}},
      {"storage: {queue_size: 64mib, commit_size: 2GiB}\n",
       {"1:23: error: storage.queue_size: size '64mib': expected a unit (B, KiB, MiB, GiB, TiB, kB, MB, GB or TB) at "
        "column 3",
        "1:43: error: storage.commit_size: '2GiB': expected 64KiB to 1GiB"}},
      {"scheduler: {threads: 1.5, catch_up: 1y, search_timeout: 1us, max_rows: 0, max_rows_size: 1}\n",
       {"1:22: error: scheduler.threads: '1.5': expected a whole number",
        "1:37: error: scheduler.catch_up: duration '1y': expected a unit (us, ms, s, m, h, d or w) at column 2",
        "1:57: error: scheduler.search_timeout: '1us': expected 1s to 1d",
        "1:72: error: scheduler.max_rows: '0': expected 1 to 100000000",
        "1:90: error: scheduler.max_rows_size: size '1': expected a unit (B, KiB, MiB, GiB, TiB, kB, MB, GB or TB) at "
        "column 2"}},
      {"scheduler: {max_row: 10}\n",
       {"1:13: error: scheduler: unknown key 'max_row': expected threads, catch_up, search_timeout, max_rows or "
        "max_rows_size (did you mean max_rows?)"}},
  });
}

TEST_CASE("Wrong sources") {
  check({
      {"sources: {silent_after: 3, ignore: , finding: [a]}\n",
       {"1:25: error: sources.silent_after: duration '3': expected a unit (us, ms, s, m, h, d or w) at column 2",
        "1:28: error: sources.ignore: expected a list of hosts ([] for none), found nothing",
        "1:47: error: sources.finding: expected a map, found a list"}},
      {"sources: {silent_after: 366d, ignore: [a, '']}\n",
       {"1:25: error: sources.silent_after: '366d': expected 0s to 365d",
        "1:39: error: sources.ignore: '': expected a host"}},
      {"sources: {finding: {severity: huge, risk_score: 101, creates_risk: perhaps}}\n",
       {"1:31: error: sources.finding.severity: 'huge': expected informational, low, medium, high or critical",
        "1:49: error: sources.finding.risk_score: '101': expected 0 to 100",
        "1:68: error: sources.finding.creates_risk: 'perhaps': expected true or false"}},
      {"sources: {silent: 3d}\n",
       {"1:11: error: sources: unknown key 'silent': expected silent_after, ignore or finding"}},
  });
}

TEST_CASE("Wrong health") {
  check({
      {"health: {min_free: 5, failed_runs: 1001, store_stalled_after: 25h, finding: {severity: huge, creates_risk: "
       "true}}\n",
       {"1:20: error: health.min_free: size '5': expected a unit (B, KiB, MiB, GiB, TiB, kB, MB, GB or TB) at column 2",
        "1:36: error: health.failed_runs: '1001': expected 0 to 1000",
        "1:63: error: health.store_stalled_after: '25h': expected 0s to 1d",
        "1:88: error: health.finding.severity: 'huge': expected informational, low, medium, high or critical",
        "1:94: error: health.finding: unknown key 'creates_risk': expected creates_notable or severity"}},
  });
}

TEST_CASE("Wrong rules of urgency") {
  check({
      {"urgency: {rules: [{dest: '', raise: 1}]}\n", {"1:26: error: urgency.rules[0].dest: '': expected a name"}},
      {"urgency: {rules: [{dest: a}]}\n", {"1:19: error: urgency.rules[0]: expected one of raise, lower and urgency"}},
      {"urgency: {rules: [{raise: 1, urgency: low}]}\n",
       {"1:19: error: urgency.rules[0]: expected one of raise, lower and urgency"}},
      {"urgency: {rules: [{raise: 5}, {lower: -1}, {urgency: huge}]}\n",
       {"1:27: error: urgency.rules[0].raise: '5': expected 1 to 4",
        "1:39: error: urgency.rules[1].lower: '-1': expected 1 to 4",
        "1:54: error: urgency.rules[2].urgency: 'huge': expected informational, low, medium, high or critical"}},
      {"urgency: {rules: [{host: a, raise: 1}]}\n",
       {"1:20: error: urgency.rules[0]: unknown key 'host': expected dest, user, detection, raise, lower or urgency "
        "(did you mean dest?)"}},
      {"urgency: {rules: all}\n", {"1:18: error: urgency.rules: expected a list"}},
      {"urgency: {rule: []}\n", {"1:11: error: urgency: unknown key 'rule': expected rules (did you mean rules?)"}},
  });
}

TEST_CASE("Wrong risk factors") {
  check({
      {"risk: {factors: [{risk_object: '', multiply: 2}]}\n",
       {"1:32: error: risk.factors[0].risk_object: '': expected a name"}},
      {"risk: {factors: [{risk_object: a}]}\n", {"1:18: error: risk.factors[0]: expected multiply or add"}},
      {"risk: {factors: [{multiply: -1, add: 1e9, risk_object_type: hosts}]}\n",
       {"1:29: error: risk.factors[0].multiply: '-1': expected 0 to 100",
        "1:38: error: risk.factors[0].add: '1e9': expected -100000 to 100000",
        "1:61: error: risk.factors[0].risk_object_type: 'hosts': expected system, user or other"}},
      {"risk: {factors: all}\n", {"1:17: error: risk.factors: expected a list"}},
      {"risk: {factor: []}\n",
       {"1:8: error: risk: unknown key 'factor': expected factors or short_host_names (did you mean factors?)"}},
  });
}

TEST_CASE("Wrong detection settings") {
  check({
      {"detections: {paths: {a: b}}\n", {"1:21: error: detections.paths: expected a list of texts, found a map"}},
      {"detections: {paths: [a, '']}\n", {"1:21: error: detections.paths: '': expected a path"}},
      {"detections: {paths: , macros: }\n",
       {"1:14: error: detections.paths: expected a list of paths ([] for none), found nothing",
        "1:23: error: detections.macros: expected a list of paths ([] for none), found nothing"}},
      {"detections: {sigma: {placeholders: {a: , b: [], c: {d: e}}, x: 1}}\n",
       {"1:37: error: detections.sigma.placeholders.a: expected a list of texts",
        "1:42: error: detections.sigma.placeholders.b: expected a list of texts",
        "1:52: error: detections.sigma.placeholders.c: expected a list of texts, found a map",
        "1:61: error: detections.sigma: unknown key 'x': expected halve_experimental or placeholders"}},
      {"detections: {builtin: perhaps}\n", {"1:23: error: detections.builtin: 'perhaps': expected true or false"}},
      {"detections: {defaults: {cron_schedule: 0 * * *}}\n",
       {"1:40: error: detections.defaults.cron_schedule: cron_schedule \"0 * * *\": expected five fields (minute hour "
        "day_of_month month day_of_week), found 4"}},
      {"detections: {defaults: {cron_schedule: 60 * * * *}}\n",
       {"1:40: error: detections.defaults.cron_schedule: cron_schedule \"60 * * * *\": minute \"60\": expected 0..59"}},
      {"detections: {defaults: {cron_schedule: 0 0 * JAN *}}\n",
       {"1:40: error: detections.defaults.cron_schedule: cron_schedule \"0 0 * JAN *\": month \"JAN\": expected *, a "
        "number, a range a-b, a step */n or a-b/n, or a list of these (names are not supported: write numbers, "
        "1..12)"}},
      {"detections: {defaults: {earliest_time: -70x}}\n",
       {"1:40: error: detections.defaults.earliest_time: time modifier '-70x': expected a unit (s, m, h, d, w, mon, q "
        "or y) at column 4"}},
      {"detections: {defaults: {earliest_time: -10m@m, latest_time: -70m@m}}\n",
       {"1:61: error: detections.defaults: earliest_time -10m@m is not before latest_time -70m@m"}},
      {"detections: {defaults: {earliest_time: now, latest_time: now}}\n",
       {"1:58: error: detections.defaults: earliest_time now is not before latest_time now"}},
      {"detections:\n  overrides:\n    A: {earliest_time: -5m@m}\n  defaults: {earliest_time: -70m@m, latest_time: "
       "-10m@m}\n",
       {"3:24: error: detections.overrides.'A': earliest_time -5m@m is not before latest_time -10m@m"}},
      {"detections: {defaults: {schedule_window: soon}}\n",
       {"1:42: error: detections.defaults.schedule_window: 'soon': expected auto or 0 to 44640 (minutes)"}},
      {"detections: {defaults: {schedule_window: -1}}\n",
       {"1:42: error: detections.defaults.schedule_window: '-1': expected auto or 0 to 44640 (minutes)"}},
      {"detections: {overrides: {A: {risk_score: 101, severity: urgent}}}\n",
       {"1:42: error: detections.overrides.'A'.risk_score: '101': expected 0 to 100",
        "1:57: error: detections.overrides.'A'.severity: 'urgent': expected informational, low, medium, high or "
        "critical"}},
      {"detections: {overrides: {A: {risk_score: -1, creates_risk: 1, creates_notable: [], enabled: ''}}}\n",
       {"1:42: error: detections.overrides.'A'.risk_score: '-1': expected 0 to 100",
        "1:60: error: detections.overrides.'A'.creates_risk: '1': expected true or false",
        "1:80: error: detections.overrides.'A'.creates_notable: expected true or false, found a list",
        "1:93: error: detections.overrides.'A'.enabled: '': expected true or false"}},
      {"detections: {overrides: {A: {suppress: {fields: [dest], period: 24h}}, B: {suppress: {period: 0}}}}\n", {}},
      {"detections: {overrides: {A: {suppress: {period: 24h}}}}\n",
       {"1:40: error: detections.overrides.'A'.suppress: fields is missing: expected a list of columns ([]: all rows "
        "are the same)"}},
      {"detections: {defaults: {suppress: {fields: [dest], perod: 24h}}}\n",
       {"1:35: error: detections.defaults.suppress: period is missing: expected a time such as 24h",
        "1:52: error: detections.defaults.suppress: unknown key 'perod': expected fields or period (did you mean "
        "period?)"}},
      {"detections: {defaults: {suppress: {fields: [''], period: 400d}}}\n",
       {"1:44: error: detections.defaults.suppress.fields: '': expected a column",
        "1:58: error: detections.defaults.suppress.period: '400d': expected 0s to 366d"}},
      {"detections: {overrides: {A: {severty: high}}}\n",
       {"1:30: error: detections.overrides.'A': unknown key 'severty': expected enabled, cron_schedule, earliest_time, "
        "latest_time, schedule_window, risk_score, creates_risk, creates_notable, severity or suppress (did you mean "
        "severity?)"}},
      {"detections: {overrides: [A]}\n", {"1:25: error: detections.overrides: expected a map, found a list"}},
      {"detections: {overrides: {A: 40, '': {}}}\n",
       {"1:29: error: detections.overrides.'A': expected a map, found a single value",
        "1:33: error: detections.overrides: expected the name of a detection, found ''"}},
  });
}

TEST_CASE("All problems of a file, in the order of the file") {
  check(
      {{"scheduler: {threads: 0}\n"
        "storage:\n"
        "  retention: {events: 30}\n"
        "  queue_size: 5 MiB\n"
        "inputs:\n"
        "  http:\n"
        "    - {listen: \"0.0.0.0:8088\", colour: red}\n"
        "  syslog:\n"
        "    - {protocol: tls, listen: \"0.0.0.0:2514\"}\n"
        "log_level: loud\n"
        "time_zone: Mars\n"
        "data_dir: /a\n"
        "data_dir: /b\n",
        {"1:22: error: scheduler.threads: '0': expected 1 to 64",
         "3:23: error: storage.retention.events: duration '30': expected a unit (us, ms, s, m, h, d or w) at column 3",
         "4:15: error: storage.queue_size: size '5 MiB': expected a unit (B, KiB, MiB, GiB, TiB, kB, MB, GB or TB) at "
         "column 2",
         "7:32: error: inputs.http[0]: unknown key 'colour': expected listen, certificate, key, tokens, token_file, "
         "threads, require_token, query_token, acknowledgements or max_body_size",
         "9:7: error: inputs.syslog[0]: certificate is missing: expected the PEM file of the server's certificate, and "
         "its "
         "key",
         "10:12: error: log_level: 'loud': expected debug, info, warning or error",
         "11:12: error: time_zone: time zone 'Mars': expected an IANA name such as Europe/Berlin (Mars not found in "
         "timezone database) ('timedatectl list-timezones' lists the names; the package tzdata has the zone data)",
         "13:1: error: key 'data_dir' is written twice in this map: first on line 12"}}});
}

TEST_CASE("A token is never shown") {
  const auto problems =
      problems_of("api: {tokens: ['my hunter2', [hunter2], {hunter2: x}, 'hunter2${', \"\\thunter2\"]}\n");
  CHECK(problems.size() == 5);
  for (const auto& problem : problems) {
    INFO(problem);
    CHECK(problem.find("hunter2") == std::string::npos);
  }
}

}  // namespace
}  // namespace rw::config
