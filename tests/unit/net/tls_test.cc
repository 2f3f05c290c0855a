#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/resource.h>

#include <filesystem>
#include <string>
#include <vector>

#include "daemon/core/version.h"
#include "daemon/ingest/framing/relp_stream.h"
#include "tests/support/certificates.h"
#include "tests/unit/net/inputs_fixture.h"

namespace rw::ingest {
namespace {

using core::Counter;

struct TlsClientOptions {
  std::string certificate = {}, key = {};
  int max_version = 0;  // 0: any
};

// A sender that trusts every server. Blocking.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, const TlsClientOptions& options = {}) : socket_(SOCK_STREAM, port) {
    const tls::SslContext context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_max_proto_version(context.get(), options.max_version);
    if (!options.certificate.empty()) {
      REQUIRE(SSL_CTX_use_certificate_file(context.get(), options.certificate.c_str(), SSL_FILETYPE_PEM) == 1);
      REQUIRE(SSL_CTX_use_PrivateKey_file(context.get(), options.key.c_str(), SSL_FILETYPE_PEM) == 1);
    }
    ssl_.reset(SSL_new(context.get()));
    SSL_set_fd(ssl_.get(), socket_.fd());
    connected_ = SSL_connect(ssl_.get()) == 1;
    ERR_clear_error();
  }

  bool connected() const { return connected_; }
  std::string server_name() const {
    const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
    char name[256] = {};
    if (certificate != nullptr) {
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof(name));
    }
    return name;
  }
  bool send(std::string_view bytes) { return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0; }
  // The server has ended the connection, and has never sent a byte of its own.
  bool wait_for_end() {
    char byte = 0;
    const bool ended = SSL_read(ssl_.get(), &byte, 1) <= 0;
    ERR_clear_error();
    return ended;
  }
  std::string receive(std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t there = 0;
    while (there < size) {
      const int got = SSL_read(ssl_.get(), bytes.data() + there, static_cast<int>(size - there));
      if (got <= 0) break;
      there += static_cast<std::size_t>(got);
    }
    bytes.resize(there);
    return bytes;
  }
  void close() {
    SSL_shutdown(ssl_.get());
    socket_.close_socket();
  }

 private:
  SyslogClient socket_;
  tls::Ssl ssl_;
  bool connected_ = false;
};

SyslogOptions tls_listener(const tls::Options& options, SyslogProtocol protocol = SyslogProtocol::kTls) {
  SyslogOptions all;
  all.listens = {{.protocol = protocol, .listen = {"127.0.0.1", 0}, .tls = options}};
  return all;
}

}  // namespace

TEST_CASE("lines and counted messages over TLS are stored") {
  test::Certificates files;
  files.self_signed("server");
  Fixture fixture(tls_listener({files.pem("server"), files.key("server")}));
  TlsClient lines(fixture.port());
  REQUIRE(lines.connected());
  TlsClient frames(fixture.port(), {.max_version = TLS1_2_VERSION});
  REQUIRE(frames.connected());
  CHECK(lines.send(line(1) + line(2).substr(0, 20)));
  CHECK(lines.send(line(2).substr(20) + message(3)));
  CHECK(frames.send(counted(4) + counted(5)));
  CHECK(fixture.stored(4));
  lines.close();  // the last line has no end
  frames.close();
  CHECK(fixture.stored(5));
  CHECK(eventually([&] { return fixture.inputs().connections() == 0; }));
  CHECK(fixture.stop().rejected.empty());
  CHECK(fixture.distinct() == 5);
  CHECK(fixture.count(Counter::kTlsHandshakeFailures) == 0);
  CHECK(fixture.count(Counter::kSyslogIncomplete) == 0);
}

TEST_CASE("records larger than a read, and a megabyte in one piece") {
  test::Certificates files;
  files.self_signed("server");
  Fixture fixture(tls_listener({files.pem("server"), files.key("server")}));
  TlsClient client(fixture.port());
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += payload(i, std::string(8000, 'x')) + "\n";
  CHECK(client.send(bytes));
  CHECK(fixture.stored(300));
  client.close();
  fixture.stop();
  CHECK(fixture.distinct() == 300);
}

