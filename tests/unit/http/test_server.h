// A server on a free loopback port with routes that tell what they were given.
#pragma once

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "daemon/http/server.h"
#include "tests/support/raw_client.h"

namespace rw::http {

inline std::string describe(const Request& request) {
  std::string text = request.method + " " + request.path;
  for (const std::string& parameter : request.path_parameters) text += " (" + parameter + ")";
  for (const auto& [name, value] : request.query) text += " " + name + "=" + value;
  return text + " [" + std::string(request.body) + "]";
}

class TestServer {
 public:
  explicit TestServer(ServerOptions options = {}, std::size_t body_budget_bytes = BodyBudget::kDefaultBytes)
      : bodies(body_budget_bytes) {
    if (options.listen.host.empty()) options.listen.host = "127.0.0.1";
    core::Result<std::unique_ptr<Server>> opened = Server::open(options, bodies, counters);
    if (!opened.ok()) FAIL(opened.error().message);
    server = std::move(opened).value();
    const auto echo = [](const Request& request) { return Response{.body = describe(request)}; };
    server->route("GET", "/echo(/\\w+)?", echo);
    server->route("POST", "/echo(/\\w+)?", echo);
    server->route("PUT", "/echo", echo);
    server->route("DELETE", "/echo", echo);
    server->route("OPTIONS", "/echo", [](const Request&) { return Response{.headers = {{"Allow", "POST"}}}; });
    server->route("GET", "/header", [](const Request& request) {
      return Response{.body = std::string(request.header("x-test")), .content_type = "text/plain"};
    });
    server->route("GET", "/refuse", [](const Request&) { return Response{.status = 403, .body = "no"}; });
    server->route("POST", "/throw", [](const Request&) -> Response { throw std::runtime_error("boom"); });
    server->route("GET", "/throw", [](const Request&) -> Response { throw 42; });
    server->route("GET", "/large", [](const Request&) { return Response{.body = std::string(3'000'000, 'x')}; });
    server->route("POST", "/size",
                  [](const Request& request) { return Response{.body = std::to_string(request.body.size())}; });
    server->on_error("", [](int status, const Request& request) {
      return Response{.body = fmt::format("E{} {} {}", status, request.method, request.path)};
    });
  }

  void start() { server->start(); }
  std::uint16_t port() const { return server->endpoint().port; }

  core::Counters counters;
  BodyBudget bodies;
  std::unique_ptr<Server> server;
};

}  // namespace rw::http
