#include "daemon/tls/allowed_clients.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "daemon/core/text.h"

namespace rw::tls {
namespace {

constexpr std::size_t kSha256Bytes = 32;
constexpr std::size_t kSha1Bytes = 20;
constexpr std::size_t kMaxNameBytes = 253;

std::string lower_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return core::fold_ascii(name);
}

bool is_label_byte(char c) { return (c >= 'a' && c <= 'z') || core::is_digit(c) || c == '-' || c == '_'; }

// A DNS name in lower case: labels of letters, digits, '-' and '_', the first of them perhaps '*'.
bool is_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.empty() || name.size() > kMaxNameBytes) return false;
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
    } else if (!is_label_byte(c) || ++label > 63) {
      return false;
    }
  }
  return label != 0;
}

std::optional<std::string> address_bytes(const std::string& text) {
  std::string bytes(16, '\0');
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  bytes.resize(4);
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return bytes;
  return std::nullopt;
}

// Pairs of hexadecimal digits, with or without ':' between them.
std::optional<std::string> fingerprint_bytes(std::string_view text, std::size_t size) {
  std::string bytes;
  while (!text.empty()) {
    if (!bytes.empty() && text.front() == ':') text.remove_prefix(1);
    if (text.size() < 2 || core::hex_value(text[0]) < 0 || core::hex_value(text[1]) < 0) return std::nullopt;
    bytes += static_cast<char>(core::hex_value(text[0]) * 16 + core::hex_value(text[1]));
    text.remove_prefix(2);
  }
  if (bytes.size() != size) return std::nullopt;
  return bytes;
}

std::string digest_of(const X509* certificate, const EVP_MD* algorithm) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(certificate, algorithm, digest.data(), &size) != 1) return {};
  return {reinterpret_cast<const char*>(digest.data()), size};
}

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return !item.empty() && std::ranges::find(list, item) != list.end();
}

std::string_view bytes_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

struct GeneralNamesFree {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

// The last CN of the subject, which is the most specific one; empty: there is none.
std::string common_name(X509* certificate) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  int last = -1;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) last = at;
  if (last < 0) return {};
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
  if (size < 0) return {};
  std::string name(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return name;
}

}  // namespace

core::Result<AllowedClients> AllowedClients::parse(const std::vector<std::string>& items) {
  AllowedClients clients;
  for (const std::string& item : items) {
    const std::string lower = lower_name(item);
    if (lower.starts_with("sha256:") || lower.starts_with("sha1:")) {
      const bool is_sha256 = lower.starts_with("sha256:");
      const std::size_t size = is_sha256 ? kSha256Bytes : kSha1Bytes;
      auto bytes = fingerprint_bytes(std::string_view(lower).substr(is_sha256 ? 7 : 5), size);
      if (!bytes) {
        return core::invalid_input(
            fmt::format("{}: expected {} pairs of hexadecimal digits after the first colon", core::quoted(item), size));
      }
      (is_sha256 ? clients.sha256_ : clients.sha1_).push_back(*std::move(bytes));
    } else if (auto address = address_bytes(lower)) {
      clients.addresses_.push_back(*std::move(address));
    } else if (is_name(lower)) {
      clients.names_.push_back(lower);
    } else {
      return core::invalid_input(fmt::format("{}: expected {}", core::quoted(item), kAllowedClientForms));
    }
  }
  return clients;
}

bool AllowedClients::matches_fingerprint(const X509* certificate) const {
  return (!sha256_.empty() && contains(sha256_, digest_of(certificate, EVP_sha256()))) ||
         (!sha1_.empty() && contains(sha1_, digest_of(certificate, EVP_sha1())));
}

bool AllowedClients::matches_host(std::string_view host) const {
  const std::string name = lower_name(host);
  if (name.empty() || name.find('\0') != std::string::npos) return false;
  // What follows the leftmost label, with its dot; empty: there is no such label, and so nothing for a '*'.
  const std::size_t dot = std::min(name.find('.'), name.size());
  const std::string_view domain = dot == 0 ? std::string_view() : std::string_view(name).substr(dot);
  return std::ranges::any_of(names_, [&](std::string_view known) {
    return known.starts_with("*.") ? known.substr(1) == domain : known == name;
  });
}

bool AllowedClients::matches_name(X509* certificate) const {
  const std::unique_ptr<GENERAL_NAMES, GeneralNamesFree> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  bool has_host = false;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) {
      has_host = true;
      if (matches_host(bytes_of(name->d.dNSName))) return true;
    } else if (name->type == GEN_IPADD && contains(addresses_, bytes_of(name->d.iPAddress))) {
      return true;
    }
  }
  return !has_host && matches_host(common_name(certificate));
}

std::string sha256_fingerprint(const X509* certificate) {
  std::string out = "sha256";
  for (const char byte : digest_of(certificate, EVP_sha256())) {
    out += fmt::format(":{:02X}", static_cast<unsigned char>(byte));
  }
  return out;
}

}  // namespace rw::tls
