#include "daemon/config/listeners.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/config/secrets.h"
#include "daemon/config/syslog_listener.h"
#include "daemon/core/units.h"
#include "web/scopes.h"

namespace rw::config {
namespace {

using core::kGiB;
using core::kKiB;
using core::kMiB;

// A list that may be left out; too long a list is a problem.
std::optional<std::vector<yaml::Node>> read_list(Section& section, std::string_view key) {
  const yaml::Node list = section.value(key, "a list ([] for none)");
  if (!list.present()) return std::nullopt;
  if (!list.is_list()) {
    section.context().report(list, section.name_of(key),
                             fmt::format("expected a list, found {}", list.is_map() ? "a map" : "a single value"));
    return std::nullopt;
  }
  auto items = list.items();
  if (items.size() <= kMaxListeners) return items;
  section.context().report(list, section.name_of(key), fmt::format("expected at most {} listeners", kMaxListeners));
  return std::nullopt;
}

// An item of a list: a map, and not nothing.
Section item_section(Section& list_of, std::string_view key, std::size_t index, const yaml::Node& item) {
  std::string name = fmt::format("{}[{}]", list_of.name_of(key), index);
  if (item.is_null()) list_of.context().report(item, name, "expected a map, found nothing");
  return {list_of.context(), item, std::move(name)};
}

void read_limits(Section& limits, ingest::SyslogOptions& options) {
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  set(options.max_message_bytes, limits.size("max_message_size", kKiB, 64 * kMiB));
  set(options.max_connections, limits.count("max_connections", 1, 1'000'000));
  set(options.max_pending_bytes, limits.size("max_pending_size", kMiB, 64 * kGiB));
  limits.duration("idle_timeout", options.idle_timeout, seconds(0), seconds(hours(24 * 30)));
  set(options.receive_buffer_bytes, limits.size("receive_buffer", 64 * kKiB, kGiB));
  limits.duration("max_batch_delay", options.max_batch_delay, milliseconds(1), milliseconds(10'000));
  limits.duration("drain_timeout", options.drain_timeout, seconds(0), seconds(300));
  set(options.threads, limits.count("io_threads", 1, 64));
  limits.finish();
}

// What all HTTP servers have: listen, certificate, key, tokens, token_file, threads.
void read_server(Section& section, http::ServerOptions& server, std::vector<std::string>& tokens) {
  const auto listen = section.endpoint("listen");
  if (listen) server.listen = *listen;
  server.tls = read_certificate(section, "expected both (HTTPS) or none (HTTP)");
  tokens = read_tokens(section);
  set(server.threads, section.count("threads", 1, 256));
}

// A listener that other machines can reach asks for a token, whatever stands here; one of this machine alone where it
// has some, or is told to.
void read_require_token(Section& item, HttpInput& input) {
  const core::Endpoint& listen = input.server.listen;
  const bool reachable = !listen.host.empty() && !listen.is_loopback();
  input.require_token = reachable || !input.ingest.tokens.empty();
  const auto written = item.boolean("require_token");
  if (!written) return;
  if (!*written && reachable) {
    item.context().report(
        item.node()["require_token"], item.name_of("require_token"),
        fmt::format("{} can be reached from other machines: expected true, or a loopback address such "
                    "as 127.0.0.1",
                    core::format_endpoint(listen)));
  } else if (!*written && !input.ingest.tokens.empty()) {
    item.context().report(item.node()["require_token"], item.name_of("require_token"),
                          "there are tokens beside it: expected true, or none of them");
  } else {
    input.require_token = *written;
  }
}

std::optional<HttpInput> read_http(Section& item) {
  HttpInput input;
  read_server(item, input.server, input.ingest.tokens);
  item.require("listen", "ADDRESS:PORT");
  read_require_token(item, input);
  set(input.ingest.query_token, item.boolean("query_token"));
  set(input.ingest.acknowledgements, item.boolean("acknowledgements"));
  set(input.server.max_body_bytes, item.size("max_body_size", kKiB, kGiB));
  item.finish();
  return item.has("listen") ? std::optional(std::move(input)) : std::nullopt;
}

struct Listener {
  bool is_udp = false;
  core::Endpoint endpoint;
  std::string name;
  yaml::Node node;  // absent: a default
};

// As bind(2) sees it: the same port, and the same address or one that stands for all of its family. Port 0 is a free
// one.
bool clash(const Listener& a, const Listener& b) {
  const auto is_ipv6 = [](const Listener& l) { return l.endpoint.host.find(':') != std::string::npos; };
  const auto is_any = [](const Listener& l) { return l.endpoint.host == "0.0.0.0" || l.endpoint.host == "::"; };
  if (a.is_udp != b.is_udp || a.endpoint.port != b.endpoint.port || a.endpoint.port == 0) return false;
  return a.endpoint.host == b.endpoint.host || (is_ipv6(a) == is_ipv6(b) && (is_any(a) || is_any(b)));
}

// The listeners that the file sets, where they can be read; problems with them were reported before.
void add_written(std::vector<Listener>& out, const yaml::Node& item, const std::string& name, bool is_udp) {
  auto endpoint = core::parse_endpoint(item["listen"].text());
  if (endpoint.ok()) out.push_back({is_udp, std::move(endpoint).value(), name + ".listen", item["listen"]});
}

// Too long a list was reported before.
std::vector<yaml::Node> listed(const yaml::Node& list) {
  auto items = list.items();
  return items.size() > kMaxListeners ? std::vector<yaml::Node>() : items;
}

std::vector<Listener> all_listeners(const yaml::Node& root, const Config& config) {
  std::vector<Listener> out;
  const yaml::Node syslog = root["inputs"]["syslog"];
  if (!syslog.present()) {
    for (const auto& listen : config.syslog.listens) {
      out.push_back(
          {listen.protocol == ingest::SyslogProtocol::kUdp, listen.listen, "the default of inputs.syslog", {}});
    }
  }
  const yaml::Node http = root["inputs"]["http"];
  if (!http.present()) {
    for (const auto& input : config.http) {
      out.push_back({false, input.server.listen, "the default of inputs.http", {}});
    }
  }
  const yaml::Node api = root["api"];
  if (!api["listen"].present()) out.push_back({false, config.api.server.listen, "the default of api.listen", {}});
  std::size_t index = 0;
  for (const auto& item : listed(syslog)) {
    const auto protocol = syslog_protocol(item["protocol"].text());
    const std::string name = fmt::format("inputs.syslog[{}]", index++);
    if (protocol) add_written(out, item, name, *protocol == ingest::SyslogProtocol::kUdp);
  }
  index = 0;
  for (const auto& item : listed(http)) add_written(out, item, fmt::format("inputs.http[{}]", index++), false);
  add_written(out, api, "api", false);
  return out;
}

}  // namespace

void read_inputs(Section& inputs, Config& config) {
  if (const auto items = read_list(inputs, "syslog")) {
    config.syslog.listens.clear();
    for (std::size_t i = 0; i < items->size(); ++i) {
      Section item = item_section(inputs, "syslog", i, (*items)[i]);
      if (auto listen = read_syslog_listener(item)) config.syslog.listens.push_back(*std::move(listen));
    }
  }
  if (const auto items = read_list(inputs, "http")) {
    config.http.clear();
    for (std::size_t i = 0; i < items->size(); ++i) {
      Section item = item_section(inputs, "http", i, (*items)[i]);
      if (auto input = read_http(item)) config.http.push_back(*std::move(input));
    }
  }
  Section limits(inputs.context(), inputs.map("limits"), inputs.name_of("limits"));
  read_limits(limits, config.syslog);
  inputs.finish();
}

void read_api(Section& api, web::ApiOptions& options) {
  read_server(api, options.server, options.tokens);
  const auto anonymous = api.word("anonymous", {"none", "read", "write", "admin"});
  if (anonymous) options.anonymous = web::find_scope(*anonymous);
  if (options.anonymous && !options.server.listen.is_loopback()) {
    api.context().report(api.node()["anonymous"], api.name_of("anonymous"),
                         fmt::format("{} can be reached from other machines: expected none, or a loopback address such "
                                     "as 127.0.0.1",
                                     core::format_endpoint(options.server.listen)));
  }
  api.finish();
}

void check_ports(Context& context, const yaml::Node& root, const Config& config) {
  auto listeners = all_listeners(root, config);
  // In the order of the file, defaults (line 0) first.
  std::ranges::stable_sort(listeners, {}, [](const Listener& l) { return std::pair(l.node.line(), l.node.col()); });
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    const Listener& later = listeners[i];
    if (!later.node.present()) continue;
    for (std::size_t k = 0; k < i; ++k) {
      if (!clash(listeners[k], later)) continue;
      context.report(later.node, later.name,
                     fmt::format("{} over {} is taken by {}", core::format_endpoint(later.endpoint),
                                 later.is_udp ? "UDP" : "TCP", listeners[k].name));
      break;
    }
  }
}

}  // namespace rw::config
