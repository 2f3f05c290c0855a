#include "daemon/tls/authority.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "daemon/tls/certificate_facts.h"
#include "daemon/tls/handles.h"

namespace rw::tls {
namespace {

const core::Micros kMade = core::from_us(1'796'083'200'000'000);  // 2026-12-01T00:00:00Z

struct Shop {
  Identity ca = Authority::make("Shop CA", std::chrono::days(3653), kMade).value();
  Authority authority = Authority::open(ca).value();

  core::Result<Identity> issue(std::vector<std::string> names, Role role = Role::kServer, int days = 825) const {
    return authority.issue({.role = role, .names = std::move(names), .lasts = std::chrono::days(days)}, kMade);
  }
};

CertificateFacts facts_of(const std::string& pem) { return certificate_facts(pem, "it").value(); }

std::string fault(const core::Result<Identity>& issued) { return issued.ok() ? "" : issued.error().message; }

std::string opening_fault(const Identity& identity) {
  const auto opened = Authority::open(identity);
  return opened.ok() ? "" : opened.error().message;
}

}  // namespace

TEST_CASE("a CA and what it signs say what they were asked to") {
  const Shop shop;
  const CertificateFacts ca = facts_of(shop.ca.certificate);
  CHECK(ca.subject == "Shop CA");
  CHECK(ca.is_ca);
  CHECK(core::format_rfc3339(ca.begins) == "2026-11-30T23:00:00Z");
  CHECK(core::format_rfc3339(ca.expires) == "2036-12-01T00:00:00Z");

  const Identity server = shop.issue({"rw.shop.lan", "*.shop.lan", "192.0.2.7", "2001:db8::7"}).value();
  const CertificateFacts facts = facts_of(server.certificate);
  CHECK(facts.subject == "rw.shop.lan");
  CHECK(facts.names == std::vector<std::string>{"rw.shop.lan", "*.shop.lan", "192.0.2.7", "2001:db8::7"});
  CHECK(core::format_rfc3339(facts.expires) == "2029-03-05T00:00:00Z");
  CHECK_FALSE(facts.is_ca);
  CHECK(shop.authority.has_signed(server.certificate));
  CHECK_FALSE(Shop().authority.has_signed(server.certificate));
  CHECK_FALSE(shop.authority.has_signed("none"));
}

TEST_CASE("nothing outlives the CA that signed it") {
  const Shop shop;
  CHECK(facts_of(shop.issue({"a"}, Role::kServer, 9000)->certificate).expires == facts_of(shop.ca.certificate).expires);
}

TEST_CASE("names that are none are refused") {
  const Shop shop;
  CHECK(fault(shop.issue({})) == "a certificate needs a name");
  const std::string fingerprint = "sha1:" + std::string(40, 'a');
  for (const std::string& name : {std::string(), std::string("a b"), std::string("a,IP:127.0.0.1"),
                                  std::string("a\nDNS:b"), fingerprint, std::string("a..b")}) {
    INFO(name);
    CHECK_FALSE(fault(shop.issue({"a", name})).empty());
  }
  CHECK_FALSE(Authority::make("", std::chrono::days(1), kMade).ok());
  CHECK_FALSE(Authority::make(std::string(65, 'a'), std::chrono::days(1), kMade).ok());
  const std::string longest = std::string(63, 'a') + "." + std::string(63, 'b') + ".lan";  // longer than a CN may be
  CHECK(facts_of(shop.issue({longest})->certificate).names == std::vector<std::string>{longest});
}

TEST_CASE("only a CA with its own key signs") {
  const Shop shop;
  const Identity server = shop.issue({"a"}).value();
  CHECK(opening_fault({shop.ca.certificate, server.key}) == "the CA's key does not belong to its certificate");
  CHECK(opening_fault(server) == "the certificate is not one of a CA");
  CHECK(opening_fault({shop.ca.certificate, "none"}).starts_with("the CA's key: no unencrypted PEM private key: "));
  CHECK(opening_fault({"none", shop.ca.key}).starts_with("the CA's certificate is no PEM certificate: "));
}

TEST_CASE("a key that is there is used") {
  const Shop shop;
  const Identity first = shop.issue({"a"}).value();
  const auto again = shop.authority.issue({.names = {"b"}, .key = first.key}, kMade);
  REQUIRE(again.ok());
  CHECK(again->key == first.key);
  CHECK_FALSE(shop.authority.issue({.names = {"b"}, .key = "none"}, kMade).ok());
}

TEST_CASE("PKCS#12 opens with its password alone, and holds the chain") {
  const Shop shop;
  const Identity client = shop.issue({"ws1"}, Role::kClient).value();
  const std::string bytes = shop.authority.pkcs12(client, "ws1", "password").value();
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const Pkcs12Handle read(d2i_PKCS12(nullptr, &at, static_cast<long>(bytes.size())));
  REQUIRE(read);
  CHECK(PKCS12_verify_mac(read.get(), "password", -1) == 1);
  CHECK(PKCS12_verify_mac(read.get(), "passwort", -1) == 0);
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* chain = nullptr;
  REQUIRE(PKCS12_parse(read.get(), "password", &key, &certificate, &chain) == 1);
  CHECK(X509_check_private_key(certificate, key) == 1);
  CHECK(sk_X509_num(chain) == 1);
  EVP_PKEY_free(key);
  X509_free(certificate);
  sk_X509_pop_free(chain, X509_free);
}

TEST_CASE("a host is taken by its name, its address, or the star for one label") {
  const std::vector<std::string> names = {"rw.shop.lan", "*.branch.lan", "192.0.2.7"};
  for (const char* host : {"rw.shop.lan", "RW.SHOP.LAN", "a.branch.lan", "192.0.2.7"}) CHECK(names_host(names, host));
  for (const char* host : {"shop.lan", "branch.lan", "a.b.branch.lan", "192.0.2.8", ""}) {
    INFO(host);
    CHECK_FALSE(names_host(names, host));
  }
}

}  // namespace rw::tls
