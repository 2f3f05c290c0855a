// Which client certificates are let in (RFC 5425, section 5): by name, where a CA vouches for the certificate, or by
// the certificate's fingerprint, which needs no CA, so that a self-signed one will do. Constant after parse();
// thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"

using X509 = struct x509_st;

namespace rw::tls {

// What an item of `allowed_clients` must look like, for messages.
inline constexpr std::string_view kAllowedClientForms =
    "a DNS name ('*.' at its start stands for one label), an IP address, or a fingerprint (sha256:AB:CD:... or "
    "sha1:AB:CD:...)";

class AllowedClients {
 public:
  AllowedClients() = default;  // no list

  // Errors: InvalidInput (an item has none of the forms above; it is quoted).
  static core::Result<AllowedClients> parse(const std::vector<std::string>& items);

  bool has_names() const { return !names_.empty() || !addresses_.empty(); }
  bool has_fingerprints() const { return !sha256_.empty() || !sha1_.empty(); }
  bool empty() const { return !has_names() && !has_fingerprints(); }

  bool matches_fingerprint(const X509* certificate) const;
  // SAN dNSName and iPAddress; the subject's CN only where the certificate has no dNSName.
  bool matches_name(X509* certificate) const;
  // RFC 5425, 5.2: case does not count; '*' in a name of the list stands for the whole leftmost label, and for one
  // label only.
  bool matches_host(std::string_view host) const;

 private:
  std::vector<std::string> names_;      // lower case, without a final dot
  std::vector<std::string> addresses_;  // 4 or 16 bytes
  std::vector<std::string> sha256_;     // bytes
  std::vector<std::string> sha1_;
};

// "sha256:AB:CD:…", as it is written in `allowed_clients`.
std::string sha256_fingerprint(const X509* certificate);

}  // namespace rw::tls
