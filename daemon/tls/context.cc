#include "daemon/tls/context.h"

#include <fmt/format.h>
#include <openssl/x509.h>

#include <cstdint>
#include <ctime>
#include <string_view>
#include <utility>

namespace rw::tls {
namespace {

// The certificate that the handshake under way on this thread was refused for; handshake_error() takes it.
thread_local std::string refused_certificate;

std::string describe(X509* certificate) {
  std::array<char, 256> subject{};
  X509_NAME_oneline(X509_get_subject_name(certificate), subject.data(), static_cast<int>(subject.size()));
  return fmt::format("{} ({})", subject.data(), sha256_fingerprint(certificate));
}

}  // namespace

Context::Context(Options options, Sessions sessions, AllowedClients allowed)
    : options_(std::move(options)), sessions_(sessions), allowed_(std::move(allowed)) {}

core::Result<std::unique_ptr<Context>> Context::open(Options options, Sessions sessions) {
  RW_TRY(auto allowed, AllowedClients::parse(options.allowed_clients));
  if (allowed.has_names() && options.client_ca.empty()) {
    return core::invalid_input("allowed_clients: names need client_ca, which vouches for them");
  }
  std::unique_ptr<Context> context(new Context(std::move(options), sessions, std::move(allowed)));
  RW_CHECK(context->reload());
  return context;
}

core::Result<void> Context::reload() {
  RW_TRY(SslContext made, make());
  core::Lock lock(mutex_);
  context_ = std::move(made);
  return {};
}

std::optional<core::Micros> Context::expires() const {
  tm utc{};
  {
    core::Lock lock(mutex_);
    const X509* certificate = SSL_CTX_get0_certificate(context_.get());
    if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &utc) != 1) return std::nullopt;
  }
  const std::time_t seconds = ::timegm(&utc);
  const core::Micros expires = core::from_us(std::int64_t{seconds} * 1'000'000);
  return core::is_plausible(expires) ? std::optional(expires) : std::nullopt;
}

Ssl Context::new_connection() const {
  core::Lock lock(mutex_);
  Ssl ssl(SSL_new(context_.get()));
  if (ssl) SSL_set_accept_state(ssl.get());
  return ssl;
}

core::Result<SslContext> Context::make() const {
  SslContext context(SSL_CTX_new(TLS_server_method()));
  RW_ASSERT(context != nullptr);  // else out of memory
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // RELEASE_BUFFERS: an idle connection holds no record buffers.
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context.get(),
                                 SSL_SESS_CACHE_OFF);  // who resumes does so by a ticket, which they keep
  if (sessions_ == Sessions::kNotResumed) {
    SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context.get(), 0);
  }
  RW_CHECK(load_certificate(context.get(), options_.certificate, options_.key));
  RW_CHECK(set_client_verification(context.get()));
  return context;
}

core::Result<void> Context::set_client_verification(SSL_CTX* context) const {
  if (options_.client_ca.empty() && allowed_.empty()) return {};
  if (!options_.client_ca.empty()) {
    RW_CHECK(check_readable(options_.client_ca, "client_ca"));
    if (SSL_CTX_load_verify_locations(context, options_.client_ca.c_str(), nullptr) != 1) {
      return core::Error{core::ErrorCode::kIo,
                         fmt::format("client_ca {}: {}", options_.client_ca, last_openssl_reason()),
                         "expected a PEM file with the certificates of the CAs that sign client certificates"};
    }
    // Clients choose a certificate by this list; a self-signed one would then not be sent at all.
    if (!allowed_.has_fingerprints()) {
      SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(options_.client_ca.c_str()));
    }
  }
  const std::string_view id = "regwarden";  // without one, OpenSSL refuses to resume sessions with client certificates
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(id.data()),
                                 static_cast<unsigned int>(id.size()));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, &Context::verify, const_cast<Context*>(this));
  return {};
}

// In place of X509_verify_cert. 1: the client is let in.
int Context::verify(X509_STORE_CTX* store, void* self) {
  const auto& context = *static_cast<const Context*>(self);
  X509* certificate = X509_STORE_CTX_get0_cert(store);
  if (context.allowed_.matches_fingerprint(certificate)) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  bool trusted = false;
  if (!context.options_.client_ca.empty()) {
    trusted = X509_verify_cert(store) == 1;
    if (trusted && (context.allowed_.empty() || context.allowed_.matches_name(certificate))) return 1;
  }
  if (trusted || context.options_.client_ca.empty()) {
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  }
  refused_certificate = describe(certificate);
  return 0;
}

std::string handshake_error(SSL* ssl) {
  const std::string reason = last_openssl_reason();
  const std::string certificate = std::exchange(refused_certificate, {});
  if (certificate.empty()) return reason;
  const long result = SSL_get_verify_result(ssl);
  return fmt::format("client certificate {}: {}", certificate,
                     result == X509_V_ERR_APPLICATION_VERIFICATION ? "is none of allowed_clients"
                                                                   : X509_verify_cert_error_string(result));
}

}  // namespace rw::tls
