// Certificates made with the openssl command, in a folder that lives as long as the object.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace rw::test {

class Certificates {
 public:
  Certificates() {
    std::string name = (std::filesystem::temp_directory_path() / "regwarden-tls-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  ~Certificates() { std::filesystem::remove_all(folder_); }
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  // NAME.pem and NAME.key, signed by itself.
  void self_signed(const std::string& name, const std::string& options = "") {
    run("openssl req -x509 " + kNewKey + " -days 1 -subj /CN=" + name + " -keyout " + key(name) + " -out " + pem(name) +
        " " + options);
  }
  // Signed by another; extension: "subjectAltName=DNS:a,IP:10.0.0.1".
  void signed_by(const std::string& ca, const std::string& name, const std::string& extension) {
    const std::string request = (folder_ / (name + ".csr")).string();
    const std::string extensions = (folder_ / (name + ".ext")).string();
    run("openssl req " + kNewKey + " -subj /CN=" + name + " -keyout " + key(name) + " -out " + request);
    run("printf '%s\\n' '" + extension + "' > " + extensions);
    run("openssl x509 -req -days 1 -in " + request + " -CA " + pem(ca) + " -CAkey " + key(ca) +
        " -CAcreateserial -out " + pem(name) + (extension.empty() ? "" : " -extfile " + extensions));
  }
  void rsa_key(const std::string& name) { run("openssl genpkey -algorithm RSA -out " + key(name)); }
  // TO.key: the key of NAME, which needs a pass phrase.
  void encrypt_key(const std::string& name, const std::string& to) {
    run("openssl pkey -aes256 -passout pass:secret -in " + key(name) + " -out " + key(to));
  }
  std::string pem(const std::string& name) const { return (folder_ / (name + ".pem")).string(); }
  std::string key(const std::string& name) const { return (folder_ / (name + ".key")).string(); }

 private:
  inline static const std::string kNewKey = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

  void run(const std::string& command) {
    INFO(command);
    REQUIRE(std::system((command + " 2>>" + (folder_ / "log").string()).c_str()) == 0);
  }

  std::filesystem::path folder_;
};

}  // namespace rw::test
