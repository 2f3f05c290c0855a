#include "web/api.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "web/auth.h"
#include "web/problem.h"
#include "web/reader_pool.h"
#include "web/routes.h"

namespace rw::web {
namespace {

enum class Scope {
  kPublic,  // no token: holds nothing about events
  kRead,
  kChange,  // has an effect, or costs much: not for other sites' pages, which a browser lets send a POST without asking
};

struct Route {
  std::string_view method;
  std::string_view path;  // a whole-path regular expression
  Scope scope;
  RouteHandler handler;
};

// GET answers HEAD too.
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/risk-events", Scope::kRead, list_risk_events},
    {"GET", "/api/v1/notables", Scope::kRead, list_notables},
    {"GET", "/api/v1/notables/([^/]+)", Scope::kRead, get_notable},
    {"PATCH", "/api/v1/notables", Scope::kChange, edit_notables},
    {"PATCH", "/api/v1/notables/([^/]+)", Scope::kChange, edit_notable},
    {"GET", "/api/v1/notables/([^/]+)/history", Scope::kRead, list_notable_history},
    {"GET", "/api/v1/notables/([^/]+)/events", Scope::kRead, get_notable_events},
    {"GET", "/api/v1/detections", Scope::kRead, list_detections},
    {"GET", "/api/v1/detections/([^/]+)", Scope::kRead, get_detection},
    {"POST", "/api/v1/detections/reload", Scope::kChange, reload_detections},
    {"POST", "/api/v1/search", Scope::kChange, run_search},
    {"GET", "/api/v1/searches", Scope::kRead, list_searches},
    {"DELETE", "/api/v1/searches/([^/]+)", Scope::kChange, cancel_search},
    {"GET", "/api/v1/runs", Scope::kRead, list_runs},
    {"GET", "/api/v1/events/registry", Scope::kRead, list_registry_events},
    {"GET", "/api/v1/events/processes", Scope::kRead, list_process_events},
    {"GET", "/api/v1/rejected", Scope::kRead, list_rejected},
    {"GET", "/api/v1/sources", Scope::kRead, list_sources},
    {"GET", "/api/v1/status", Scope::kRead, get_status},
    {"GET", "/metrics", Scope::kRead, get_metrics},
    {"GET", "/healthz", Scope::kPublic, get_health},
    {"GET", "/", Scope::kPublic, get_page_file},
    {"GET", "/(app\\.js|style\\.css|icon\\.svg)", Scope::kPublic, get_page_file},
};

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

class HttpApi final : public Api {
 public:
  HttpApi(ApiOptions options, ApiSources sources)
      : options_(std::move(options)),
        sources_(std::move(sources)),
        readers_(sources_.store),
        searches_(sources_.store) {}

  void add_routes(http::Server& server) override {
    for (const Route& route : kRoutes) {
      const http::Handler handler = [this, &route](const http::Request& request) {
        http::Response response = answer(route, request);
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

  void begin_shutdown() override {
    stopping_ = true;
    readers_.cancel();
    searches_.shut_down();
  }

 private:
  std::optional<http::Response> refuse(const http::Request& request, Scope scope) const {
    if (options_.tokens.empty() && !is_local_host_header(request.header("host"))) {
      return problem(403, "Host: expected localhost or an IP address, as this listener asks for no token", request.path,
                     "configure api.tokens to serve this name");
    }
    if (scope == Scope::kChange && !is_same_origin(request)) {
      return problem(403, "Origin: expected this listener itself: a page of another site has sent this", request.path);
    }
    if (scope == Scope::kPublic || is_authorized(request, options_.tokens)) return std::nullopt;
    http::Response response =
        problem(401, "expected the header Authorization: Bearer TOKEN with a token of api.tokens", request.path);
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"regwarden\"");
    return response;
  }

  // Tokens of the configuration have no names.
  std::string actor_of(const http::Request& request) const {
    return options_.tokens.empty() || request.header("authorization").empty() ? "anonymous" : "token of api.tokens";
  }

  http::Response answer(const Route& route, const http::Request& request) {
    if (auto refusal = refuse(request, route.scope)) return *std::move(refusal);
    Answer answer =
        route.handler({sources_, readers_, searches_, options_.search_limits, stopping_, actor_of(request)}, request);
    if (answer.ok()) return std::move(answer).value();
    if (answer.error().code == core::ErrorCode::kInternal) {
      spdlog::error("api: {} {}: {}", request.method, request.path, answer.error().message);
    }
    return problem_of(answer.error(), request.path);
  }

  // What the server found before any handler could. It adds Allow to a 405 itself.
  http::Response error(int status, const http::Request& request) const {
    if (status == 404 || status == 405) {  // the others may come before there are headers to look at
      if (auto refusal = refuse(request, Scope::kRead)) return *std::move(refusal);
    }
    if (status == 404) return problem(status, "there is nothing at this path", request.path);
    if (status == 405) return problem(status, "this path takes other methods, see Allow", request.path);
    if (status >= 500) return problem(status, "the reason is in the daemon's log", request.path);
    return problem(status, "the request could not be read", request.path);
  }

  const ApiOptions options_;
  const ApiSources sources_;
  ReaderPool readers_;
  RunningSearches searches_;
  std::atomic<bool> stopping_{false};
};

}  // namespace

std::unique_ptr<Api> Api::create(ApiOptions options, ApiSources sources) {
  return std::make_unique<HttpApi>(std::move(options), std::move(sources));
}

}  // namespace rw::web
