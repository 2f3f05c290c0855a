#include "daemon/tls/certificate.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace rw::tls {
namespace {

// Without this OpenSSL would ask on the terminal for the pass phrase of an encrypted key.
int no_pass_phrase(char*, int, int, void* asked) {
  if (asked != nullptr) *static_cast<bool*>(asked) = true;
  return 0;
}

std::string reason_of(unsigned long code) {
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

core::Error bad_key(const std::string& key, std::string_view reason) {
  return {core::ErrorCode::kIo, fmt::format("key {}: {}", key, reason),
          "expected the unencrypted PEM private key that belongs to the certificate"};
}

core::Error another_key(const std::string& certificate, const std::string& key) {
  return {core::ErrorCode::kIo, fmt::format("key {} does not belong to certificate {}", key, certificate),
          "name the key with which the certificate was made"};
}

core::Result<void> load_files(SSL_CTX* context, const std::string& certificate, const std::string& key,
                              const bool& is_encrypted) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    const unsigned long first = ERR_peek_error();  // the others say which part of OpenSSL passed it on
    ERR_clear_error();
    return core::Error{core::ErrorCode::kIo, fmt::format("certificate {}: {}", certificate, reason_of(first)),
                       "expected a PEM file with the certificate first, then its chain"};
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const unsigned long code = ERR_peek_last_error();
    const std::string reason = last_openssl_reason();
    if (is_encrypted) return bad_key(key, "it is encrypted");
    const bool is_another = ERR_GET_LIB(code) == ERR_LIB_X509 && ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH;
    return is_another ? another_key(certificate, key) : bad_key(key, reason);
  }
  if (SSL_CTX_check_private_key(context) == 1) return {};
  ERR_clear_error();
  return another_key(certificate, key);  // of another type
}

}  // namespace

core::Result<void> load_certificate(SSL_CTX* context, const std::string& certificate, const std::string& key) {
  RW_CHECK(check_readable(certificate, "certificate"));
  RW_CHECK(check_readable(key, "key"));
  ERR_clear_error();
  bool is_encrypted = false;
  SSL_CTX_set_default_passwd_cb(context, no_pass_phrase);
  SSL_CTX_set_default_passwd_cb_userdata(context, &is_encrypted);
  auto loaded = load_files(context, certificate, key, is_encrypted);
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  return loaded;
}

core::Result<void> check_certificate(const std::string& certificate, const std::string& key) {
  const SslContext context(SSL_CTX_new(TLS_client_method()));
  RW_ASSERT(context != nullptr);  // else out of memory
  return load_certificate(context.get(), certificate, key);
}

core::Result<void> check_readable(const std::string& file, std::string_view what) {
  if (access(file.c_str(), R_OK) == 0) return {};
  const int error = errno;
  return core::Error{
      core::ErrorCode::kIo, fmt::format("{} {}: {}", what, file, std::strerror(error)),
      error == EACCES ? "make the file readable for the user regwarden runs as" : "name an existing PEM file"};
}

std::string last_openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  return reason_of(code);
}

}  // namespace rw::tls
