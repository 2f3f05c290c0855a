#include "daemon/tls/certificate_facts.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/tls/certificate.h"
#include "daemon/tls/handles.h"

namespace rw::tls {
namespace {

core::Micros time_of(const ASN1_TIME* time) {
  tm utc{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &utc) != 1) return {};
  return core::from_us(std::int64_t{::timegm(&utc)} * 1'000'000);
}

std::string subject_name(X509* certificate) {
  std::array<char, 256> text{};
  const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text.data(),
                                             static_cast<int>(text.size()));
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string address_of(const std::string& bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  const bool is_address = bytes.size() == 4 || bytes.size() == 16;
  if (!is_address || inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr) return "?";
  return text.data();
}

std::vector<std::string> names_in(X509* certificate) {
  std::vector<std::string> found;
  const GeneralNamesHandle names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) found.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) found.push_back(address_of(text_of(name->d.iPAddress)));
  }
  return found;
}

}  // namespace

core::Result<CertificateFacts> certificate_facts(std::string_view pem, std::string_view name) {
  const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const X509Handle certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!certificate) {
    return core::invalid_input(fmt::format("{}: no PEM certificate: {}", name, last_openssl_reason()));
  }
  return CertificateFacts{.subject = subject_name(certificate.get()),
                          .names = names_in(certificate.get()),
                          .begins = time_of(X509_get0_notBefore(certificate.get())),
                          .expires = time_of(X509_get0_notAfter(certificate.get())),
                          .is_ca = X509_check_ca(certificate.get()) == 1};
}

core::Result<CertificateFacts> read_certificate_facts(const std::string& file) {
  RW_CHECK(check_readable(file, "certificate"));
  std::ifstream in(file, std::ios::binary);
  const std::string pem{std::istreambuf_iterator<char>(in), {}};
  auto facts = certificate_facts(pem, "certificate " + file);
  if (facts.ok()) return facts;
  core::Error error = std::move(facts).error();
  error.code = core::ErrorCode::kIo;
  return error;
}

bool names_host(const std::vector<std::string>& names, std::string_view host) {
  return std::ranges::any_of(names, [&](std::string_view name) {
    if (core::equals_ascii_nocase(name, host)) return true;
    const std::size_t dot = host.find('.');
    return name.starts_with("*.") && dot != std::string_view::npos &&
           core::equals_ascii_nocase(name.substr(1), host.substr(dot));
  });
}

}  // namespace rw::tls
