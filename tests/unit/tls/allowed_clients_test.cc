#include "daemon/tls/allowed_clients.h"

#include <openssl/pem.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/certificates.h"

namespace rw::tls {
namespace {

struct CertificateFree {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, CertificateFree>;

Certificate read_certificate(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "r");
  REQUIRE(file != nullptr);
  Certificate certificate(PEM_read_X509(file, nullptr, nullptr, nullptr));
  std::fclose(file);
  REQUIRE(certificate != nullptr);
  return certificate;
}

bool matches_name(X509* certificate, const std::string& item) {
  const auto clients = AllowedClients::parse({item});
  REQUIRE(clients.ok());
  return clients->matches_name(certificate);
}

}  // namespace

TEST_CASE("A wildcard stands for the whole leftmost label") {
  const struct {
    std::string pattern, host;
    bool matches;
  } rows[] = {
      {"relay.example.com", "relay.example.com", true},
      {"relay.example.com", "RELAY.Example.Com", true},
      {"relay.example.com.", "relay.example.com", true},
      {"relay.example.com", "relay.example.com.", true},
      {"relay.example.com", "relay2.example.com", false},
      {"relay.example.com", "example.com", false},
      {"*.example.com", "relay.example.com", true},
      {"*.example.com", "a.relay.example.com", false},
      {"*.example.com", "example.com", false},
      {"*.example.com", ".example.com", false},
      {"*.example.com", "relay.example.org", false},
      {"*.example.com", "relayexample.com", false},
      {"relay.example.com", "*.example.com", false},
      {"relay", "relay", true},
      {"relay", "", false},
      {"relay.example.com", std::string("relay.example.com\0.evil.org", 27), false},
  };
  for (const auto& row : rows) {
    INFO(row.pattern << " " << row.host);
    const auto clients = AllowedClients::parse({row.pattern});
    REQUIRE(clients.ok());
    CHECK(clients->matches_host(row.host) == row.matches);
  }
}

TEST_CASE("What allowed_clients may hold") {
  const auto good = AllowedClients::parse({"relay", "*.example.com", "10.0.0.1", "2001:db8::1",
                                           "SHA1:00:11:22:33:44:55:66:77:88:99:AA:bb:CC:DD:EE:FF:00:11:22:33"});
  REQUIRE(good.ok());
  CHECK(good->has_names());
  CHECK(good->has_fingerprints());
  CHECK(AllowedClients().empty());
  for (const std::string item : {"", "*", "*.", "a.*.com", "r*.example.com", "*relay.example.com", "a..b", ".a", "a b",
                                 "10.0.0.1/8", "host:514"}) {
    const auto bad = AllowedClients::parse({"good", item});
    INFO(item);
    REQUIRE_FALSE(bad.ok());
    CHECK(bad.error().message == "'" + item + "': expected " + std::string(kAllowedClientForms));
  }
  CHECK(AllowedClients::parse({"sha1:00:11"}).error().message ==
        "'sha1:00:11': expected 20 pairs of hexadecimal digits after the first colon");
  CHECK(AllowedClients::parse({"sha256:zz"}).error().message ==
        "'sha256:zz': expected 32 pairs of hexadecimal digits after the first colon");
}

TEST_CASE("Names of a certificate") {
  test::Certificates files;
  files.self_signed("only-cn");
  files.self_signed("with-san",
                    "-addext subjectAltName=DNS:relay.example.com,DNS:*.shop.test,IP:10.1.2.3,IP:2001:db8::7");
  files.self_signed("address", "-addext subjectAltName=IP:10.1.2.3");
  const Certificate only_cn = read_certificate(files.pem("only-cn"));
  CHECK(matches_name(only_cn.get(), "only-cn"));
  CHECK_FALSE(matches_name(only_cn.get(), "other"));

  const Certificate with_san = read_certificate(files.pem("with-san"));
  CHECK(matches_name(with_san.get(), "relay.example.com"));
  CHECK(matches_name(with_san.get(), "*.example.com"));
  CHECK(matches_name(with_san.get(), "10.1.2.3"));
  CHECK(matches_name(with_san.get(), "2001:db8:0::7"));
  CHECK_FALSE(matches_name(with_san.get(), "10.1.2.4"));
  CHECK_FALSE(matches_name(with_san.get(), "a.shop.test"));
  CHECK_FALSE(matches_name(with_san.get(), "with-san"));  // the CN counts only where there is no dNSName

  const Certificate address = read_certificate(files.pem("address"));
  CHECK(matches_name(address.get(), "address"));
}

TEST_CASE("Fingerprints of a certificate") {
  test::Certificates files;
  files.self_signed("a");
  files.self_signed("b");
  const Certificate a = read_certificate(files.pem("a"));
  const Certificate b = read_certificate(files.pem("b"));
  const std::string fingerprint = sha256_fingerprint(a.get());
  CHECK(fingerprint.size() == 6 + 32 * 3);
  std::string bare = fingerprint.substr(0, 7);
  for (const char c : fingerprint.substr(7)) {
    if (c != ':') bare += static_cast<char>(std::tolower(c));
  }
  for (const std::string& item : {fingerprint, bare}) {
    const auto clients = AllowedClients::parse({item});
    REQUIRE(clients.ok());
    CHECK(clients->matches_fingerprint(a.get()));
    CHECK_FALSE(clients->matches_fingerprint(b.get()));
    CHECK_FALSE(clients->matches_name(a.get()));
  }
}

}  // namespace rw::tls
