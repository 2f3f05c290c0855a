// What a certificate says of itself, for people who look after it. No key is read. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/time.h"

namespace rw::tls {

struct CertificateFacts {
  std::string subject;             // its CN; empty: it has none
  std::vector<std::string> names;  // SAN: DNS names and IP addresses, as they stand there
  core::Micros begins;
  core::Micros expires;
  bool is_ca = false;
};

// Of the first certificate of a PEM file. Errors: Io (it cannot be read or is none).
core::Result<CertificateFacts> read_certificate_facts(const std::string& file);
// The same of a PEM text; `name` is how messages call it. Errors: InvalidInput.
core::Result<CertificateFacts> certificate_facts(std::string_view pem, std::string_view name);

// Whether a client that was told to reach `host`, a DNS name or an IP address, would take the certificate for its own.
// As CertificateFacts::names has them; '*.' stands for one label.
bool names_host(const std::vector<std::string>& names, std::string_view host);

}  // namespace rw::tls
