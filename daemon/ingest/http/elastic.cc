#include "daemon/ingest/http/elastic.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "daemon/ingest/http/elastic_bulk.h"
#include "daemon/ingest/http/elastic_reply.h"
#include "daemon/ingest/http/server_fault.h"

namespace rw::ingest {
namespace {

// Far above what clients send (Winlogbeat: 1600), and it bounds what one request costs. Beats halve a batch after 413.
constexpr std::size_t kMaxItems = 50'000;
// Of the path's index, which the answer repeats for each item. As Elasticsearch has it.
constexpr std::size_t kMaxIndexBytes = 255;
constexpr std::string_view kDefaultIndex = "regwarden";

struct FixedAnswer {
  std::string_view pattern;
  std::string_view body;
};

// What clients look at before they send. Beats and Logstash want an active licence; Beats 6 and 7 ask _xpack for it and
// whether there is index lifecycle management.
constexpr FixedAnswer kFixedAnswers[] = {
    {R"(/_license/?)", R"({"license":{"status":"active","uid":"regwarden","type":"basic","issue_date_in_millis":1,)"
                       R"("expiry_date_in_millis":4102444800000}})"},
    {R"(/_xpack(/license)?)",
     R"({"license":{"status":"active","uid":"regwarden","type":"basic","mode":"basic",)"
     R"("expiry_date_in_millis":4102444800000},"features":{"ilm":{"available":true,"enabled":true}},)"
     R"("tagline":"You know, for X"})"},
    {R"(/_cluster/health(/.*)?)", R"({"cluster_name":"regwarden","status":"green","timed_out":false})"},
    {R"(/_nodes(/.*)?)", R"({"cluster_name":"regwarden","nodes":{}})"},
};

struct Bulk {
  std::vector<BulkItem> items;
  std::vector<BulkFault> faults;  // one for each item
};

std::string render_bulk(const Bulk& bulk, std::string_view default_index, std::chrono::milliseconds took) {
  const bool errors = std::ranges::any_of(bulk.faults, [](const BulkFault& fault) { return !fault.reason.empty(); });
  std::string reply = fmt::format(R"({{"took":{},"errors":{},"items":[)", took.count(), errors);
  for (std::size_t i = 0; i < bulk.items.size(); ++i) {
    if (i > 0) reply += ',';
    append_bulk_item(reply, bulk.items[i], default_index, bulk.faults[i]);
  }
  reply += "]}";
  return reply;
}

}  // namespace

void Elastic::add_routes(http::Server& server) {
  for (const std::string_view method : {"POST", "PUT"}) {
    // With an index, and with a type as clients before 7 have it.
    server.route(method, R"((?:/([^_/][^/]*)(?:/[^/]+)?)?/_bulk)",
                 [this](const http::Request& request) { return bulk(request); });
  }
  server.route("GET", "/", [this](const http::Request& request) {
    return admitted(request, [&] { return elastic_reply(elastic_info(request.header("user-agent"))); });
  });
  for (const FixedAnswer& answer : kFixedAnswers) {
    server.route("GET", answer.pattern, [this, &answer](const http::Request& request) {
      return admitted(request, [&] { return elastic_reply(std::string(answer.body)); });
    });
  }
  // Policies, templates, pipelines, aliases, _cat and the like: whatever a client asks for is there, and what it sets
  // up is not needed here. HEAD is answered as GET: what is there is not uploaded.
  server.route("GET", "/_.*",
               [this](const http::Request& request) { return admitted(request, [] { return elastic_reply("{}"); }); });
  server.route("PUT", "/_.*", [this](const http::Request& request) {
    return admitted(request, [] { return elastic_reply(R"({"acknowledged":true})"); });
  });
  server.on_error("/_", [](int status, const http::Request&) { return error(status); });
}

http::Response Elastic::error(int status) { return elastic_error(status, server_fault(status)); }

http::Response Elastic::admitted(const http::Request& request, const std::function<http::Response()>& serve) const {
  if (context_.shutting_down) return elastic_error(503, "The server is shutting down; send again");
  switch (context_.access(request)) {
    case Access::kTokenRequired:
      return elastic_error(401, fmt::format("missing authentication credentials for REST request [{}]", request.path));
    case Access::kInvalidAuthorization:
      return elastic_error(401, "Authorization: expected Basic (any user, the token as password), ApiKey or Bearer");
    case Access::kInvalidToken:
      return elastic_error(
          401, fmt::format("unable to authenticate with provided credentials for REST request [{}]", request.path));
    case Access::kQueryTokenDisabled:
      return elastic_error(401, "?token= is not enabled on this input");
    case Access::kGranted:
      break;
  }
  return serve();
}

http::Response Elastic::bulk(const http::Request& request) {
  return admitted(request, [&] {
    const auto start = std::chrono::steady_clock::now();
    const std::string& in_path = request.path_parameters.front();  // empty: it has no index
    if (in_path.size() > kMaxIndexBytes) {
      return elastic_error(400, "invalid_index_name_exception",
                           fmt::format("index name is too long, ({} > {})", in_path.size(), kMaxIndexBytes));
    }
    Delivery delivery = context_.delivery();
    MessageContext context = context_.message(request, "bulk");

    Bulk bulk;
    ElasticBulkReader reader(request.body);
    while (true) {
      core::Result<std::optional<BulkItem>> item = reader.next();
      if (!item.ok()) {
        const std::string_view line = reader.action_line();
        delivery.pipeline().reject(line, line.size(), "_bulk: " + item.error().message, context);
        if (delivery.finish() == Delivery::Outcome::kBusy) return error(503);
        return elastic_error(400, item.error().message);
      }
      if (!*item) break;
      if (bulk.items.size() == kMaxItems) {
        return elastic_error(413, fmt::format("more than {} items; send smaller batches", kMaxItems));
      }
      bulk.items.push_back(**std::move(item));
    }
    if (bulk.items.empty()) return elastic_error(400, "parse_exception", "request body is required");

    // From here on every item gets an answer of its own.
    DocumentFallbackReader fallback_reader;
    context.fallback_reader = &fallback_reader;
    context_.counters.add(core::Counter::kBulkDocuments, bulk.items.size());
    for (const BulkItem& item : bulk.items) {
      BulkFault& fault = bulk.faults.emplace_back();
      if (item.action == BulkAction::kUpdate || item.action == BulkAction::kDelete) {
        fault = {
            "illegal_argument_exception",
            fmt::format("{}: events are stored and never changed: expected index or create", name_of(item.action))};
        const std::string_view kept = item.document.empty() ? item.line : item.document;
        delivery.pipeline().reject(kept, kept.size(), "_bulk: " + fault.reason, context);
      } else if (item.document.empty()) {
        fault = {"document_parsing_exception", "no document after the action"};
        delivery.pipeline().reject(item.line, item.line.size(), "_bulk: " + fault.reason, context);
      } else {
        fallback_reader.start(item.document);
        const core::Result<std::size_t> events = delivery.pipeline().add(item.document, context);
        if (!events.ok()) fault = {"document_parsing_exception", events.error().message};
      }
      if (!delivery.hand_over_large()) break;  // finish() will say kBusy
    }
    switch (delivery.finish()) {
      case Delivery::Outcome::kBusy:
        return error(503);
      case Delivery::Outcome::kFailed:
        return error(500);
      case Delivery::Outcome::kCommitted:
        break;
    }
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    return elastic_reply(render_bulk(bulk, in_path.empty() ? kDefaultIndex : in_path, took));
  });
}

}  // namespace rw::ingest
