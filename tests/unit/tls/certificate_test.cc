#include "daemon/tls/certificate.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "tests/support/certificates.h"

namespace rw::tls {
namespace {

std::string fault_of(const std::string& certificate, const std::string& key) {
  const auto checked = check_certificate(certificate, key);
  return checked.ok() ? "" : checked.error().message;
}

}  // namespace

TEST_CASE("what is wrong with a certificate or its key is said of the file") {
  test::Certificates files;
  files.self_signed("own");
  files.self_signed("other");
  files.rsa_key("rsa");
  files.encrypt_key("own", "locked");
  const std::string certificate = files.pem("own");
  CHECK(fault_of(certificate, files.key("own")).empty());

  CHECK(fault_of("/none.pem", files.key("own")) == "certificate /none.pem: No such file or directory");
  CHECK(fault_of(certificate, "/none.key") == "key /none.key: No such file or directory");
  CHECK(fault_of(files.key("own"), files.key("own")) == "certificate " + files.key("own") + ": no start line");
  CHECK(fault_of(certificate, certificate).starts_with("key " + certificate + ": "));
  for (const std::string other : {"other", "rsa"}) {
    CHECK(fault_of(certificate, files.key(other)) ==
          "key " + files.key(other) + " does not belong to certificate " + certificate);
  }
  CHECK(fault_of(certificate, files.key("locked")) == "key " + files.key("locked") + ": it is encrypted");
  CHECK(fault_of(certificate, files.key("own")).empty());  // no error stays behind
}

TEST_CASE("a certificate is looked at as it is now") {
  test::Certificates files;
  files.self_signed("own");
  files.self_signed("new");
  const auto replace = [](const std::string& with, const std::string& what) {
    std::filesystem::copy_file(with, what, std::filesystem::copy_options::overwrite_existing);
  };
  REQUIRE(fault_of(files.pem("own"), files.key("own")).empty());
  replace(files.pem("new"), files.pem("own"));
  CHECK(fault_of(files.pem("own"), files.key("own")).find("does not belong") != std::string::npos);
  replace(files.key("new"), files.key("own"));
  CHECK(fault_of(files.pem("own"), files.key("own")).empty());
}

}  // namespace rw::tls
