// A certificate with its chain and the key that belongs to it, both PEM files. No pass phrase is ever asked for.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "daemon/core/result.h"

namespace rw::tls {

struct SslContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;

// Errors: Io, which names the file: it cannot be read, is not PEM, or the key is encrypted or another certificate's.
core::Result<void> load_certificate(SSL_CTX* context, const std::string& certificate, const std::string& key);

// That a client could show it, as the files are now. Errors: those of load_certificate(). Thread-safe.
core::Result<void> check_certificate(const std::string& certificate, const std::string& key);

// what: "certificate". Errors: Io.
core::Result<void> check_readable(const std::string& file, std::string_view what);

// Of the last error on this thread; clears OpenSSL's queue of errors.
std::string last_openssl_reason();

}  // namespace rw::tls
