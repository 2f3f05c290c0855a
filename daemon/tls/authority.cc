#include "daemon/tls/authority.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/tls/allowed_clients.h"
#include "daemon/tls/certificate.h"
#include "daemon/tls/handles.h"

namespace rw::tls {
namespace {

constexpr std::size_t kMostNameBytes = 64;  // of a CN (RFC 5280, A.1)
constexpr int kSerialBits = 127;            // positive, and more than anybody could guess
constexpr std::chrono::hours kClockDifference{1};
constexpr int kPkcs12Iterations = 100'000;

core::Error openssl_error(std::string_view doing) {
  return {core::ErrorCode::kInternal, fmt::format("{}: {}", doing, last_openssl_reason())};
}

core::Result<std::string> memory_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  if (size <= 0) return openssl_error("cannot write");
  return std::string(bytes, static_cast<std::size_t>(size));
}

core::Result<Identity> identity_of(X509* certificate, EVP_PKEY* key) {
  const BioHandle certificate_out(BIO_new(BIO_s_mem()));
  const BioHandle key_out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_out.get(), certificate) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl_error("cannot write a certificate");
  }
  Identity identity;
  RW_TRY(identity.certificate, memory_of(certificate_out.get()));
  RW_TRY(identity.key, memory_of(key_out.get()));
  return identity;
}

X509Handle certificate_of(std::string_view pem) {
  const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return X509Handle(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

core::Result<KeyHandle> key_of(std::string_view pem) {
  // A pass phrase is never asked for.
  const auto no_phrase = [](char*, int, int, void*) { return 0; };
  const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_phrase, nullptr));
  if (!key) return core::invalid_input(fmt::format("no unencrypted PEM private key: {}", last_openssl_reason()));
  return key;
}

core::Result<X509Handle> blank_certificate(const std::string& name, EVP_PKEY* key, core::Micros begins,
                                           core::Micros ends) {
  X509Handle certificate(X509_new());
  BIGNUM* serial = BN_new();
  const auto time_of = [](core::Micros time) {
    return static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
  };
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  const bool made = BN_rand(serial, kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
                    BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate.get())) != nullptr &&
                    X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                    ASN1_TIME_set(X509_getm_notBefore(certificate.get()), time_of(begins)) != nullptr &&
                    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), time_of(ends)) != nullptr &&
                    X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                               reinterpret_cast<const unsigned char*>(name.data()),
                                               static_cast<int>(name.size()), -1, 0) == 1 &&
                    X509_set_pubkey(certificate.get(), key) == 1;
  BN_free(serial);
  if (!made) return openssl_error("cannot make a certificate");
  return certificate;
}

core::Result<void> extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  const bool added = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  if (!added) return openssl_error("cannot extend a certificate by " + value);
  return {};
}

// The names were checked: none can hold what would end it in OpenSSL's syntax of extensions.
core::Result<std::string> alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    RW_TRY(const AllowedClients parsed, AllowedClients::parse({name}));
    if (!parsed.has_names()) return core::invalid_input(core::quoted(name) + ": expected a DNS name or an IP address");
    ASN1_OCTET_STRING* address = a2i_IPADDRESS(name.c_str());
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", address == nullptr ? "DNS" : "IP", name);
    ASN1_OCTET_STRING_free(address);
  }
  return text;
}

core::Result<void> check_common_name(const std::string& name) {
  if (!name.empty() && name.size() <= kMostNameBytes && core::is_valid_utf8(name)) return {};
  return core::invalid_input(
      fmt::format("{}: expected a name of at most {} bytes", core::quoted(name), kMostNameBytes));
}

}  // namespace

struct Authority::Parts {
  X509Handle certificate;
  KeyHandle key;
};

