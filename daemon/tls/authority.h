// A CA of a shop's own, and what it signs: certificates of servers and clients, EC P-256, as RFC 5280 and the programs
// that send want them. Holds no file: what goes in and out is PEM. Thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/time.h"

namespace rw::tls {

// Both PEM; the key PKCS#8, not encrypted.
struct Identity {
  std::string certificate;
  std::string key;
};

enum class Role { kServer, kClient };

struct Wanted {
  Role role = Role::kServer;
  // DNS names ('*.' at the start stands for one label) and IP addresses; the first one is the subject's CN, too.
  std::vector<std::string> names;
  std::chrono::days lasts{825};
  // PEM of a key that is there already; empty: a new one is made.
  std::string key = {};
};

class Authority {
 public:
  // A new one. name: its CN, of at most 64 bytes. Errors: InvalidInput (name), Internal.
  static core::Result<Identity> make(const std::string& name, std::chrono::days lasts, core::Micros now);

  // Errors: InvalidInput (not PEM, no CA, or the key is another's).
  static core::Result<Authority> open(const Identity& identity);

  // Valid from an hour before `now`, since clocks differ, and never longer than the CA. Errors: InvalidInput (a name
  // that is none, or a key that is none), Internal.
  core::Result<Identity> issue(const Wanted& wanted, core::Micros now) const;

  // Whether this CA has signed the PEM certificate.
  bool has_signed(std::string_view certificate) const;

  // Certificate, key and the CA's certificate in one file for Windows (PKCS#12, DER). Encrypted as every Windows
  // since Vista reads it (3DES, SHA-1), so its safety rests on the password: take a long random one.
  core::Result<std::string> pkcs12(const Identity& identity, const std::string& name,
                                   const std::string& password) const;

  Authority(Authority&&) noexcept;
  ~Authority();

 private:
  struct Parts;
  explicit Authority(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace rw::tls
