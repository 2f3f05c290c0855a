#include "daemon/cli/listening.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace rw::cli {
namespace {

std::vector<Listener> listeners(const std::string& yaml) {
  core::Problems problems;
  const config::Config config = config::parse(yaml, "test.yaml", problems);
  for (const core::Problem& problem : problems) FAIL(core::render(problem));
  return listeners_of(config);
}

// "WHAT: LISTENER, LISTENER"
std::vector<std::string> said_of(const std::string& yaml) {
  std::vector<std::string> said;
  for (const Exposure& exposure : exposures(listeners(yaml))) {
    CHECK_FALSE(exposure.mend.empty());
    said.push_back(exposure.what + ":");
    for (const std::string& listener : exposure.listeners) said.back() += " " + listener + ",";
  }
  return said;
}

// Files must be there; what is in them does not matter yet.
const std::string kAnyFile = std::string(REGWARDEN_SOURCE_DIR) + "/README.md";
const std::string kTls = "certificate: " + kAnyFile + ", key: " + kAnyFile;

}  // namespace

TEST_CASE("what listens is told in the order of the configuration") {
  std::vector<std::string> told;
  for (const Listener& listener : listeners("data_dir: /d")) told.push_back(render(listener));
  CHECK(told == std::vector<std::string>{"syslog/udp on 0.0.0.0:514", "syslog/tcp on 0.0.0.0:601",
                                         "http on 127.0.0.1:8088", "api on 127.0.0.1:8089"});
}

TEST_CASE("what is not protected is said once, with all whom it concerns") {
  using Said = std::vector<std::string>;
  CHECK(said_of("data_dir: /d") ==
        Said{"not encrypted, and open to whoever reaches it: syslog/udp on 0.0.0.0:514, syslog/tcp on 0.0.0.0:601,",
             "every program of this machine may send: http on 127.0.0.1:8088,"});
  CHECK(said_of("inputs: {syslog: [{protocol: tls, listen: '[::]:6514', " + kTls + "}], http: []}") ==
        Said{"open to whoever reaches it: syslog/tls on [::]:6514,"});
  CHECK(said_of("inputs: {syslog: [{protocol: relp, listen: '10.0.0.1:2514', " + kTls + ", client_ca: " + kAnyFile +
                "}, {protocol: tls, listen: '0.0.0.0:6514', " + kTls +
                ", allowed_clients: ['sha1:" + std::string(40, 'a') + "']}], http: []}") == Said{});
  CHECK(said_of("inputs: {syslog: [], http: [{listen: '0.0.0.0:8088'}, {listen: '0.0.0.0:8090', " + kTls +
                "}]}\napi: {listen: '0.0.0.0:8089'}") ==
        Said{"not encrypted: tokens can be read on the way: http on 0.0.0.0:8088, api on 0.0.0.0:8089,"});
  CHECK(
      said_of("inputs: {syslog: [{protocol: udp, listen: '127.0.0.1:514'}], http: [{listen: '127.0.0.1:8088', tokens: "
              "[a]}]}\napi: {anonymous: read}") ==
      Said{"every user and program of this machine is let in without a token: api on "
           "127.0.0.1:8089,"});
}

TEST_CASE("the page is reached by an address that a browser of this machine takes") {
  const std::pair<std::string, std::string> cases[] = {
      {"api: {listen: '127.0.0.1:80'}", "http://127.0.0.1:80/"},
      {"api: {listen: '0.0.0.0:8089'}", "http://127.0.0.1:8089/"},
      {"api: {listen: '[::]:8089', " + kTls + "}", "https://[::1]:8089/"},
      {"api: {listen: '192.0.2.7:8089'}", "http://192.0.2.7:8089/"},
  };
  for (const auto& [yaml, url] : cases) CHECK(page_url(listeners(yaml).back()) == url);
}

TEST_CASE("the next step is the one that is missing") {
  CHECK(next_step(listeners("data_dir: /d"), false) ==
        "point a forwarder at this machine (syslog/udp port 514, syslog/tcp port 601); `regwarden sources` shows who "
        "sends");
  const auto http = listeners("inputs: {syslog: [], http: [{listen: '0.0.0.0:8088'}]}");
  CHECK(next_step(http, false) == "make a token for the forwarders: `regwarden token add NAME --scope ingest`");
  CHECK(next_step(http, true) ==
        "point a forwarder at this machine (http port 8088); `regwarden sources` shows who sends");
  CHECK(next_step(listeners("inputs: {syslog: [], http: []}\napi: {listen: '0.0.0.0:1'}"), true) ==
        "no input can be reached from other machines: open one under `inputs:` in regwarden.yaml");
}

}  // namespace rw::cli
