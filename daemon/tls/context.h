// The server side of TLS 1.2 and 1.3 (RFC 9662 for syslog): certificate and key become a context from which connections
// are made; a context can be made anew while connections are open. Client certificates are asked for where client_ca
// or allowed_clients is set, and then they are required.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/mutex.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "daemon/tls/allowed_clients.h"
#include "daemon/tls/certificate.h"

namespace rw::tls {

struct Options {
  std::string certificate;  // PEM files
  std::string key;
  std::string client_ca = {};                     // PEM file: a client certificate must be signed by one of these
  std::vector<std::string> allowed_clients = {};  // see AllowedClients; names need client_ca. Empty: all that it signed

  friend bool operator==(const Options&, const Options&) = default;
};

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using Ssl = std::unique_ptr<SSL, SslFree>;

// What a finished handshake may be followed by.
enum class Sessions {
  kResumable,  // session tickets: a client that comes again is faster
  // Nothing is written after the handshake: a sender that never reads would close with a ticket unread, which makes its
  // kernel reset the connection and destroy what it has not sent yet.
  kNotResumed,
};

class Context {
 public:
  // Errors: those of load_certificate(), Io (client_ca), InvalidInput (allowed_clients).
  static core::Result<std::unique_ptr<Context>> open(Options options, Sessions sessions);

  // Reads the files again. Connections from now on have the new certificate; those that are open keep theirs.
  // Errors: those of open(); then nothing has changed. Thread-safe.
  core::Result<void> reload();

  // Until when the certificate in use is valid. Unset: beyond what a clock shows. Thread-safe.
  std::optional<core::Micros> expires() const;

  // For one connection, server side. Null: out of memory. It may outlive a reload, not the Context. Thread-safe.
  Ssl new_connection() const;

 private:
  Context(Options options, Sessions sessions, AllowedClients allowed);
  core::Result<SslContext> make() const;
  core::Result<void> set_client_verification(SSL_CTX* context) const;
  static int verify(X509_STORE_CTX* store, void* self);

  const Options options_;
  const Sessions sessions_;
  const AllowedClients allowed_;
  mutable core::Mutex mutex_;
  SslContext context_ RW_GUARDED_BY(mutex_);
};

// Why the handshake that has just failed on this thread did: what the certificate lacks, or OpenSSL's reason. Clears
// OpenSSL's queue of errors.
std::string handshake_error(SSL* ssl);

}  // namespace rw::tls
