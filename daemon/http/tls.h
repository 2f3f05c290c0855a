// The server side of TLS 1.2 and 1.3: certificate and key become a context from which connections are made.
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "daemon/core/result.h"
#include "daemon/http/server.h"

namespace rw::http {

struct SslContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;
using Ssl = std::unique_ptr<SSL, SslFree>;

// Errors: Io (a file cannot be read, is not PEM, or the key is another certificate's).
core::Result<SslContext> make_tls_context(const TlsOptions& options);

}  // namespace rw::http
