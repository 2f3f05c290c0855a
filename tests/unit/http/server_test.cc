#include "daemon/http/server.h"

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/certificates.h"
#include "tests/unit/http/test_server.h"

namespace rw::http {
namespace {

using test::Compression;
using test::RawClient;
using test::RawReply;

TEST_CASE("requests and replies") {
  TestServer server({.max_body_bytes = 1000});
  server.start();
  const std::string chunked = "POST /echo HTTP/1.1\r\nHost: x\r\ntransfer-encoding: Chunked\r\n\r\n";
  struct Row {
    std::string request;
    int status;
    std::string body;
  };
  const Row rows[] = {
      {test::raw_request("GET", "/echo"), 200, "GET /echo () []"},
      {test::raw_request("GET", "/echo/one"), 200, "GET /echo/one (/one) []"},
      {test::raw_request("POST", "/echo", {}, "abc"), 200, "POST /echo () [abc]"},
      {test::raw_request("POST", "/echo"), 200, "POST /echo () []"},
      {"POST /echo HTTP/1.1\r\n\r\n", 200, "POST /echo () []"},  // no length: no body
      {test::raw_request("PUT", "/echo", {}, "abc"), 200, "PUT /echo [abc]"},
      {test::raw_request("DELETE", "/echo"), 200, "DELETE /echo []"},
      {test::raw_request("DELETE", "/echo", {}, "abc"), 200, "DELETE /echo [abc]"},
      {test::raw_request("OPTIONS", "/echo"), 200, ""},
      {test::raw_request("GET", "/echo?b=2&a=1&b=%33+x&c&=d&&q=?"), 200, "GET /echo () b=2 a=1 b=3 x c= =d q=? []"},
      {test::raw_request("GET", "/%65cho"), 200, "GET /echo () []"},
      {test::raw_request("GET", "/header", {{"X-Test", "100%25 a%20b+c"}}), 200, "100%25 a%20b+c"},
      {test::raw_request("GET", "/header", {{"x-TEST", "a"}, {"REMOTE_ADDR", "b"}}), 200, "a"},
      {test::raw_request("POST", "/echo", {{"Content-Type", "application/x-www-form-urlencoded"}}, "a=b"), 200,
       "POST /echo () [a=b]"},
      {test::raw_request("POST", "/echo", {{"Content-Type", "multipart/form-data; boundary=x"}}, "a"), 200,
       "POST /echo () [a]"},
      {test::raw_request("GET", "/echo", {{"Range", "bytes=0-2"}}), 200, "GET /echo () []"},
      {chunked + "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n", 200, "POST /echo () [abcde]"},
      {chunked + "0\r\n\r\n", 200, "POST /echo () []"},
      {test::raw_request("POST", "/echo", {{"Content-Encoding", "gzip"}}, test::compressed("abc", Compression::kGzip)),
       200, "POST /echo () [abc]"},
      {test::raw_request("POST", "/echo", {{"content-encoding", "deflate"}},
                         test::compressed("abc", Compression::kZlib)),
       200, "POST /echo () [abc]"},
      {test::raw_request("POST", "/echo", {{"content-encoding", "deflate"}},
                         test::compressed("abc", Compression::kDeflate)),
       200, "POST /echo () [abc]"},
      // "abc" as one raw block (RFC 8878 3.1.1): single segment, no checksum
      {test::raw_request("POST", "/echo", {{"Content-Encoding", "ZSTD"}},
                         std::string("\x28\xb5\x2f\xfd\x20\x03\x19\x00\x00"
                                     "abc",
                                     12)),
       200, "POST /echo () [abc]"},
      {"\r\n\r\n" + test::raw_request("GET", "/echo"), 200, "GET /echo () []"},

      {test::raw_request("GET", "/refuse"), 403, "no"},
      {test::raw_request("GET", "/nowhere"), 404, "E404 GET /nowhere"},
      {test::raw_request("POST", "/nowhere", {}, "abc"), 404, "E404 POST /nowhere"},
      {test::raw_request("POST", "/refuse"), 405, "E405 POST /refuse"},
      {test::raw_request("PATCH", "/echo", {}, "abc"), 405, "E405 PATCH /echo"},
      {test::raw_request("TRACE", "/echo"), 405, "E405 TRACE /echo"},
      {test::raw_request("POST", "/echo", {{"Content-Encoding", "zstd"}}, "abc"), 400, "E400 POST /echo"},
      {test::raw_request("POST", "/echo", {{"Content-Encoding", "br"}}, "abc"), 415, "E415 POST /echo"},
      {test::raw_request("POST", "/echo", {{"Content-Encoding", "snappy"}}, "abc"), 415, "E415 POST /echo"},
      {test::raw_request("POST", "/echo", {{"Content-Encoding", "gzip"}}, "abc"), 400, "E400 POST /echo"},
      {test::raw_request("POST", "/echo", {}, std::string(1001, 'x')), 413, "E413 POST /echo"},
      {"POST /echo HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413, "E413 POST /echo"},
      {test::raw_request("POST", "/echo", {{"Content-Encoding", "gzip"}},
                         test::compressed(std::string(1001, 'x'), Compression::kGzip)),
       413, "E413 POST /echo"},
      {chunked + "3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n", 413, "E413 POST /echo"},
      {chunked + "zz\r\n\r\n", 400, "E400 POST /echo"},
      {"POST /echo HTTP/1.1\r\nContent-Length: abc\r\n\r\n", 400, "E400 POST /echo"},
      {"POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, "E400 POST /echo"},
      {"POST /echo HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, "E400 POST /echo"},
      {"POST /echo HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
       "E400 POST /echo"},
      {"POST /echo HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, "E501 POST /echo"},
      {test::raw_request("POST", "/throw", {}, "abc"), 500, "E500 POST /throw"},
      {test::raw_request("GET", "/throw"), 500, "E500 GET /throw"},
      {"nonsense\r\n\r\n", 400, "E400  "},
      {"GET /echo HTTP/3.0\r\n\r\n", 400, "E400  "},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n", 414, "E414  "},
      {"GET /echo HTTP/1.1\r\nX: " + std::string(70'000, 'a') + "\r\n\r\n", 431, "E431 GET /"},
  };
  for (const Row& row : rows) {
    INFO(row.request.substr(0, 200));
    RawClient client(server.port());
    REQUIRE(client.send(row.request));
    const RawReply reply = client.receive();
    CHECK(reply.status == row.status);
    CHECK(reply.body == row.body);
    CHECK(reply.header("content-length") == std::to_string(row.body.size()));
    CHECK(reply.headers.count("transfer-encoding") == 0);
  }
  CHECK(server.counters.value(core::Counter::kHttpRequests) == std::size(rows));
}

TEST_CASE("HEAD has the headers of GET and no body; 405 names the methods; 415 what is understood") {
  TestServer server;
  server.start();
  RawClient client(server.port());
  client.send(test::raw_request("HEAD", "/echo"));
  const RawReply head = client.receive(false);
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == "16");  // HEAD /echo () []
  CHECK(head.header("connection").empty());
  client.send(test::raw_request("GET", "/echo"));
  CHECK(client.receive().body == "GET /echo () []");

  CHECK(test::raw_exchange(server.port(), "POST", "/refuse").header("allow") == "GET");
  CHECK(
      test::raw_exchange(server.port(), "POST", "/echo", {{"Content-Encoding", "br"}}, "x").header("accept-encoding") ==
      "gzip, deflate, zstd");
}

TEST_CASE("keep-alive, pipelining, and who wants the connection closed") {
  TestServer server;
  server.start();
  {
    RawClient client(server.port());
    for (int i = 0; i < 20; ++i) {
      client.send(test::raw_request("POST", "/echo", {}, std::to_string(i)));
      const RawReply reply = client.receive();
      REQUIRE(reply.body == fmt::format("POST /echo () [{}]", i));
      REQUIRE(reply.header("keep-alive") == "timeout=30");
    }
    std::string many;
    for (int i = 0; i < 50; ++i) many += test::raw_request("POST", "/echo", {}, std::to_string(i));
    client.send(many);
    for (int i = 0; i < 50; ++i) REQUIRE(client.receive().body == fmt::format("POST /echo () [{}]", i));
    // An error of the handler's or of the path does not cost the connection.
    client.send(test::raw_request("GET", "/refuse") + test::raw_request("GET", "/nowhere"));
    CHECK(client.receive().status == 403);
    CHECK(client.receive().status == 404);
    client.send(test::raw_request("GET", "/echo", {{"Connection", "Close"}}));
    const RawReply last = client.receive();
    CHECK(last.header("connection") == "close");
    CHECK(client.closed());
  }
  struct Row {
    std::string request;
    std::string connection;
    bool closed;
  };
  const Row rows[] = {
      {"GET /echo HTTP/1.0\r\n\r\n", "close", true},
      {"GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive", false},
      {"GET /echo HTTP/1.1\r\nConnection: foo, close\r\n\r\n", "close", true},
      {"GET /echo HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "close", true},  // a body that nobody reads
      {"POST /echo HTTP/1.1\r\nContent-Length: 3\r\nContent-Encoding: br\r\n\r\nabc", "close", true},
  };
  for (const Row& row : rows) {
    INFO(row.request);
    RawClient client(server.port());
    client.send(row.request);
    CHECK(client.receive().header("connection") == row.connection);
    CHECK(client.closed(row.closed ? 20'000 : 0) == row.closed);
  }
}

TEST_CASE("Expect: 100-continue: the body is asked for, or refused before it is sent") {
  TestServer server({.max_body_bytes = 100});
  server.start();
  RawClient client(server.port());
  for (int i = 0; i < 2; ++i) {
    client.send("POST /echo HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n");
    REQUIRE(client.receive().status == 100);
    client.send("abc");
    CHECK(client.receive().body == "POST /echo () [abc]");
  }
  const std::pair<std::string, int> rows[] = {
      {"POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 101\r\n\r\n", 413},
      {"POST /none HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", 404},
      {"POST /refuse HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", 405},
      {"POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\nContent-Encoding: br\r\n\r\n", 415},
  };
  for (const auto& [request, status] : rows) {
    RawClient refused(server.port());
    refused.send(request);
    const RawReply reply = refused.receive();
    CHECK(reply.status == status);
    CHECK(reply.header("connection") == "close");
    CHECK(refused.closed());
  }
}

TEST_CASE("large replies are compressed for those who ask, and whole for the others") {
  TestServer server;
  server.start();
  CHECK(test::raw_exchange(server.port(), "GET", "/large").body == std::string(3'000'000, 'x'));
  const RawReply gzip = test::raw_exchange(server.port(), "GET", "/large", {{"Accept-Encoding", "br, gzip"}});
  CHECK(gzip.header("content-encoding") == "gzip");
  CHECK(gzip.body.size() < 100'000);
  CHECK(test::raw_exchange(server.port(), "GET", "/echo", {{"Accept-Encoding", "gzip"}}).body == "GET /echo () []");
}

TEST_CASE("a taken port, a foreign address and a bad address are errors with a hint") {
  TestServer first;
  core::Counters counters;
  BodyBudget bodies;
  const core::Result<std::unique_ptr<Server>> taken =
      Server::open({.listen = {"127.0.0.1", first.port()}}, bodies, counters);
  REQUIRE(!taken.ok());
  CHECK(taken.error().code == core::ErrorCode::kIo);
  CHECK(taken.error().message == fmt::format("listen on 127.0.0.1:{}: Address already in use", first.port()));
  CHECK(taken.error().hint.find("another process listens on this port") == 0);

  const core::Result<std::unique_ptr<Server>> foreign = Server::open({.listen = {"192.0.2.1", 0}}, bodies, counters);
  REQUIRE(!foreign.ok());
  CHECK(foreign.error().message == "listen on 192.0.2.1:0: Cannot assign requested address");
  CHECK(!foreign.error().hint.empty());

  const core::Result<std::unique_ptr<Server>> name = Server::open({.listen = {"localhost", 0}}, bodies, counters);
  REQUIRE(!name.ok());
  CHECK(name.error().message == "listen on localhost:0: not an IP address");
}

TEST_CASE("IPv6, and the same port again right after stopping") {
  const int probe = socket(AF_INET6, SOCK_STREAM, 0);
  if (probe < 0) return;  // this machine has no IPv6
  close(probe);
  std::uint16_t port = 0;
  for (int round = 0; round < 2; ++round) {
    TestServer server({.listen = {"::1", port}});
    server.server->route("GET", "/peer", [](const Request& request) { return Response{.body = request.peer}; });
    server.start();
    port = server.port();
    RawClient client(port, "::1");
    REQUIRE(client.connected());
    client.send(test::raw_request("GET", "/peer"));
    CHECK(client.receive().body.substr(0, 6) == "[::1]:");
  }
  TestServer both({.listen = {"::", 0}});
  both.server->route("GET", "/peer", [](const Request& request) { return Response{.body = request.peer}; });
  both.start();
  CHECK(test::raw_exchange(both.port(), "GET", "/peer").body.substr(0, 10) == "127.0.0.1:");
}

TEST_CASE("secrets") {
  CHECK(equals_constant_time("abc", "abc"));
  CHECK(equals_constant_time("", ""));
  CHECK_FALSE(equals_constant_time("abc", "abd"));
  CHECK_FALSE(equals_constant_time("abc", "abcd"));
  CHECK(is_known_secret("b", {"a", "b"}));
  CHECK_FALSE(is_known_secret("c", {"a", "b"}));
  CHECK_FALSE(is_known_secret("", {"a", ""}));
  CHECK_FALSE(is_known_secret("a", {}));
}

// --- TLS ---

TEST_CASE("TLS: 1.2 and newer, and files that do not fit are told") {
  test::Certificates files;
  files.self_signed("a");
  files.self_signed("b");
  TestServer server({.tls = tls::Options{files.pem("a"), files.key("a")}});
  server.start();
  RawClient idle(server.port());  // a client that does not shake hands keeps nobody out
  for (const int version : {TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);
    BIO* bio = BIO_new_ssl_connect(context);
    BIO_set_conn_hostname(bio, fmt::format("127.0.0.1:{}", server.port()).c_str());
    const bool connected = BIO_do_connect(bio) == 1 && BIO_do_handshake(bio) == 1;
    CHECK(connected == (version != TLS1_1_VERSION));
    if (connected) {
      for (int i = 0; i < 3; ++i) {
        const std::string body(100'000, 'x');
        const std::string request = test::raw_request("POST", "/size", {}, body);
        REQUIRE(BIO_write(bio, request.data(), static_cast<int>(request.size())) == static_cast<int>(request.size()));
        std::string reply;
        while (reply.find("\r\n\r\n100000") == std::string::npos) {
          char piece[4096];
          const int got = BIO_read(bio, piece, sizeof piece);
          REQUIRE(got > 0);
          reply.append(piece, static_cast<std::size_t>(got));
        }
        CHECK(reply.substr(0, 15) == "HTTP/1.1 200 OK");
      }
    }
    BIO_free_all(bio);
    SSL_CTX_free(context);
  }
  RawClient plain(server.port());
  plain.send(test::raw_request("GET", "/echo"));
  CHECK(plain.closed());

  struct Row {
    std::string certificate, key, message;
  };
  const std::string text = files.pem("text");
  std::ofstream(text) << "no PEM\n";
  const Row rows[] = {
      {files.pem("none"), files.key("a"), "certificate " + files.pem("none") + ": No such file or directory"},
      {files.pem("a"), files.key("none"), "key " + files.key("none") + ": No such file or directory"},
      {text, files.key("a"), "certificate " + text + ": "},
      {files.pem("a"), text, "key " + text + ": "},
      {files.pem("a"), files.key("b"), "key " + files.key("b") + " does not belong to certificate " + files.pem("a")},
  };
  for (const Row& row : rows) {
    core::Counters counters;
    BodyBudget bodies;
    const core::Result<std::unique_ptr<Server>> opened =
        Server::open({.listen = {"127.0.0.1", 0}, .tls = tls::Options{row.certificate, row.key}}, bodies, counters);
    REQUIRE(!opened.ok());
    CHECK(opened.error().code == core::ErrorCode::kIo);
    CHECK(opened.error().message.substr(0, row.message.size()) == row.message);
    CHECK(!opened.error().hint.empty());
  }
}

TEST_CASE("TLS: a certificate is read again, and a bad one changes nothing") {
  test::Certificates files;
  files.self_signed("a");
  files.self_signed("b");
  core::Counters counters;
  BodyBudget bodies;
  const auto opened =
      Server::open({.listen = {"127.0.0.1", 0}, .tls = tls::Options{files.pem("a"), files.key("a")}}, bodies, counters);
  REQUIRE(opened.ok());
  Server& server = **opened;
  server.start();
  const auto served = [&server] {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    BIO* bio = BIO_new_ssl_connect(context);
    BIO_set_conn_hostname(bio, fmt::format("127.0.0.1:{}", server.endpoint().port).c_str());
    REQUIRE(BIO_do_connect(bio) == 1);
    SSL* ssl = nullptr;
    BIO_get_ssl(bio, &ssl);
    const std::string fingerprint = tls::sha256_fingerprint(SSL_get0_peer_certificate(ssl));
    BIO_free_all(bio);
    SSL_CTX_free(context);
    return fingerprint;
  };
  const std::string first = served();
  const auto over = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(files.pem("b"), files.pem("a"), over);
  const core::Result<void> without_its_key = server.reload_certificate();
  REQUIRE(!without_its_key.ok());
  CHECK(without_its_key.error().message.starts_with("key " + files.key("a")));
  CHECK(served() == first);
  std::filesystem::copy_file(files.key("b"), files.key("a"), over);
  CHECK(server.reload_certificate().ok());
  CHECK(served() != first);
}

}  // namespace
}  // namespace rw::http
