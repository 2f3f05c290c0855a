// What listens, and what of it is not protected: for the first lines of the daemon's log, and for `regwarden doctor`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/load.h"
#include "daemon/core/endpoint.h"

namespace rw::cli {

struct Listener {
  enum class Kind { kSyslog, kHttp, kApi };
  Kind kind = Kind::kSyslog;
  std::string name;  // as the log has it: "syslog/udp", "https", "api"
  core::Endpoint endpoint;
  bool is_udp = false;
  bool encrypted = false;
  bool asks_who = false;       // for a client certificate, a token, or to sign in
  std::string anonymous = {};  // of the API: the scope that everybody has who reaches it; empty: none
};

// In the order of the configuration: syslog, HTTP, the API. Ports as they are configured.
std::vector<Listener> listeners_of(const config::Config& config);

// "syslog/udp on 0.0.0.0:514"
std::string render(const Listener& listener);

// Something that is not protected, and all the listeners that it is said of.
struct Exposure {
  std::string what;  // "not encrypted, and open to whoever reaches it"
  std::string mend;  // what to do about it
  std::vector<std::string> listeners;
};

// Empty: there is nothing to say. The worst first.
std::vector<Exposure> exposures(const std::vector<Listener>& listeners);

// Where the page is, from this machine: "https://127.0.0.1:8089/".
std::string page_url(const Listener& api);

// The one thing to do next so that events come in. can_send: somebody has a token for the HTTP inputs.
std::string next_step(const std::vector<Listener>& listeners, bool can_send);

}  // namespace rw::cli
