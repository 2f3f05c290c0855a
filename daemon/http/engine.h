// One request on one connection: cpp-httplib parses the request, reads the body and writes the reply; what surrounds
// that (routing with 405, the limits of a body, errors, Connection:) is decided here. Thread-safe once configured.
#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <utility>

#include "daemon/core/counters.h"
#include "daemon/core/mutex.h"
#include "daemon/http/body_budget.h"
#include "daemon/http/connection.h"
#include "daemon/http/routes.h"
#include "daemon/http/server.h"

namespace rw::http {

struct Exchange;

class Engine final : private httplib::Server {
 public:
  struct Options {
    std::size_t max_body_bytes;
    std::size_t handlers;  // running at a time; other requests wait
    std::size_t streams;   // bodies being made at a time; other requests are refused
    std::chrono::seconds handler_wait;
    std::chrono::seconds keep_alive_timeout;
  };
  // Both outlive it.
  Engine(Options options, BodyBudget& bodies, core::Counters& counters);

  Routes& routes() { return routes_; }

  // Reads the request whose head the connection has, answers it. True: the connection can be used again.
  bool serve(Connection& connection);
  // From now on every reply closes its connection.
  void stop() { stopping_ = true; }

 private:
  void prepare(httplib::Request& request, Exchange& exchange);
  void plan_body(httplib::Request& request, Exchange& exchange);
  int receive_body(Exchange& exchange, const httplib::ContentReader& reader);
  void read_body(Exchange& exchange, httplib::Response& response, const httplib::ContentReader& reader);
  void answer(Exchange& exchange, httplib::Response& response);
  // Status of what keeps the handler from running; 0: it has run.
  int run_handler(const Exchange& exchange, Response& reply);
  int begin_stream(Exchange& exchange, BodySource source);
  void answer_error(Exchange& exchange, int status, httplib::Response& response);
  // False: the body is not whole.
  bool send_stream(Exchange& exchange);
  void fill(Exchange& exchange, Response&& from, httplib::Response& to) const;
  void finish_headers(const Exchange& exchange, httplib::Response& response) const;
  bool take_handler_slot(std::chrono::steady_clock::time_point deadline);
  void return_handler_slot();
  bool take_stream_slot();

  const Options options_;
  BodyBudget& bodies_;
  core::Counters& counters_;
  Routes routes_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> streams_{0};  // that have a slot

  core::Mutex mutex_;
  core::CondVar slot_returned_;
  std::size_t free_slots_ RW_GUARDED_BY(mutex_);
};

}  // namespace rw::http
