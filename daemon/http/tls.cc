#include "daemon/http/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace rw::http {
namespace {

std::string last_openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

core::Result<void> check_readable(const std::string& file, std::string_view what) {
  if (access(file.c_str(), R_OK) == 0) return {};
  const int error = errno;
  return core::Error{
      core::ErrorCode::kIo, fmt::format("{} {}: {}", what, file, std::strerror(error)),
      error == EACCES ? "make the file readable for the user regwarden runs as" : "name an existing PEM file"};
}

// Without this OpenSSL would ask on the terminal for the pass phrase of an encrypted key.
int no_pass_phrase(char*, int, int, void*) { return 0; }

}  // namespace

core::Result<SslContext> make_tls_context(const TlsOptions& options) {
  RW_CHECK(check_readable(options.certificate, "certificate"));
  RW_CHECK(check_readable(options.key, "key"));

  ERR_clear_error();
  SslContext context(SSL_CTX_new(TLS_server_method()));
  RW_ASSERT(context != nullptr);  // else out of memory
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);      // an idle connection needs none of its 34 KiB
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);  // clients resume by tickets, which they keep
  SSL_CTX_set_default_passwd_cb(context.get(), no_pass_phrase);

  if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate.c_str()) != 1) {
    return core::Error{core::ErrorCode::kIo,
                       fmt::format("certificate {}: {}", options.certificate, last_openssl_reason()),
                       "expected a PEM file with the server's certificate first, then its chain"};
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), options.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return core::Error{core::ErrorCode::kIo, fmt::format("key {}: {}", options.key, last_openssl_reason()),
                       "expected the unencrypted PEM private key that belongs to the certificate"};
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    return core::Error{core::ErrorCode::kIo,
                       fmt::format("key {} does not belong to certificate {}", options.key, options.certificate),
                       "name the key with which the certificate was made"};
  }
  return context;
}

}  // namespace rw::http
