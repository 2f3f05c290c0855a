// An HTTP/1.1 server for ingest and API: cpp-httplib with what every listener of ours needs around it: TLS, a limit on
// the decompressed body (counted while inflating, so a bomb costs nothing), gzip, deflate and zstd bodies, time limits,
// a handler's exception as a 500, and counters. cpp-httplib stays behind this header.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/endpoint.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "daemon/http/body_budget.h"
#include "daemon/tls/context.h"

namespace rw::http {

struct ServerOptions {
  core::Endpoint listen = {};
  std::optional<tls::Options> tls = {};
  std::size_t max_body_bytes = 64 * 1024 * 1024;      // after decompression
  std::size_t threads = 8;                            // requests served at a time
  std::size_t streams = 32;                           // replies at a time whose body is made while it is sent
  std::size_t max_connections = 8192;                 // open at a time; beyond, the one that is idle longest makes room
  std::size_t max_unserved_bytes = 32 * 1024 * 1024;  // received and not served, in all connections: unfinished heads
  std::chrono::seconds read_timeout{30};              // for a request that does not go on
  std::chrono::seconds keep_alive_timeout{30};

  friend bool operator==(const ServerOptions&, const ServerOptions&) = default;
};

struct Request {
  std::string method;
  std::string path;                                        // decoded, without the query
  std::vector<std::string> path_parameters;                // what the groups of the route's pattern matched
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  std::multimap<std::string, std::string> headers;         // names in lower case
  std::string_view body;                                   // decompressed; lives until the handler has ended
  std::string peer;                                        // "address:port" of the client

  // First value; empty if absent. Header names in lower case.
  std::string_view header(std::string_view name) const;
  std::optional<std::string_view> query_value(std::string_view name) const;
};

// Takes a body that is made while it is being sent. Once it has said false it says nothing else: the client has gone,
// has not taken 64 KiB within the read timeout, or the server stops. Used on the thread that calls the source.
class BodySink {
 public:
  // Sends when 64 KiB have come together.
  virtual bool write(std::string_view bytes) = 0;
  // Sends what there is.
  virtual bool flush() = 0;
  // Sends what there is and waits; false as soon as the client goes or the server stops.
  virtual bool wait(std::chrono::milliseconds time) = 0;

 protected:
  ~BodySink() = default;
};
// Makes such a body. False: it broke off; the connection is closed so that the client can tell.
using BodySource = std::function<bool(BodySink&)>;

struct Response {
  int status = 200;
  std::string body = {};
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  // Instead of a body: called after the handler has ended, on a thread that counts as none of ServerOptions::threads,
  // while no more than ServerOptions::streams others are; else the answer is 503. Not called for HEAD.
  BodySource source = {};
};

// Called on one of the server's threads; any number at a time.
using Handler = std::function<Response(const Request&)>;

// What the server itself has to answer: an unknown path (404), a known path with another method (405), a body over the
// limit (413), an unsupported Content-Encoding (415), a broken body (400), an exception (500), and 503 when the server
// has no room for the body or no thread for the request: it has Retry-After in any case.
using ErrorHandler = std::function<Response(int status, const Request&)>;

class Server {
 public:
  // Binds at once. bodies: shared by all servers of the process; like counters it outlives the server. Errors: Io (port
  // taken, no permission, certificate unreadable: the hint says what to do).
  static core::Result<std::unique_ptr<Server>> open(ServerOptions options, BodyBudget& bodies,
                                                    core::Counters& counters);
  virtual ~Server() = default;  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // method: GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD. pattern: a whole-path ECMAScript regular expression. Before
  // start() only.
  virtual void route(std::string_view method, std::string_view pattern, Handler handler) = 0;
  // For requests whose path starts with `path_prefix`; the longest that fits is asked. "" is for all others, also
  // those that have no path, being broken. Before start() only.
  virtual void on_error(std::string_view path_prefix, ErrorHandler handler) = 0;

  virtual void start() = 0;
  // Ends accepting, finishes the requests that are being served, joins all threads. Idempotent.
  virtual void stop() = 0;

  // Reads certificate and key again, for connections from now on. Errors: those of tls::Context::reload(); then nothing
  // has changed. Without TLS there is nothing to do. Thread-safe.
  virtual core::Result<void> reload_certificate() = 0;

  // Until when its certificate is valid; unset: it has none. Thread-safe.
  virtual std::optional<core::Micros> certificate_expires() const = 0;

  // Where it listens, with the port the system chose.
  virtual core::Endpoint endpoint() const = 0;

 protected:
  Server() = default;
};

// Compares secrets in a time that does not depend on where they differ.
bool equals_constant_time(std::string_view a, std::string_view b);
// True when the secret is one of `known`; looks at all of them.
bool is_known_secret(std::string_view secret, const std::vector<std::string>& known);

}  // namespace rw::http