TEST_CASE("TLS 1.1 and plain text are refused, and the log can tell which") {
  test::Certificates files;
  files.self_signed("server");
  Fixture fixture(tls_listener({files.pem("server"), files.key("server")}));
  CHECK_FALSE(TlsClient(fixture.port(), {.max_version = TLS1_1_VERSION}).connected());
  CHECK(eventually([&] { return fixture.count(Counter::kTlsHandshakeFailures) == 1; }));
  CHECK(fixture.count(Counter::kTlsPlainText) == 0);
  SyslogClient plain(SOCK_STREAM, fixture.port());
  CHECK(plain.send("<14>hello\n"));
  CHECK(plain.wait_for_end());
  CHECK(fixture.count(Counter::kTlsHandshakeFailures) == 2);
  CHECK(fixture.count(Counter::kTlsPlainText) == 1);
  CHECK(fixture.stop().rejected ==
        std::vector<std::string>{"plain text where TLS is expected; the connection was closed: let the sender use TLS, "
                                 "or a listener without TLS [<14>hello\n]"});
}

TEST_CASE("which client certificates are let in") {
  test::Certificates files;
  files.self_signed("server");
  files.self_signed("ca");
  files.self_signed("other-ca");
  files.signed_by("ca", "relay", "subjectAltName=DNS:relay.example.com");
  files.signed_by("ca", "stranger", "subjectAltName=DNS:stranger.example.org");
  files.signed_by("other-ca", "impostor", "subjectAltName=DNS:relay.example.com");
  files.self_signed("alone");
  const auto fingerprint_of = [&files](const std::string& name) {
    const tls::SslContext context(SSL_CTX_new(TLS_client_method()));
    REQUIRE(SSL_CTX_use_certificate_file(context.get(), files.pem(name).c_str(), SSL_FILETYPE_PEM) == 1);
    return tls::sha256_fingerprint(SSL_CTX_get0_certificate(context.get()));
  };
  const std::string ca = files.pem("ca");
  const struct {
    std::string ca;
    std::vector<std::string> allowed;
    std::vector<std::string> let_in;  // of the names below
  } rows[] = {
      {ca, {}, {"relay", "stranger"}},
      {ca, {"*.example.com"}, {"relay"}},
      {ca, {"relay.example.com", fingerprint_of("alone")}, {"relay", "alone"}},
      {"", {fingerprint_of("alone"), fingerprint_of("impostor")}, {"impostor", "alone"}},
      {ca, {"nobody.example.com"}, {}},
  };
  for (const auto& row : rows) {
    Fixture fixture(tls_listener({files.pem("server"), files.key("server"), row.ca, row.allowed}));
    std::vector<std::string> let_in;
    int number = 0;
    for (const std::string name : {"", "relay", "stranger", "impostor", "alone"}) {
      const std::size_t before = fixture.recorded().stored();
      TlsClient client(fixture.port(),
                       name.empty() ? TlsClientOptions{} : TlsClientOptions{files.pem(name), files.key(name)});
      // In TLS 1.3 the client has finished before the server looks at its certificate.
      client.send(line(++number));
      if (client.connected()) client.close();
      CHECK(eventually([&] { return fixture.inputs().connections() == 0; }));
      const auto failures = fixture.count(Counter::kTlsHandshakeFailures);
      CHECK(eventually([&] { return fixture.recorded().stored() + failures == static_cast<std::size_t>(number); }));
      if (fixture.recorded().stored() != before) let_in.push_back(name);
    }
    INFO(row.allowed.size());
    CHECK(let_in == row.let_in);
  }
}

