#include "daemon/cli/listening.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "web/scopes.h"

namespace rw::cli {
namespace {

struct Judgement {
  std::string_view what;
  std::string_view mend;
  bool (*holds)(const Listener&);
};

// The first that holds is said of a listener.
constexpr Judgement kJudgements[] = {
    {"not encrypted, and open to whoever reaches it",
     "let senders use TLS (`regwarden tls init` makes certificates), and let a firewall say who reaches it",
     [](const Listener& l) { return !l.endpoint.is_loopback() && !l.encrypted && !l.asks_who; }},
    {"not encrypted: tokens can be read on the way", "give it a certificate and a key: `regwarden tls init` makes them",
     [](const Listener& l) { return !l.endpoint.is_loopback() && !l.encrypted; }},
    {"open to whoever reaches it",
     "client_ca lets in only machines with a certificate: `regwarden tls init --client NAME` makes them",
     [](const Listener& l) { return !l.endpoint.is_loopback() && !l.asks_who; }},
    {"every user and program of this machine is let in without a token",
     "take `anonymous` out of `api:` in regwarden.yaml, unless the machine is yours alone",
     [](const Listener& l) { return !l.anonymous.empty(); }},
    {"every program of this machine may send", "require_token: true, unless the machine is yours alone",
     [](const Listener& l) { return l.kind == Listener::Kind::kHttp && !l.asks_who; }},
};

bool is_any(const core::Endpoint& endpoint) { return endpoint.host == "0.0.0.0" || endpoint.host == "::"; }

}  // namespace

std::vector<Listener> listeners_of(const config::Config& config) {
  std::vector<Listener> found;
  for (const ingest::SyslogListen& listen : config.syslog.listens) {
    found.push_back(
        {.kind = Listener::Kind::kSyslog,
         .name = std::string(ingest::input_name(listen)),
         .endpoint = listen.listen,
         .is_udp = listen.protocol == ingest::SyslogProtocol::kUdp,
         .encrypted = listen.tls.has_value(),
         .asks_who = listen.tls && (!listen.tls->client_ca.empty() || !listen.tls->allowed_clients.empty())});
  }
  for (const config::HttpInput& input : config.http) {
    found.push_back({.kind = Listener::Kind::kHttp,
                     .name = input.server.tls ? "https" : "http",
                     .endpoint = input.server.listen,
                     .encrypted = input.server.tls.has_value(),
                     .asks_who = input.require_token});
  }
  found.push_back(
      {.kind = Listener::Kind::kApi,
       .name = "api",
       .endpoint = config.api.server.listen,
       .encrypted = config.api.server.tls.has_value(),
       .asks_who = !config.api.anonymous,
       .anonymous = config.api.anonymous ? std::string(web::scope_name(*config.api.anonymous)) : std::string()});
  return found;
}

std::string render(const Listener& listener) {
  return fmt::format("{} on {}", listener.name, core::format_endpoint(listener.endpoint));
}

std::vector<Exposure> exposures(const std::vector<Listener>& listeners) {
  std::vector<Exposure> found(std::size(kJudgements));
  for (const Listener& listener : listeners) {
    const auto* judgement =
        std::ranges::find_if(kJudgements, [&](const Judgement& candidate) { return candidate.holds(listener); });
    if (judgement == std::end(kJudgements)) continue;
    Exposure& exposure = found[static_cast<std::size_t>(judgement - std::begin(kJudgements))];
    exposure.what = judgement->what;
    exposure.mend = judgement->mend;
    exposure.listeners.push_back(render(listener));
  }
  std::erase_if(found, [](const Exposure& exposure) { return exposure.listeners.empty(); });
  return found;
}

std::string page_url(const Listener& api) {
  core::Endpoint endpoint = api.endpoint;
  if (is_any(endpoint)) endpoint.host = endpoint.host == "::" ? "::1" : "127.0.0.1";
  return fmt::format("{}://{}/", api.encrypted ? "https" : "http", core::format_endpoint(endpoint));
}

std::string next_step(const std::vector<Listener>& listeners, bool can_send) {
  std::vector<std::string> open;
  bool asks_for_token = false;
  for (const Listener& listener : listeners) {
    if (listener.kind == Listener::Kind::kApi || listener.endpoint.is_loopback()) continue;
    if (listener.kind == Listener::Kind::kHttp && listener.asks_who && !can_send) {
      asks_for_token = true;
    } else {
      open.push_back(fmt::format("{} port {}", listener.name, listener.endpoint.port));
    }
  }
  if (!open.empty()) {
    return fmt::format("point a forwarder at this machine ({}); `regwarden sources` shows who sends",
                       fmt::join(open, ", "));
  }
  if (asks_for_token) return "make a token for the forwarders: `regwarden token add NAME --scope ingest`";
  return "no input can be reached from other machines: open one under `inputs:` in regwarden.yaml";
}

}  // namespace rw::cli
