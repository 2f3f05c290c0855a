// doctor: ports, what is not protected, who is let in.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/cli/doctor.h"
#include "daemon/cli/first_start.h"
#include "daemon/cli/listening.h"
#include "daemon/cli/port_holder.h"
#include "web/scopes.h"

namespace rw::cli {
namespace {

constexpr std::string_view kPorts = "ports";
constexpr std::string_view kAccess = "access";

int first_unprivileged_port() {
  int port = 1024;
  std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> port;
  return port;
}

void judge_taken(const Patient& patient, const Listener& listener, const PortTrial& trial, Findings& findings) {
  const std::string name = render(listener);
  const std::string show = fmt::format("ss -{}np 'sport = :{}'", listener.is_udp ? "lu" : "lt", listener.endpoint.port);
  if (patient.process && (trial.process == patient.process || !trial.process)) {
    // Another user's sockets cannot be seen: nothing says that it is not the daemon's.
    findings.ok(kPorts, fmt::format("{}: {} by the daemon (process {})", name,
                                    trial.process ? "held" : "in use, likely", *patient.process));
  } else if (trial.process) {
    findings.problem(kPorts, fmt::format("{}: {} (process {}) has this port", name, trial.program, *trial.process),
                     fmt::format("stop it, or choose another port in regwarden.yaml; {} shows it", show));
  } else {
    findings.problem(kPorts, fmt::format("{}: another process has this port", name),
                     fmt::format("sudo {} shows which; stop it, or choose another port in regwarden.yaml", show));
  }
}

void judge_port(const Patient& patient, const Listener& listener, Findings& findings) {
  const std::string name = render(listener);
  if (listener.endpoint.port == 0) {
    findings.ok(kPorts, name + ": the system chooses a port at each start");
    return;
  }
  const PortTrial trial = try_port(listener);
  switch (trial.error) {
    case 0:
      if (patient.process) {
        findings.warning(kPorts, fmt::format("{}: the daemon that runs does not listen there", name),
                         "the configuration has changed since it started: systemctl restart regwarden");
      } else {
        findings.ok(kPorts, name + ": free");
      }
      return;
    case EADDRINUSE:
      judge_taken(patient, listener, trial, findings);
      return;
    case EACCES:
      if (patient.process) {
        findings.ok(kPorts, fmt::format("{}: below {}, which this user may not try", name, first_unprivileged_port()));
      } else {
        findings.warning(kPorts,
                         fmt::format("{}: below {}, so that user {} may not open it", name, first_unprivileged_port(),
                                     user_name(::geteuid())),
                         "start it as the service, which may (systemctl start regwarden), or as root, or choose a "
                         "higher port");
      }
      return;
    case EADDRNOTAVAIL:
      findings.problem(kPorts, fmt::format("{}: no interface of this machine has that address", name),
                       "`ip address` shows them; 0.0.0.0 or [::] means all");
      return;
    default:
      findings.problem(kPorts, fmt::format("{}: {}", name, std::strerror(trial.error)),
                       "choose another address in regwarden.yaml");
  }
}

}  // namespace

void check_ports(const Patient& patient, Findings& findings) {
  for (const Listener& listener : listeners_of(patient.config)) judge_port(patient, listener, findings);
}

void check_protection(const Patient& patient, Findings& findings) {
  for (const Exposure& exposure : exposures(listeners_of(patient.config))) {
    findings.warning("protection", fmt::format("{}: {}", fmt::join(exposure.listeners, ", "), exposure.what),
                     exposure.mend);
  }
  findings.ok_if_quiet("protection", "every listener is encrypted, or of this machine alone, and asks who comes");
}

void check_access(const Patient& patient, Findings& findings) {
  if (patient.reader == nullptr) return;
  const auto known = patient.reader->access();
  if (!known.ok()) {
    findings.problem(kAccess, core::render(known.error()), "regwarden db check" + config_argument(patient));
    return;
  }
  std::size_t people = known->users.size();
  std::size_t senders = 0;
  bool has_first = false;
  for (const storage::StoredToken& token : known->tokens) {
    if (token.expires && *token.expires <= patient.now) continue;
    const web::Scopes scopes = web::Scopes::from_json(token.scopes);
    if (scopes.grants(web::Scope::kRead)) ++people;
    if (scopes.grants(web::Scope::kIngest)) ++senders;
    has_first = has_first || token.name == kFirstTokenName;
  }
  const config::Config& config = patient.config;
  if (people == 0 && config.api.tokens.empty() && !config.api.anonymous) {
    findings.warning(kAccess, "nobody may use the page or the API",
                     "regwarden token add NAME --scope admin" + config_argument(patient));
  }
  const auto nobody_sends = std::ranges::find_if(config.http, [&](const config::HttpInput& input) {
    return input.require_token && input.ingest.tokens.empty() && senders == 0;
  });
  if (nobody_sends != config.http.end()) {
    findings.warning(kAccess,
                     fmt::format("nobody may send to the HTTP input on {}: it asks for a token",
                                 core::format_endpoint(nobody_sends->server.listen)),
                     "regwarden token add NAME --scope ingest" + config_argument(patient));
  }
  if (has_first && people > 1) {
    findings.warning(kAccess,
                     fmt::format("the token {} still holds, and stands in the log of the first start", kFirstTokenName),
                     fmt::format("regwarden token revoke {}{}", kFirstTokenName, config_argument(patient)));
  }
  findings.ok_if_quiet(kAccess, fmt::format("users and tokens that may read: {}; tokens that may send: {}",
                                            people + config.api.tokens.size(), senders));
}

}  // namespace rw::cli
