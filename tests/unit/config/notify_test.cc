// Channels of notifications: what is read, and what is said about wrong ones. No message shows a secret.
#include <catch2/catch.hpp>
#include <variant>

#include "daemon/config/secrets.h"
#include "tests/unit/config/config_fixture.h"

namespace rw::config {
namespace {

using namespace std::chrono_literals;

struct WrongChannel {
  std::string channel;  // as a flow map, without name
  std::vector<std::string> problems;
};

// Problems of a configuration with this one channel: places count from its brace.
std::vector<std::string> problems_of_channel(const std::string& channel) {
  std::vector<std::string> problems;
  for (const std::string& problem : problems_of("notify:\n- {name: a,\n" + channel + "}\n")) {
    problems.push_back(problem.starts_with("3:") ? problem.substr(2) : problem);
  }
  return problems;
}

}  // namespace

TEST_CASE("a channel of each kind, with all that can be set") {
  const TempFolder folder;
  folder.write("url", "https://hooks.example/services/T/B/X\n");
  for (const char* const file : {"ca.pem", "own.pem", "own.key"}) folder.write(file, "");
  ::setenv("REGWARDEN_TEST_PASSWORD", "pass word", 1);
  const Config config = good(
      "time_zone: Europe/Berlin\n"
      "public_url: https://siem.corp.example/\n"
      "notify:\n"
      "- name: slack\n"
      "  webhook: {url_file: url, format: slack, secret: s3cret, headers: {X-Team: soc}, ca: ca.pem}\n"
      "  severity: high\n"
      "  detections: ['*amsi*']\n"
      "  exclude: [noise]\n"
      "  risk_events: true\n"
      "  group_for: 5m\n"
      "  quiet_hours: {from: '22:00', to: '07:30', except: critical}\n"
      "  give_up_after: 2d\n"
      "  timeout: 5s\n"
      "- name: mail\n"
      "  email: {smtp: 'smtp://mail.corp.example:587', user: rw, password: '${REGWARDEN_TEST_PASSWORD}',\n"
      "          from: 'regwarden <rw@corp.example>', to: [ann@corp.example, 'Bob <bob@corp.example>']}\n"
      "- {name: siem, syslog: {to: 'tls://10.0.0.1', format: json, certificate: own.pem, key: own.key}}\n"
      "- {name: siem6, syslog: {to: 'tcp://[::1]:1514'}}\n",
      folder.path("regwarden.yaml"));
  CHECK(config.notify.zone.name() == "Europe/Berlin");
  CHECK(config.notify.public_url == "https://siem.corp.example");
  REQUIRE(config.notify.channels.size() == 4);

  const notify::ChannelOptions& slack = config.notify.channels[0];
  CHECK(slack.name == "slack");
  const auto& webhook = std::get<notify::WebhookOptions>(slack.to);
  CHECK(webhook.url == "https://hooks.example/services/T/B/X");
  CHECK(webhook.format == notify::WebhookFormat::kSlack);
  CHECK(webhook.secret == "s3cret");
  CHECK(webhook.headers == std::vector<std::pair<std::string, std::string>>{{"X-Team", "soc"}});
  CHECK(webhook.tls.ca == folder.path("ca.pem"));
  CHECK(slack.severity == notify::Severity::kHigh);
  REQUIRE(slack.detections.size() == 1);
  CHECK(slack.detections[0].matches("Disable AMSI Through Registry"));
  REQUIRE(slack.exclude.size() == 1);
  CHECK(slack.risk_events);
  CHECK(slack.group_for == 5min);
  REQUIRE(slack.quiet_hours.has_value());
  CHECK(slack.quiet_hours->from == 22h);
  CHECK(slack.quiet_hours->to == 7h + 30min);
  CHECK(slack.quiet_hours->except == notify::Severity::kCritical);
  CHECK(slack.give_up_after == 48h);
  CHECK(slack.timeout == 5s);

  const notify::ChannelOptions& mail = config.notify.channels[1];
  const auto& email = std::get<notify::EmailOptions>(mail.to);
  CHECK(email.smtp == "smtp://mail.corp.example:587");
  CHECK(email.starttls);
  CHECK(email.user == "rw");
  CHECK(email.password == "pass word");
  CHECK(email.from == "regwarden <rw@corp.example>");
  CHECK(email.to == std::vector<std::string>{"ann@corp.example", "Bob <bob@corp.example>"});
  CHECK(mail.severity == notify::Severity::kInformational);
  CHECK(mail.group_for == 1min);
  CHECK(mail.give_up_after == 24h);
  CHECK_FALSE(mail.quiet_hours.has_value());

  const auto& siem = std::get<notify::SyslogOptions>(config.notify.channels[2].to);
  CHECK(siem.transport == notify::SyslogTransport::kTls);
  CHECK(siem.host == "10.0.0.1");
  CHECK(siem.port == 6514);
  CHECK(siem.format == notify::SyslogFormat::kJson);
  CHECK(siem.tls.certificate == folder.path("own.pem"));
  CHECK(siem.tls.key == folder.path("own.key"));
  CHECK(config.notify.channels[2].group_for == 0s);
  const auto& siem6 = std::get<notify::SyslogOptions>(config.notify.channels[3].to);
  CHECK(siem6.transport == notify::SyslogTransport::kTcp);
  CHECK(siem6.host == "::1");
  CHECK(siem6.port == 1514);
  CHECK(siem6.format == notify::SyslogFormat::kCef);
}

TEST_CASE("wrong lists of channels") {
  CHECK(problems_of("notify: {}\n") ==
        std::vector<std::string>{"1:9: error: notify: expected a list of channels, found a map"});
  CHECK(problems_of("notify: on\n") ==
        std::vector<std::string>{"1:9: error: notify: expected a list of channels, found a single value"});
  CHECK(problems_of("notify: []\n").empty());
  CHECK(problems_of("notify:\n") ==
        std::vector<std::string>{"1:1: error: notify: expected a list of channels ([] for none), found nothing"});
  CHECK(problems_of("notify: [{webhook: {url: 'http://a'}}]\n") ==
        std::vector<std::string>{"1:10: error: notify[0]: name is missing: expected a name"});
  CHECK(problems_of("notify: [{name: 'a b', webhook: {url: 'http://a'}}]\n") ==
        std::vector<std::string>{"1:17: error: notify[0].name: 'a b': expected 1 to 64 letters, digits, '_' and '-'"});
  CHECK(problems_of("notify:\n- {name: a, webhook: {url: 'http://a'}}\n- {name: a, webhook: {url: 'http://a'}}\n") ==
        std::vector<std::string>{"3:10: error: notify[1].name: 'a': another channel has this name"});
  std::string many = "notify:\n";
  for (int i = 0; i < 21; ++i) many += "- {name: c" + std::to_string(i) + ", webhook: {url: 'http://a'}}\n";
  CHECK(problems_of(many) == std::vector<std::string>{"2:1: error: notify: expected at most 20 channels"});
  CHECK(
      problems_of("public_url: siem\n") ==
      std::vector<std::string>{"1:13: error: public_url: 'siem': expected a URL that begins with https:// or http://"});
}

TEST_CASE("wrong channels") {
  const std::vector<WrongChannel> cases = {
      {"webhook: {url: 'http://a'}, email: {}", {"2:3: error: notify[0]: expected one of webhook, email and syslog"}},
      {"severity: high", {"2:3: error: notify[0]: expected one of webhook, email and syslog"}},
      {"webhook: {url: 'hooks.example/SECRET'}",
       {"16: error: notify[0].webhook.url: expected a URL that begins with https:// or http://"}},
      {"webhook: {url: 'https://hooks.example/SECRET X'}",
       {"16: error: notify[0].webhook.url: expected a URL that begins with https:// or http://"}},
      {"webhook: {url: [SECRET]}",
       {"16: error: notify[0].webhook.url: expected a URL that begins with https:// or http://"}},
      {"webhook: {url: \"http://SECRET\\r\\n\"}", {"16: error: notify[0].webhook.url: it has control characters"}},
      {"webhook: {url: '${REGWARDEN_NOT_SET}'}",
       {"16: error: notify[0].webhook.url: the environment variable REGWARDEN_NOT_SET is not set"}},
      {"webhook: {url_file: /nowhere/url}",
       {"21: error: notify[0].webhook.url_file: /nowhere/url: cannot be read: No such file or directory"}},
      {"webhook: {url: 'http://a', url_file: /nowhere/url}",
       {"38: error: notify[0].webhook.url_file: url stands beside it"}},
      {"webhook: {format: slack}", {"10: error: notify[0].webhook: url is missing: expected a URL (or url_file)"}},
      {"webhook: {url: 'http://a', format: irc}",
       {"36: error: notify[0].webhook.format: 'irc': expected json, slack, teams, discord or ntfy"}},
      {"webhook: {url: 'http://a', headers: {'X Y': z, Good: \"a\\nSECRET\", Other: [SECRET]}}",
       {"38: error: notify[0].webhook.headers: expected names of HTTP headers",
        "54: error: notify[0].webhook.headers.Good: it has characters that are not printable ASCII",
        "74: error: notify[0].webhook.headers.Other: expected a text"}},
      {"webhook: {url: 'http://a', ca: none.pem}",
       {"32: error: notify[0].webhook.ca: /c/none.pem: there is no such file"}},
      {"email: {}",
       {"8: error: notify[0].email: smtp is missing: expected smtp://HOST:587 or smtps://HOST:465",
        "8: error: notify[0].email: from is missing: expected an address",
        "8: error: notify[0].email: to is missing: expected a list of addresses"}},
      {"email: {smtp: 'mail:25', from: 'a', to: ['b@c, d@e']}",
       {"15: error: notify[0].email.smtp: 'mail:25': expected smtp://HOST:587 or smtps://HOST:465",
        "32: error: notify[0].email.from: 'a': expected an address such as ann@example.com or \"Ann "
        "<ann@example.com>\"",
        "41: error: notify[0].email.to: 'b@c, d@e': expected an address such as ann@example.com or \"Ann "
        "<ann@example.com>\""}},
      {"email: {smtp: 'smtp://u:SECRET@mail', from: a@b.c, to: a@b.c, password: SECRET}",
       {"15: error: notify[0].email.smtp: expected smtp://HOST:587 or smtps://HOST:465"}},
      {"email: {smtp: 'smtp://mail', from: \"a@b.c\\r\\nBcc: x@y.z\", to: a@b.c}",
       {"36: error: notify[0].email.from: 'a@b.c??Bcc: x@y.z': expected an address such as ann@example.com or \"Ann "
        "<ann@example.com>\""}},
      {"email: {smtp: 'smtp://mail', from: a@b.c, to: a@b.c, user: u}",
       {"8: error: notify[0].email: user and password need each other"}},
      {"email: {smtp: 'smtp://mail', from: a@b.c, to: a@b.c, user: u, password: SECRET, starttls: false}",
       {"91: error: notify[0].email.starttls: the password would be sent in clear: expected true, or smtps://"}},
      {"email: {smtp: 'smtp://127.0.0.1:25', from: a@b.c, to: a@b.c, user: u, password: p, starttls: false}", {}},
      {"syslog: {to: 'siem:514'}",
       {"14: error: notify[0].syslog.to: 'siem:514': expected udp://HOST:514, tcp://HOST:601 or tls://HOST:6514"}},
      {"syslog: {to: 'udp://siem:0'}",
       {"14: error: notify[0].syslog.to: 'udp://siem:0': expected udp://HOST:514, tcp://HOST:601 or tls://HOST:6514"}},
      {"syslog: {to: 'udp://siem', format: leef}",
       {"36: error: notify[0].syslog.format: 'leef': expected cef or json"}},
      {"syslog: {to: 'udp://siem', ca: /dev/null}",
       {"32: error: notify[0].syslog.ca: /dev/null: there is no such file"}},
      {"syslog: {to: 'tls://siem', certificate: /dev/null}",
       {"41: error: notify[0].syslog: certificate without key: expected both"}},
      {"syslog: {to: 'tls://siem', key: /dev/null}",
       {"33: error: notify[0].syslog: key without certificate: expected both"}},
      {"syslog: {to: 'tls://siem', certificate: none.pem, key: none.key}",
       {"41: error: notify[0].syslog.certificate: /c/none.pem: there is no such file",
        "56: error: notify[0].syslog.key: /c/none.key: there is no such file"}},
      {"syslog: {to: 'tcp://siem', certificate: /dev/null, key: /dev/null}",
       {"41: error: notify[0].syslog.certificate: it belongs to tls:// alone"}},
      {"webhook: {url: 'http://a', certificate: /dev/null, key: /dev/null}",
       {"41: error: notify[0].webhook.certificate: it belongs to https:// alone"}},
      {"webhook: {url: 'https://a', certificate: /dev/null, key: /dev/null}", {}},
      {"email: {smtp: 'smtp://a', from: a@b.c, to: a@b.c, starttls: false, certificate: /dev/null, key: /dev/null}",
       {"81: error: notify[0].email.certificate: it belongs to smtps:// and starttls alone"}},
      {"syslog: {to: 'udp://siem'}, quiet_hours: {from: '22:00', to: '07:00'}",
       {"42: error: notify[0].quiet_hours: a syslog channel is read by a machine and has none"}},
      {"webhook: {url: 'http://a'}, quiet_hours: {from: '24:00', to: 7}",
       {"49: error: notify[0].quiet_hours.from: '24:00': expected a time such as \"22:00\"",
        "62: error: notify[0].quiet_hours.to: '7': expected a time such as \"22:00\""}},
      {"webhook: {url: 'http://a'}, quiet_hours: {from: '22:00'}",
       {"42: error: notify[0].quiet_hours: to is missing: expected a time such as \"07:00\""}},
      {"webhook: {url: 'http://a'}, quiet_hours: {from: '22:00', to: '22:00', except: urgent}",
       {"42: error: notify[0].quiet_hours: from and to are the same: expected two times",
        "79: error: notify[0].quiet_hours.except: 'urgent': expected informational, low, medium, high or critical"}},
      {"webhook: {url: 'http://a'}, severity: urgent, detections: [''], group_for: 2d, give_up_after: 1s, timeout: 0",
       {"39: error: notify[0].severity: 'urgent': expected informational, low, medium, high or critical",
        "59: error: notify[0].detections: '': expected a detection",
        "76: error: notify[0].group_for: '2d': expected 0s to 1d",
        "95: error: notify[0].give_up_after: '1s': expected 1m to 30d",
        "108: error: notify[0].timeout: '0': expected 1s to 5m"}},
      {"webhook: {url: 'http://a'}, severty: high",
       {"29: error: notify[0]: unknown key 'severty': expected name, webhook, email, syslog, severity, detections, "
        "exclude, risk_events, group_for, quiet_hours, give_up_after or timeout (did you mean severity?)"}},
  };
  for (const auto& [channel, problems] : cases) {
    INFO(channel);
    CHECK(problems_of_channel(channel) == problems);
  }
}

TEST_CASE("a secret in a file is one line") {
  const TempFolder folder;
  CHECK(read_secret_file(folder.write("one", "  two words \r\n")).value() == "two words");
  CHECK(read_secret_file(folder.write("none", "\n")).error().message ==
        folder.path("none") + ": it is empty: expected one line");
  CHECK(read_secret_file(folder.write("two", "a\nb\n")).error().message ==
        folder.path("two") + ": expected one line without control characters");
  CHECK(read_secret_file("/dev/null").error().message == "/dev/null: is no regular file");
}

}  // namespace rw::config
