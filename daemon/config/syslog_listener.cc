#include "daemon/config/syslog_listener.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace rw::config {
namespace {

using ingest::SyslogProtocol;

constexpr std::array<SyslogProtocol, 4> kProtocols{SyslogProtocol::kUdp, SyslogProtocol::kTcp, SyslogProtocol::kTls,
                                                   SyslogProtocol::kRelp};
constexpr std::size_t kMaxAllowedClients = 10'000;

// A PEM file that must be there.
std::optional<std::string> read_pem_path(Section& section, std::string_view key) {
  auto path = section.path(key);
  std::error_code error;
  if (!path || std::filesystem::exists(*path, error) || error) return path;
  section.context().report(section.node()[key], section.name_of(key), fmt::format("{}: there is no such file", *path));
  return path;
}

void read_allowed_clients(Section& section, tls::Options& options) {
  const yaml::Node node = section.value("allowed_clients", "a list of names and fingerprints");
  const auto items = node.as_text_list(section.context().problems, section.name_of("allowed_clients"));
  if (!items) return;
  const auto report = [&](std::string_view message) {
    section.context().report(node, section.name_of("allowed_clients"), message);
  };
  if (items->empty()) return report("expected at least one; without this key, all clients that client_ca vouches for");
  if (items->size() > kMaxAllowedClients) return report(fmt::format("expected at most {} items", kMaxAllowedClients));
  bool good = true;
  for (const std::string& item : *items) {
    const auto one = tls::AllowedClients::parse({item});
    if (!one.ok()) {
      report(core::render(one.error()));
      good = false;
    } else if (one->has_names() && !section.has("client_ca")) {
      report(fmt::format("{}: a name needs client_ca beside it, which vouches for it (a fingerprint does not)", item));
      good = false;
    }
  }
  if (good) options.allowed_clients = *items;
}

// Keys that mean nothing without a certificate.
void refuse_without_tls(Section& item) {
  for (const std::string_view key : {"client_ca", "allowed_clients"}) {
    if (!item.has(key)) continue;
    item.context().report(item.node()[key], item.name_of(key), "expected certificate and key beside it");
  }
}

std::optional<tls::Options> read_syslog_tls(Section& item, bool is_required) {
  const bool is_plain = !item.has("certificate") && !item.has("key");
  auto options = read_certificate(item, is_required ? "expected both" : "expected both (TLS) or none (plain)");
  if (is_plain && is_required) item.require("certificate", "the PEM file of the server's certificate, and its key");
  tls::Options ignored;  // problems are reported all the same
  tls::Options& target = options ? *options : ignored;
  set(target.client_ca, read_pem_path(item, "client_ca"));
  read_allowed_clients(item, target);
  if (is_plain && !is_required) refuse_without_tls(item);
  return options;
}

}  // namespace

std::optional<SyslogProtocol> syslog_protocol(std::string_view word) {
  const auto found = std::ranges::find(kProtocols, word, ingest::protocol_name);
  return found == kProtocols.end() ? std::nullopt : std::optional(*found);
}

std::optional<tls::Options> read_certificate(Section& section, std::string_view expected) {
  auto certificate = read_pem_path(section, "certificate");
  auto key = read_pem_path(section, "key");
  for (const auto& [there, other] : {std::pair("certificate", "key"), std::pair("key", "certificate")}) {
    if (section.has(there) && !section.has(other)) {
      section.context().report(section.node()[there], section.name(),
                               fmt::format("{} without {}: {}", there, other, expected));
    }
  }
  if (!certificate || !key) return std::nullopt;
  return tls::Options{.certificate = *std::move(certificate), .key = *std::move(key)};
}

std::optional<ingest::SyslogListen> read_syslog_listener(Section& item) {
  const auto word = item.word("protocol", {"udp", "tcp", "tls", "relp"});
  const auto protocol = word ? syslog_protocol(*word) : std::nullopt;
  const auto listen = item.endpoint("listen");
  const auto zone = item.time_zone("time_zone");
  item.require("protocol", "udp, tcp, tls or relp");
  item.require("listen", "ADDRESS:PORT");
  const bool is_tls = protocol == SyslogProtocol::kTls;
  std::optional<tls::Options> tls;
  if (is_tls || protocol == SyslogProtocol::kRelp) tls = read_syslog_tls(item, is_tls);
  // The keys of a protocol that is not known are not worth a problem of their own.
  if (protocol || !item.has("protocol")) item.finish();
  if (!protocol || !listen || (is_tls && !tls)) return std::nullopt;
  return ingest::SyslogListen{.protocol = *protocol, .listen = *listen, .tls = std::move(tls), .zone = zone};
}

}  // namespace rw::config
