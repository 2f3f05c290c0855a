#include "daemon/ingest/http/elastic_reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/core/json_text.h"
#include "daemon/core/text.h"
#include "daemon/ingest/http/server_fault.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kVersion = "8.17.0";
constexpr std::string_view kProduct = "Elastic";  // Elastic-Winlogbeat/…, elasticsearch-py/…, elastic-transport-…/…

std::string_view type_of(int status) {
  switch (status) {
    case 401:
      return "security_exception";
    case 404:
      return "resource_not_found_exception";
    case 413:
      return "content_too_long_exception";
    case 500:
      return "exception";
    case 503:
      return "es_rejected_execution_exception";
    default:
      return "illegal_argument_exception";
  }
}

http::Response with_product(http::Response response) {
  response.headers.emplace_back("X-Elastic-Product", "Elasticsearch");
  return response;
}

// "8.17.0", also before "-SNAPSHOT" or "+build"; empty: no such version.
std::string_view three_numbers(std::string_view text) {
  std::size_t at = 0;
  for (int part = 0; part < 3; ++part) {
    if (part > 0) {
      if (at >= text.size() || text[at] != '.') return {};
      ++at;
    }
    const std::size_t start = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    if (at == start || at - start > 4) return {};
  }
  return text.substr(0, at);
}

std::string_view version_for(std::string_view user_agent) {
  const std::size_t slash = user_agent.find('/');
  if (slash == std::string_view::npos || slash < kProduct.size()) return kVersion;
  if (!core::equals_ascii_nocase(user_agent.substr(0, kProduct.size()), kProduct)) return kVersion;
  const std::string_view version = three_numbers(user_agent.substr(slash + 1));
  return version.empty() ? kVersion : version;
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += fmt::format(R"("{}":)", name);
  core::append_json_repaired(out, text);  // the path's index may be any bytes
}

}  // namespace

http::Response elastic_reply(std::string body) { return with_product({.status = 200, .body = std::move(body)}); }

http::Response elastic_error(int status, std::string_view type, std::string_view reason) {
  std::string cause;
  append_member(cause, "type", type);
  cause += ',';
  append_member(cause, "reason", reason);
  http::Response response = with_product({
      .status = status,
      .body = fmt::format(R"({{"error":{{"root_cause":[{{{0}}}],{0}}},"status":{1}}})", cause, status),
  });
  add_error_headers(response, R"(Basic realm="regwarden" charset="UTF-8")");
  return response;
}

http::Response elastic_error(int status, std::string_view reason) {
  return elastic_error(status, type_of(status), reason);
}

std::string elastic_info(std::string_view user_agent) {
  return fmt::format(
      R"({{"name":"regwarden","cluster_name":"regwarden","cluster_uuid":"regwarden_event_store1","version":{{)"
      R"("number":"{}","build_flavor":"default","build_type":"deb","build_hash":"unknown","build_date":)"
      R"("2024-12-11T12:08:05.663969764Z","build_snapshot":false,"lucene_version":"9.12.0",)"
      R"("minimum_wire_compatibility_version":"7.17.0","minimum_index_compatibility_version":"7.0.0"}},)"
      R"("tagline":"You Know, for Search"}})",
      version_for(user_agent));
}

void append_bulk_item(std::string& out, const BulkItem& item, std::string_view default_index, const BulkFault& fault) {
  out += fmt::format(R"({{"{}":{{)", name_of(item.action));
  append_member(out, "_index", item.index.empty() ? default_index : item.index);
  if (!item.id.empty()) {
    out += ',';
    append_member(out, "_id", item.id);
  }
  if (fault.reason.empty()) {
    out += R"(,"_version":1,"result":"created","status":201}})";
    return;
  }
  out += R"(,"status":400,"error":{)";
  append_member(out, "type", fault.type);
  out += ',';
  append_member(out, "reason", fault.reason);
  out += "}}}";
}

}  // namespace rw::ingest