TEST_CASE("a new certificate without a restart; a bad one keeps the old one") {
  test::Certificates files;
  files.self_signed("first");
  files.self_signed("second");
  files.self_signed("server");
  const auto put = [&files](const std::string& name) {
    const auto over = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(files.pem(name), files.pem("server"), over);
    std::filesystem::copy_file(files.key(name), files.key("server"), over);
  };
  put("first");
  Fixture fixture(tls_listener({files.pem("server"), files.key("server")}));
  TlsClient stays(fixture.port());
  CHECK(stays.server_name() == "first");

  put("second");
  CHECK(TlsClient(fixture.port()).server_name() == "first");
  CHECK(fixture.inputs().reload_certificates().empty());
  CHECK(TlsClient(fixture.port()).server_name() == "second");
  CHECK(stays.send(line(1)));
  CHECK(fixture.stored(1));

  std::filesystem::copy_file(files.key("first"), files.key("server"),
                             std::filesystem::copy_options::overwrite_existing);
  const auto errors = fixture.inputs().reload_certificates();
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].message.starts_with("syslog/tls on 127.0.0.1:"));
  CHECK(errors[0].message.find("key " + files.key("server")) != std::string::npos);
  CHECK(TlsClient(fixture.port()).server_name() == "second");
}

TEST_CASE("stop() over TLS reads what the sender has written, and does not wait for ever") {
  test::Certificates files;
  files.self_signed("server");
  SyslogOptions options = tls_listener({files.pem("server"), files.key("server")});
  options.drain_timeout = std::chrono::seconds(1);
  Fixture fixture(options);
  TlsClient client(fixture.port());
  SyslogClient in_handshake(SOCK_STREAM, fixture.port());
  for (int i = 0; i < 200; ++i) CHECK(client.send(line(i)));
  fixture.inputs().stop();
  CHECK(client.wait_for_end());
  fixture.stop();
  CHECK(fixture.distinct() == 200);
}

TEST_CASE("a handshake that does not go on is ended") {
  test::Certificates files;
  files.self_signed("server");
  SyslogOptions options = tls_listener({files.pem("server"), files.key("server")});
  options.handshake_timeout = std::chrono::seconds(1);
  Fixture fixture(options);
  SyslogClient silent(SOCK_STREAM, fixture.port());
  SyslogClient slow(SOCK_STREAM, fixture.port());
  CHECK(slow.send("\x16\x03\x01"));
  TlsClient good(fixture.port());
  CHECK(silent.wait_for_end());
  CHECK(slow.wait_for_end());
  CHECK(eventually([&] { return fixture.inputs().connections() == 1; }));
  CHECK(fixture.count(Counter::kTlsHandshakeFailures) == 2);
  CHECK(fixture.count(Counter::kTlsPlainText) == 0);
  CHECK(good.send(line(1)));
  CHECK(fixture.stored(1));
}

TEST_CASE("RELP over TLS") {
  test::Certificates files;
  files.self_signed("server");
  Fixture fixture(tls_listener({files.pem("server"), files.key("server")}, SyslogProtocol::kRelp));
  CHECK(input_name(fixture.inputs().bound()[0]) == "syslog/relp+tls");
  TlsClient client(fixture.port());
  REQUIRE(client.connected());
  const std::string text = message(1);
  CHECK(client.send("1 open 30 relp_version=0\ncommands=syslog\n2 syslog " + std::to_string(text.size()) + " " + text +
                    "\n"));
  const std::string offers =
      "200 OK\nrelp_version=0\nrelp_software=regwarden," + std::string(core::kVersion) + "\ncommands=syslog";
  const std::string replies = relp_frame(1, "rsp", offers) + "2 rsp 6 200 OK\n";
  CHECK(client.receive(replies.size()) == replies);
  CHECK(fixture.recorded().stored() == 1);
}

TEST_CASE("certificates that cannot be used are an error that names the listener") {
  test::Certificates files;
  files.self_signed("server");
  core::Counters counters;
  core::SystemClock clock;
  storage::Writer writer(std::make_unique<RecordingSession>(std::make_shared<Recorded>()), {}, counters);
  const std::string none = files.pem("none");
  const struct {
    tls::Options options;
    std::string message;
  } rows[] = {
      {{none, files.key("server")}, "certificate " + none + ": No such file or directory"},
      {{files.pem("server"), files.key("server"), none}, "client_ca " + none + ": No such file or directory"},
      {{files.pem("server"), files.key("server"), "", {"relay"}},
       "allowed_clients: names need client_ca, which vouches for them"},
  };
  for (const auto& row : rows) {
    const auto opened = SyslogInputs::open(tls_listener(row.options), writer, counters, clock);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().message == "syslog/tls on 127.0.0.1:0: " + row.message);
  }
}

}  // namespace rw::ingest