Authority::Authority(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Authority::Authority(Authority&&) noexcept = default;
Authority::~Authority() = default;

core::Result<Identity> Authority::make(const std::string& name, std::chrono::days lasts, core::Micros now) {
  RW_CHECK(check_common_name(name));
  const KeyHandle key(EVP_EC_gen("P-256"));
  if (!key) return openssl_error("cannot make a key");
  RW_TRY(const X509Handle made, blank_certificate(name, key.get(), now - kClockDifference, now + lasts));
  X509* certificate = made.get();
  if (X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) != 1) return openssl_error("cannot name");
  RW_CHECK(extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
  RW_CHECK(extend(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign"));
  RW_CHECK(extend(certificate, certificate, NID_subject_key_identifier, "hash"));
  if (X509_sign(certificate, key.get(), EVP_sha256()) == 0) return openssl_error("cannot sign");
  return identity_of(certificate, key.get());
}

core::Result<Authority> Authority::open(const Identity& identity) {
  auto parts = std::make_unique<Parts>();
  parts->certificate = certificate_of(identity.certificate);
  if (!parts->certificate) {
    return core::invalid_input(fmt::format("the CA's certificate is no PEM certificate: {}", last_openssl_reason()));
  }
  if (X509_check_ca(parts->certificate.get()) != 1) return core::invalid_input("the certificate is not one of a CA");
  auto key = key_of(identity.key);
  if (!key.ok()) return core::invalid_input("the CA's key: " + key.error().message);
  parts->key = std::move(key).value();
  if (X509_check_private_key(parts->certificate.get(), parts->key.get()) != 1) {
    (void)last_openssl_reason();
    return core::invalid_input("the CA's key does not belong to its certificate");
  }
  return Authority(std::move(parts));
}

core::Result<Identity> Authority::issue(const Wanted& wanted, core::Micros now) const {
  if (wanted.names.empty()) return core::invalid_input("a certificate needs a name");
  RW_TRY(const std::string names, alternative_names(wanted.names));
  KeyHandle key;
  if (wanted.key.empty()) {
    key.reset(EVP_EC_gen("P-256"));
    if (!key) return openssl_error("cannot make a key");
  } else {
    RW_TRY(key, key_of(wanted.key));
  }
  const std::string& first = wanted.names.front();
  RW_TRY(const X509Handle made,
         blank_certificate(first.size() <= kMostNameBytes ? first : first.substr(0, kMostNameBytes), key.get(),
                           now - kClockDifference, now + wanted.lasts));
  X509* certificate = made.get();
  X509* issuer = parts_->certificate.get();
  if (ASN1_TIME_compare(X509_get0_notAfter(certificate), X509_get0_notAfter(issuer)) > 0 &&
      X509_set1_notAfter(certificate, X509_get0_notAfter(issuer)) != 1) {
    return openssl_error("cannot limit a certificate");
  }
  if (X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) != 1) return openssl_error("cannot name");
  RW_CHECK(extend(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE"));
  RW_CHECK(extend(certificate, issuer, NID_key_usage, "critical,digitalSignature"));
  RW_CHECK(extend(certificate, issuer, NID_ext_key_usage, wanted.role == Role::kServer ? "serverAuth" : "clientAuth"));
  RW_CHECK(extend(certificate, issuer, NID_subject_alt_name, names));
  RW_CHECK(extend(certificate, issuer, NID_subject_key_identifier, "hash"));
  RW_CHECK(extend(certificate, issuer, NID_authority_key_identifier, "keyid:always"));
  if (X509_sign(certificate, parts_->key.get(), EVP_sha256()) == 0) return openssl_error("cannot sign");
  return identity_of(certificate, key.get());
}

bool Authority::has_signed(std::string_view certificate) const {
  const X509Handle read = certificate_of(certificate);
  const bool signed_by_us = read && X509_verify(read.get(), parts_->key.get()) == 1;
  (void)last_openssl_reason();
  return signed_by_us;
}

core::Result<std::string> Authority::pkcs12(const Identity& identity, const std::string& name,
                                            const std::string& password) const {
  const X509Handle certificate = certificate_of(identity.certificate);
  if (!certificate) return core::invalid_input("no PEM certificate");
  RW_TRY(const KeyHandle key, key_of(identity.key));
  STACK_OF(X509)* chain = sk_X509_new_null();
  sk_X509_push(chain, parts_->certificate.get());
  constexpr int kTripleDes = NID_pbe_WithSHA1And3_Key_TripleDES_CBC;
  // MAC iterations -1: the MAC is set below, with a hash that every Windows knows.
  const Pkcs12Handle made(PKCS12_create(password.c_str(), name.c_str(), key.get(), certificate.get(), chain, kTripleDes,
                                        kTripleDes, kPkcs12Iterations, -1, 0));
  sk_X509_free(chain);
  if (!made || PKCS12_set_mac(made.get(), password.c_str(), -1, nullptr, 0, kPkcs12Iterations, EVP_sha1()) != 1) {
    return openssl_error("cannot make PKCS#12");
  }
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (i2d_PKCS12_bio(out.get(), made.get()) != 1) return openssl_error("cannot write PKCS#12");
  return memory_of(out.get());
}

}  // namespace rw::tls
