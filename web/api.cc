#include "web/api.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/core/current.h"
#include "daemon/core/hash.h"
#include "daemon/core/text.h"
#include "daemon/core/units.h"
#include "web/auth.h"
#include "web/credentials.h"
#include "web/problem.h"
#include "web/reader_pool.h"
#include "web/route_table.h"
#include "web/routes.h"

namespace rw::web {
namespace {

bool is_page_file(const Route& route) { return route.handler == get_page_file; }

void add_security_headers(http::Response& response, bool page_file) {
  auto& headers = response.headers;
  headers.emplace_back("Content-Security-Policy",
                       page_file ? "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                                 : "default-src 'none'; frame-ancestors 'none'");
  headers.emplace_back("X-Content-Type-Options", "nosniff");
  headers.emplace_back("Referrer-Policy", "no-referrer");
  headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  headers.emplace_back("Cache-Control", page_file ? "no-cache" : "no-store");
}

// Answers that are asked for again and again, by a page, say: 304 where the client has them already (RFC 9110 13.1.2).
// They are made all the same; what is saved is sending and reading them.
void answer_conditionally(const http::Request& request, http::Response& response) {
  if ((request.method != "GET" && request.method != "HEAD") || response.status != 200 || response.source ||
      response.body.empty())
    return;
  core::StableHash hash;
  hash.add(response.body);
  const std::string tag = '"' + hash.hex() + '"';
  response.headers.emplace_back("ETag", tag);
  std::string_view known = request.header("if-none-match");
  bool is_known = core::trim(known) == "*";
  while (!known.empty()) {
    const std::size_t comma = known.find(',');
    std::string_view one = core::trim(known.substr(0, comma));
    if (one.starts_with("W/")) one.remove_prefix(2);
    is_known = is_known || one == tag;
    known.remove_prefix(comma == std::string_view::npos ? known.size() : comma + 1);
  }
  if (!is_known) return;
  response.status = 304;
  response.body.clear();
}

class HttpApi final : public Api {
 public:
  HttpApi(ApiOptions options, ApiSources sources)
      : options_(std::make_shared<const ApiOptions>(std::move(options))),
        sources_(std::move(sources)),
        readers_(sources_.store),
        news_(readers_, sources_.health),
        searches_(sources_.store) {}

  void add_routes(http::Server& server) override {
    for (const Route& route : routes()) {
      const http::Handler handler = [this, &route](const http::Request& request) {
        http::Response response = answer(route, request);
        answer_conditionally(request, response);
        add_security_headers(response, is_page_file(route));
        return response;
      };
      server.route(route.method, route.path, handler);
      if (route.method == "GET") server.route("HEAD", route.path, handler);  // the server leaves the body out
    }
    server.on_error("", [this](int status, const http::Request& request) {
      http::Response response = error(status, request);
      add_security_headers(response, false);
      return response;
    });
  }

  void set_options(ApiOptions options) override {
    options.server = options_.get()->server;
    options_.set(std::make_shared<const ApiOptions>(std::move(options)));
  }

  void begin_shutdown() override {
    stopping_ = true;
    readers_.cancel();
    searches_.shut_down();
  }

 private:
  // Nullopt: a token that is none. A session that has ended is none, so that who signs in again is not refused for it.
  std::optional<Caller> caller_of(const http::Request& request, const ApiOptions& options) const {
    if (const std::optional<std::string_view> token = bearer_token(request)) {
      if (http::is_known_secret(*token, options.tokens)) {
        return Caller{
            .kind = Caller::Kind::kToken, .name = std::string(kConfiguredTokenName), .scopes = {Scope::kAdmin}};
      }
      return sources_.authenticator.find_token(*token);
    }
    if (const std::string_view cookie = session_cookie(request); !cookie.empty()) {
      if (auto caller = sources_.authenticator.find_session(cookie)) return caller;
    }
    Caller anonymous;
    if (options.anonymous) anonymous.scopes.add(*options.anonymous);
    return anonymous;
  }

  std::optional<http::Response> refuse(const http::Request& request, std::optional<Scope> scope,
                                       const std::optional<Caller>& caller, const ApiOptions& options) const {
    const bool is_anonymous = caller && caller->kind == Caller::Kind::kAnonymous;
    if (is_anonymous && options.anonymous && !is_local_host_header(request.header("host"))) {
      return problem(403, "Host: expected localhost or an IP address, as this listener asks for no token", request.path,
                     "set api.anonymous to none to serve this name");
    }
    if (changes_something(request.method) && !is_same_origin(request)) {
      return problem(403, "Origin: expected this listener itself: a page of another site has sent this", request.path);
    }
    if (!scope) return std::nullopt;
    if (!caller || (is_anonymous && !caller->scopes.grants(*scope))) return unauthorized(request);
    if (!caller->scopes.grants(*scope)) return forbidden(request, *scope, *caller);
    return std::nullopt;
  }

  // A cookie comes with what pages of other sites send, too; what only our own page knows does not.
  static bool shows_own_page(const http::Request& request, const Caller& caller) {
    return caller.kind != Caller::Kind::kUser || !changes_something(request.method) ||
           http::equals_constant_time(request.header("x-csrf-token"), caller.csrf);
  }

  static http::Response unauthorized(const http::Request& request) {
    http::Response response = problem(401, "expected the header Authorization: Bearer TOKEN with a token that is valid",
                                      request.path, "regwarden token add NAME --scope read");
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"regwarden\"");
    return response;
  }

  static http::Response forbidden(const http::Request& request, Scope scope, const Caller& caller) {
    http::Response response = problem(403,
                                      fmt::format("this takes the scope {}: {} has {}", scope_name(scope),
                                                  caller.actor(), fmt::join(caller.scopes.names(), ", ")),
                                      request.path);
    response.headers.emplace_back(
        "WWW-Authenticate",
        fmt::format("Bearer realm=\"regwarden\", error=\"insufficient_scope\", scope=\"{}\"", scope_name(scope)));
    return response;
  }

  static http::Response too_long(const http::Request& request) {
    return problem(413, fmt::format("the body: expected at most {}", core::format_size(kMaxBodyBytes)), request.path);
  }

  http::Response answer(const Route& route, const http::Request& request) {
    const auto options = options_.get();
    const std::optional<Caller> caller = caller_of(request, *options);
    if (auto refusal = refuse(request, route.scope, caller, *options)) return *std::move(refusal);
    if (request.body.size() > kMaxBodyBytes) return too_long(request);
    const Caller& asks = caller ? *caller : nobody_;
    if (route.handler != open_session && !shows_own_page(request, asks)) {
      return problem(403, "X-CSRF-Token: expected the csrf of GET /api/v1/session", request.path);
    }
    Answer answer = route.handler({sources_, readers_, searches_, options->search_limits, stopping_, asks, logins_,
                                   options->server.tls.has_value(), news_},
                                  request);
    if (answer.ok()) return std::move(answer).value();
    if (answer.error().code == core::ErrorCode::kInternal) {
      spdlog::error("api: {} {}: {}", request.method, request.path, answer.error().message);
    }
    return problem_of(answer.error(), request.path);
  }

  // What the server found before any handler could. It adds Allow to a 405 itself.
  http::Response error(int status, const http::Request& request) const {
    if (status == 404 || status == 405) {  // the others may come before there are headers to look at
      const auto options = options_.get();
      if (auto refusal = refuse(request, Scope::kRead, caller_of(request, *options), *options)) {
        return *std::move(refusal);
      }
    }
    if (status == 404) return problem(status, "there is nothing at this path", request.path);
    if (status == 405) return problem(status, "this path takes other methods, see Allow", request.path);
    if (status == 413) return too_long(request);
    if (status == 503) return problem(status, "as many requests are being served as may", request.path);
    if (status >= 500) return problem(status, "the reason is in the daemon's log", request.path);
    return problem(status, "the request could not be read", request.path);
  }

  core::Current<ApiOptions> options_;
  const ApiSources sources_;
  const Caller nobody_{};  // asks with a token that is none for what needs none
  ReaderPool readers_;
  NewsDesk news_;
  RunningSearches searches_;
  Logins logins_;
  std::atomic<bool> stopping_{false};
};

}  // namespace

std::unique_ptr<Api> Api::create(ApiOptions options, ApiSources sources) {
  return std::make_unique<HttpApi>(std::move(options), std::move(sources));
}

}  // namespace rw::web
