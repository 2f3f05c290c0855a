#include "daemon/ingest/http/http_input.h"

#include <memory>
#include <utility>

#include "daemon/ingest/http/server_fault.h"

namespace rw::ingest {
namespace {

// A client that is pointed at the wrong path shall find out which are the right ones.
http::Response error_elsewhere(int status) {
  if (status != 404) return plain_error(status, server_fault(status));
  return plain_error(status,
                     "There is no such path: expected /services/collector (Splunk HEC), /_bulk (Elasticsearch), "
                     "/v1/logs (OTLP) or /api/v1/ingest (JSON or XML)");
}

}  // namespace

HttpInput::HttpInput(HttpInputOptions options, storage::Writer& writer, core::Counters& counters,
                     const core::Clock& clock)
    : context_(std::move(options), writer, counters, clock),
      hec_(context_),
      elastic_(context_),
      plain_(context_),
      otlp_(context_) {}

void HttpInput::set_tokens(std::vector<std::string> tokens) {
  context_.tokens.set(std::make_shared<const std::vector<std::string>>(std::move(tokens)));
}

void HttpInput::add_routes(http::Server& server) {
  hec_.add_routes(server);
  elastic_.add_routes(server);
  plain_.add_routes(server);
  otlp_.add_routes(server);
  server.on_error("", [](int status, const http::Request& request) {
    return Elastic::is_bulk(request.path) ? Elastic::error(status) : error_elsewhere(status);
  });
}

}  // namespace rw::ingest
