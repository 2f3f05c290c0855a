// doctor: the certificates and keys of the listeners.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/cli/doctor.h"
#include "daemon/cli/file_access.h"
#include "daemon/cli/listening.h"
#include "daemon/cli/machine.h"
#include "daemon/scheduler/health.h"
#include "daemon/tls/certificate.h"
#include "daemon/tls/certificate_facts.h"

namespace rw::cli {
namespace {

constexpr std::string_view kCertificates = "certificates";

struct Used {
  tls::Options files;
  std::vector<std::string> listeners;
};

// Each certificate once, with all that show it.
std::vector<Used> certificates_of(const config::Config& config) {
  std::vector<Used> found;
  const auto add = [&](const std::optional<tls::Options>& files, const Listener& listener) {
    if (!files) return;
    const auto known = std::ranges::find_if(found, [&](const Used& used) {
      return used.files.certificate == files->certificate && used.files.key == files->key &&
             used.files.client_ca == files->client_ca;
    });
    if (known != found.end()) {
      known->listeners.push_back(render(listener));
    } else {
      found.push_back({*files, {render(listener)}});
    }
  };
  const std::vector<Listener> listeners = listeners_of(config);
  auto next = listeners.begin();
  for (const ingest::SyslogListen& listen : config.syslog.listens) add(listen.tls, *next++);
  for (const config::HttpInput& input : config.http) add(input.server.tls, *next++);
  add(config.api.server.tls, *next);
  return found;
}

// Whoever asks may be root, who can read everything.
bool check_readable_by_daemon(const Patient& patient, const std::string& file, Findings& findings) {
  if (may_read(file, patient.user.user, patient.user.group)) return true;
  findings.problem(kCertificates, fmt::format("{} cannot be read by the daemon's user {}", file, patient.user.name),
                   fmt::format("sudo chown {0} {1} && sudo chmod u+r {1}; the folders above it need x for that user",
                               patient.user.name, file));
  return false;
}

bool check_client_ca(const Patient& patient, const std::string& file, Findings& findings) {
  const auto facts = tls::read_certificate_facts(file);
  if (!facts.ok()) {
    findings.problem(kCertificates, "client_ca: " + facts.error().message,
                     "name the PEM file of the CA that signs client certificates; regwarden tls init makes one");
    return false;
  }
  if (facts->expires <= patient.now) {
    findings.problem(
        kCertificates,
        fmt::format("client_ca {} expired on {}: no client is let in", file, core::format_rfc3339(facts->expires)),
        "make a new CA in another folder: regwarden tls init --dir DIR, and give its ca.pem to all");
    return false;
  }
  return check_readable_by_daemon(patient, file, findings);
}

std::string render_names(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 6;
  const std::size_t shown = std::min(names.size(), kMost);
  const std::string text = fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<long>(shown), ", "));
  return shown == names.size() ? text : fmt::format("{} and {} more", text, names.size() - shown);
}

bool check_names(const tls::CertificateFacts& facts, const std::string& file, Findings& findings) {
  if (facts.names.empty()) {
    findings.warning(kCertificates, fmt::format("{} has no names (subjectAltName): clients refuse it", file),
                     "regwarden tls renew makes one with the names of this machine");
    return false;
  }
  std::vector<std::string> own = host_names();
  for (std::string& address : addresses()) own.push_back(std::move(address));
  const bool is_ours = std::ranges::any_of(own, [&](const auto& name) { return tls::names_host(facts.names, name); });
  if (is_ours || own.empty()) return true;
  findings.warning(
      kCertificates,
      fmt::format("{} is for {}, and this machine knows itself as {}: clients that use such a name refuse it", file,
                  render_names(facts.names), render_names(own)),
      "right if they reach it by a name that only DNS or a proxy knows; else regwarden tls renew");
  return false;
}

void check_one(const Patient& patient, const Used& used, Findings& findings) {
  const std::string& file = used.files.certificate;
  const std::string listeners = fmt::format("{}", fmt::join(used.listeners, ", "));
  if (const auto pair = tls::check_certificate(file, used.files.key); !pair.ok()) {
    findings.problem(kCertificates, fmt::format("{}: {}", listeners, pair.error().message), pair.error().hint);
    return;
  }
  const auto facts = tls::read_certificate_facts(file);
  if (!facts.ok()) {
    findings.problem(kCertificates, facts.error().message, facts.error().hint);
    return;
  }
  bool fine = check_readable_by_daemon(patient, file, findings);
  fine = check_readable_by_daemon(patient, used.files.key, findings) && fine;
  const auto days = std::chrono::floor<std::chrono::days>(facts->expires - patient.now).count();
  if (facts->begins > patient.now) {
    findings.problem(kCertificates,
                     fmt::format("{} is valid from {} on only", file, core::format_rfc3339(facts->begins)),
                     "look at the clock; if it is right: regwarden tls renew, then systemctl reload regwarden");
    fine = false;
  }
  const std::string renew = "regwarden tls renew (where regwarden tls made it), then systemctl reload regwarden";
  // An expired one is a problem also where the operator wants no warning before.
  if (facts->expires <= patient.now) {
    findings.problem(
        kCertificates,
        fmt::format("The certificate of {} expired on {}: {}", listeners, core::format_rfc3339(facts->expires), file),
        "Put a new one in its place and send SIGHUP: " + renew);
    fine = false;
  } else if (const auto soon =
                 scheduler::certificate_expires(patient.config.health, {listeners, facts->expires}, patient.now)) {
    findings.warning(kCertificates, fmt::format("{}, in {} days: {}", soon->message, days, file),
                     fmt::format("{}: {}", soon->action, renew));
    fine = false;
  }
  fine = check_names(*facts, file, findings) && fine;
  if (!used.files.client_ca.empty()) fine = check_client_ca(patient, used.files.client_ca, findings) && fine;
  if (fine) {
    findings.ok(kCertificates,
                fmt::format("{}: {}, {} days left, for {}", listeners, file, days, render_names(facts->names)));
  }
}

}  // namespace

void check_certificates(const Patient& patient, Findings& findings) {
  for (const Used& used : certificates_of(patient.config)) check_one(patient, used, findings);
  findings.ok_if_quiet(kCertificates, "no listener has one");
}

}  // namespace rw::cli
