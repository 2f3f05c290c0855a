#include "web/api.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/hash.h"
#include "daemon/core/text.h"
#include "web/auth.h"
#include "web/openapi.h"
#include "web/parameters.h"
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
  RouteDoc doc = {};  // for GET /openapi.json; without a summary it is not told there
};

using storage::Listing;

// GET answers HEAD too.
constexpr Route kRoutes[] = {
    {"GET",
     "/api/v1/risk-events",
     Scope::kRead,
     list_risk_events,
     {"Risk events", "RiskEvent", QueryKind::kList, Listing::kRiskEvents}},
    {"GET",
     "/api/v1/risk-objects",
     Scope::kRead,
     list_risk_objects,
     {"Who or what has how much risk, most first", "RiskObject", QueryKind::kRiskObjects, Listing::kRiskEvents}},
    {"GET",
     "/api/v1/counts/(risk-events|notables|events/registry|events/processes|runs|rejected)",
     Scope::kRead,
     get_counts,
     {"How many items a list has, by columns and time", "Counts", QueryKind::kCounts}},
    {"GET",
     "/api/v1/notables",
     Scope::kRead,
     list_notables,
     {"Notables", "Notable", QueryKind::kList, Listing::kNotables}},
    {"GET", "/api/v1/notables/([^/]+)", Scope::kRead, get_notable, {"One notable", "Notable"}},
    {"PATCH",
     "/api/v1/notables",
     Scope::kChange,
     edit_notables,
     {"Change many notables", "Changed", QueryKind::kNone, std::nullopt, "NotablesEdit"}},
    {"PATCH",
     "/api/v1/notables/([^/]+)",
     Scope::kChange,
     edit_notable,
     {"Change a notable", "Notable", QueryKind::kNone, std::nullopt, "NotableEdit"}},
    {"GET",
     "/api/v1/notables/([^/]+)/history",
     Scope::kRead,
     list_notable_history,
     {"What became of a notable, newest first", "NotableChange", QueryKind::kList, Listing::kNotableChanges}},
    {"GET",
     "/api/v1/notables/([^/]+)/events",
     Scope::kRead,
     get_notable_events,
     {"The events behind a notable", "NotableEvents"}},
    {"GET",
     "/api/v1/detections",
     Scope::kRead,
     list_detections,
     {"Detections by name", "Detection", QueryKind::kIndexList}},
    {"GET",
     "/api/v1/detections/([^/]+)",
     Scope::kRead,
     get_detection,
     {"One detection, by its id, name or file stem", "Detection"}},
    {"POST", "/api/v1/detections/reload", Scope::kChange, reload_detections, {"Read the detections again", "Reload"}},
    {"POST",
     "/api/v1/search",
     Scope::kChange,
     run_search,
     {"Search with SPL", "SearchAnswer", QueryKind::kNone, std::nullopt, "SearchRequest"}},
    {"GET", "/api/v1/searches", Scope::kRead, list_searches, {"What is being searched now", "Searches"}},
    {"DELETE",
     "/api/v1/searches/([^/]+)",
     Scope::kChange,
     cancel_search,
     {"Cancel a search", "", QueryKind::kNone, std::nullopt, "", 204}},
    {"GET", "/api/v1/runs", Scope::kRead, list_runs, {"The ledger of runs", "Run", QueryKind::kList, Listing::kRuns}},
    {"GET",
     "/api/v1/events/registry",
     Scope::kRead,
     list_registry_events,
     {"Registry events", "RegistryEvent", QueryKind::kList, Listing::kRegistryEvents}},
    {"GET",
     "/api/v1/events/processes",
     Scope::kRead,
     list_process_events,
     {"Process-creation events", "ProcessEvent", QueryKind::kList, Listing::kProcessEvents}},
    {"GET",
     "/api/v1/rejected",
     Scope::kRead,
     list_rejected,
     {"Input that could not be decoded", "Rejected", QueryKind::kList, Listing::kRejected}},
    {"GET",
     "/api/v1/sources",
     Scope::kRead,
     list_sources,
     {"Who sends: a row for each host and channel", "Source", QueryKind::kList, Listing::kSources}},
    {"GET",
     "/api/v1/export/ocsf",
     Scope::kRead,
     export_ocsf,
     {"Notables as OCSF Detection Findings", "", QueryKind::kExport, Listing::kNotables, "", 200,
      "application/x-ndjson"}},
    {"GET",
     "/api/v1/export/ecs",
     Scope::kRead,
     export_ecs,
     {"Notables as ECS alerts", "", QueryKind::kExport, Listing::kNotables, "", 200, "application/x-ndjson"}},
    {"GET",
     "/api/v1/export/navigator",
     Scope::kRead,
     export_navigator,
     {"What fired, as a layer for the ATT&CK Navigator", "Layer", QueryKind::kWindow}},
    {"GET",
     "/api/v1/stream",
     Scope::kRead,
     stream_news,
     {"What is new, as server-sent events", "", QueryKind::kStream, std::nullopt, "", 200, "text/event-stream"}},
    {"GET", "/api/v1/status", Scope::kRead, get_status, {"How the daemon is", "Status"}},
    {"GET",
     "/metrics",
     Scope::kRead,
     get_metrics,
     {"Counters for Prometheus", "", QueryKind::kNone, std::nullopt, "", 200, "text/plain"}},
    {"GET", "/healthz", Scope::kPublic, get_health, {"Whether the store takes events", "Health"}},
    {"GET", "/openapi\\.json", Scope::kRead, get_openapi, {"This description", "Description"}},
    {"GET", "/", Scope::kPublic, get_page_file, {}},
    {"GET", "/static/(.+)", Scope::kPublic, get_page_file, {}},
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

std::string_view scope_name(Scope scope) {
  switch (scope) {
    case Scope::kPublic:
      return "";
    case Scope::kRead:
    case Scope::kChange:
      return "read";
  }
  return "";
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
      : options_(std::move(options)),
        sources_(std::move(sources)),
        readers_(sources_.store),
        news_(readers_, sources_.health),
        searches_(sources_.store) {}

  void add_routes(http::Server& server) override {
    for (const Route& route : kRoutes) {
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
    Answer answer = route.handler(
        {sources_, readers_, searches_, options_.search_limits, stopping_, actor_of(request), news_}, request);
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
    if (status == 503) return problem(status, "as many requests are being served as may", request.path);
    if (status >= 500) return problem(status, "the reason is in the daemon's log", request.path);
    return problem(status, "the request could not be read", request.path);
  }

  const ApiOptions options_;
  const ApiSources sources_;
  ReaderPool readers_;
  NewsDesk news_;
  RunningSearches searches_;
  std::atomic<bool> stopping_{false};
};

}  // namespace

// Made once: it is some hundred KiB.
Answer get_openapi(const Context&, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  static const std::string document = [] {
    std::vector<DocumentedRoute> routes;
    for (const Route& route : kRoutes) {
      if (route.doc.summary.empty()) continue;
      routes.push_back({route.method, route.path, scope_name(route.scope), route.doc});
    }
    return openapi_document(routes).dump();
  }();
  http::Response response;
  response.body = document;
  return response;
}

std::unique_ptr<Api> Api::create(ApiOptions options, ApiSources sources) {
  return std::make_unique<HttpApi>(std::move(options), std::move(sources));
}

}  // namespace rw::web
