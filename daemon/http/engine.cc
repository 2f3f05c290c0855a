#include "daemon/http/engine.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/http/body_decoder.h"
#include "daemon/http/stream.h"

namespace rw::http {

// What belongs to the request that a thread is serving. cpp-httplib calls its handlers on the thread that called
// process_request, and has no place for anything of ours in its own Request.
struct Exchange {
  Exchange(Connection& on, BodyBudget& budget, std::size_t max_body_bytes)
      : connection(on), body(budget, max_body_bytes) {}

  Connection& connection;
  httplib::Request* raw = nullptr;  // valid once the head was parsed
  Request request;
  Body body;  // of which request.body is a view
  Routes::Match match;
  BodyDecoder::Coding coding = BodyDecoder::Coding::kIdentity;
  int fault = 0;  // status of an error found before a handler ran
  bool has_body = false;
  bool body_unread = false;
  bool keep = false;      // the client wants to go on using the connection
  bool keep_1_0 = false;  // and is one of HTTP/1.0
  bool old = false;       // of HTTP/1.0: knows no chunks
  bool answered = false;  // the reply is a handler's: an error status in it is the handler's business
  bool streamed = false;  // the head speaks of a body that is made while it is sent
  BodySource source;      // that body; it has a slot among the streams
};

namespace {

thread_local Exchange* current_exchange = nullptr;

// Replies below this are not worth compressing: they fit in one packet.
constexpr std::size_t kMinCompressedBytes = 1400;

bool has_token(const httplib::Headers& headers, const std::string& name, std::string_view token) {
  const auto range = headers.equal_range(name);
  for (auto it = range.first; it != range.second; ++it) {
    std::string_view list = it->second;
    while (!list.empty()) {
      const std::size_t comma = list.find(',');
      if (core::equals_ascii_nocase(core::trim(list.substr(0, comma)), token)) return true;
      list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
  }
  return false;
}

void set_only(httplib::Headers& headers, const std::string& name, const std::string& value) {
  headers.erase(name);
  if (!value.empty()) headers.emplace(name, value);
}

std::string decode_query(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && core::hex_value(text[i + 1]) >= 0 &&
               core::hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(core::hex_value(text[i + 1]) * 16 + core::hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// cpp-httplib keeps the query sorted by name; ours is in order.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view target) {
  std::vector<std::pair<std::string, std::string>> query;
  const std::size_t start = target.find('?');
  std::string_view left = start == std::string_view::npos ? std::string_view() : target.substr(start + 1);
  while (!left.empty()) {
    const std::string_view item = left.substr(0, left.find('&'));
    left.remove_prefix(std::min(item.size() + 1, left.size()));
    if (item.empty()) continue;
    const std::size_t equals = std::min(item.find('='), item.size());
    query.emplace_back(decode_query(item.substr(0, equals)),
                       equals == item.size() ? std::string() : decode_query(item.substr(equals + 1)));
  }
  return query;
}

int status_of(BodyDecoder::Outcome outcome) {
  switch (outcome) {
    case BodyDecoder::Outcome::kGood:
      return 0;
    case BodyDecoder::Outcome::kTooLarge:
      return 413;
    case BodyDecoder::Outcome::kNoRoom:
      return 503;
    case BodyDecoder::Outcome::kMalformed:
      break;
  }
  return 400;
}

// Calls it at the end of the scope.
template <class Call>
class Finally {
 public:
  explicit Finally(Call call) : call_(std::move(call)) {}
  ~Finally() { call_(); }
  Finally(const Finally&) = delete;
  Finally& operator=(const Finally&) = delete;

 private:
  Call call_;
};

// Pseudo headers that cpp-httplib adds to what the client sent.
bool is_httplibs_own(std::string_view name) {
  return name == "REMOTE_ADDR" || name == "REMOTE_PORT" || name == "LOCAL_ADDR" || name == "LOCAL_PORT";
}

}  // namespace

Engine::Engine(Options options, BodyBudget& bodies, core::Counters& counters)
    : options_(options), bodies_(bodies), counters_(counters), free_slots_(options.handlers) {
  // The path is empty by then (see prepare): our own routes know which of them is meant.
  const auto with_body = [this](const httplib::Request&, httplib::Response& response,
                                const httplib::ContentReader& reader) {
    read_body(*current_exchange, response, reader);
  };
  Post("", with_body);
  Put("", with_body);
  Patch("", with_body);
  Delete("", with_body);
  set_pre_routing_handler([this](const httplib::Request&, httplib::Response& response) {
    Exchange& exchange = *current_exchange;
    if (exchange.fault == 0 && exchange.has_body) return HandlerResponse::Unhandled;
    answer(exchange, response);
    return HandlerResponse::Handled;
  });
  set_expect_100_continue_handler([](const httplib::Request&, httplib::Response& response) {
    const int fault = current_exchange->fault;
    if (fault != 0) response.status = fault;
    return fault == 0 ? 100 : fault;
  });
  set_error_handler(HandlerWithResponse([this](const httplib::Request&, httplib::Response& response) {
    Exchange& exchange = *current_exchange;
    if (!exchange.answered) answer_error(exchange, response.status, response);
    return HandlerResponse::Handled;
  }));
  set_exception_handler([](const httplib::Request&, httplib::Response& response, std::exception_ptr exception) {
    Exchange& exchange = *current_exchange;
    std::string what = "unknown exception";
    try {
      std::rethrow_exception(std::move(exception));
    } catch (const std::exception& error) {
      what = error.what();
    } catch (...) {
    }
    spdlog::error("HTTP: {} {} from {}: {}", exchange.request.method, exchange.request.path, exchange.request.peer,
                  what);
    exchange.answered = false;
    response.status = 500;
  });
  set_post_routing_handler(
      [this](const httplib::Request&, httplib::Response& response) { finish_headers(*current_exchange, response); });
}

bool Engine::serve(Connection& connection) {
  counters_.add(core::Counter::kHttpRequests);
  Exchange exchange(connection, bodies_, options_.max_body_bytes);
  exchange.request.peer = core::format_endpoint(connection.peer());
  current_exchange = &exchange;
  bool closed = false;
  const bool written =
      process_request(connection, false, closed, [&](httplib::Request& request) { prepare(request, exchange); });
  current_exchange = nullptr;
  bool whole = written;
  if (exchange.source) {
    const Finally return_slot([this] { --streams_; });
    whole = written && send_stream(exchange);
    exchange.source = nullptr;  // what it holds is free before its slot is
  }
  return whole && exchange.keep && !exchange.body_unread && !stopping_;
}

bool Engine::send_stream(Exchange& exchange) {
  StreamBody body(exchange.connection, exchange.old ? StreamBody::Coding::kNone : StreamBody::Coding::kChunked,
                  stopping_);
  bool whole = false;
  try {
    whole = exchange.source(body);
  } catch (const std::exception& error) {
    spdlog::error("HTTP: {} {} from {}: {}", exchange.request.method, exchange.request.path, exchange.request.peer,
                  error.what());
  }
  return whole && body.finish();
}

// The head is parsed: takes over what our handlers see, and leaves to cpp-httplib only what it shall act upon.
void Engine::prepare(httplib::Request& request, Exchange& exchange) {
  exchange.raw = &request;
  exchange.request.method = request.method;
  exchange.request.path = request.path;
  exchange.request.query = parse_query(request.target);
  for (const auto& [name, value] : request.headers) {
    if (!is_httplibs_own(name)) exchange.request.headers.emplace(core::fold_ascii(name), value);
  }
  const bool old = request.version == "HTTP/1.0";
  const bool asks_keep = has_token(request.headers, "Connection", "keep-alive");
  exchange.keep = old ? asks_keep : !has_token(request.headers, "Connection", "close");
  exchange.keep_1_0 = old && asks_keep;
  exchange.old = old;
  set_only(request.headers, "Connection", exchange.keep ? "" : "close");

  request.path.clear();
  request.ranges.clear();
  request.headers.erase("Range");
  request.headers.erase("Content-Type");  // else cpp-httplib would take forms and multipart bodies apart
  // brotli is the slowest it has and nobody here needs it.
  set_only(request.headers, "Accept-Encoding",
           request.get_header_value("Accept-Encoding").find("gzip") == std::string::npos ? "" : "gzip");
  set_only(request.headers, "Expect", has_token(request.headers, "Expect", "100-continue") ? "100-continue" : "");

  exchange.match = routes_.find(exchange.request.method, exchange.request.path);
  exchange.request.path_parameters = std::move(exchange.match.path_parameters);
  plan_body(request, exchange);
  // A fault of the head comes first, then the path: whether the body could be read matters only where there is a route.
  if (exchange.fault == 0 && exchange.match.status != 200) exchange.fault = exchange.match.status;
  if (exchange.connection.fault() != 0) exchange.fault = exchange.connection.fault();
  if (exchange.connection.fault() != 0 || stopping_) exchange.keep = false;
}

// RFC 9112 6.3, strictly: a request whose length could be read in two ways is none.
void Engine::plan_body(httplib::Request& request, Exchange& exchange) {
  const auto refuse = [&](int status) {
    exchange.fault = status;
    exchange.has_body = true;
    exchange.body_unread = true;
  };
  const std::size_t lengths = request.get_header_value_count("Content-Length");
  const std::size_t codings = request.get_header_value_count("Transfer-Encoding");
  std::uint64_t length = 0;
  if (codings != 0) {
    if (lengths != 0) return refuse(400);
    if (codings != 1 || !has_token(request.headers, "Transfer-Encoding", "chunked")) return refuse(501);
    if (!core::equals_ascii_nocase(request.get_header_value("Transfer-Encoding"), "chunked")) return refuse(501);
    exchange.has_body = true;
  } else if (lengths != 0) {
    const std::string text = request.get_header_value("Content-Length");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (lengths != 1 || error != std::errc() || end != text.data() + text.size()) return refuse(400);
    exchange.has_body = length != 0;
  }
  if (!exchange.has_body) {
    // cpp-httplib would read to the end of the connection.
    set_only(request.headers, "Content-Length", "0");
    return;
  }
  // From here on there is a body; until it is read the connection cannot be used again.
  exchange.body_unread = true;
  const bool method_takes_body =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH" || request.method == "DELETE";
  if (!method_takes_body) {
    exchange.has_body = false;  // served without it
    return;
  }
  if (exchange.match.status != 200) return;
  if (length > options_.max_body_bytes) return refuse(413);
  const std::string coding_text = request.get_header_value("Content-Encoding");
  const std::optional<BodyDecoder::Coding> coding =
      request.get_header_value_count("Content-Encoding") > 1 ? std::nullopt : BodyDecoder::parse_coding(coding_text);
  if (!coding) return refuse(415);
  exchange.coding = *coding;
  request.headers.erase("Content-Encoding");  // we inflate, with a limit
  set_only(request.headers, "Transfer-Encoding", codings != 0 ? "chunked" : "");
  if (codings == 0) set_only(request.headers, "Content-Length", std::to_string(length));
  if (request.method == "DELETE" && codings != 0) return refuse(411);  // cpp-httplib would not read it
}

// Status of what is wrong with it; 0: it is whole.
int Engine::receive_body(Exchange& exchange, const httplib::ContentReader& reader) {
  BodyDecoder decoder(exchange.coding, options_.max_body_bytes);
  int fault = 0;
  exchange.connection.begin_body();
  const bool whole = reader([&](const char* bytes, std::size_t size) {
    exchange.connection.content_taken(size);
    fault = status_of(decoder.append({bytes, size}, exchange.body));
    return fault == 0;
  });
  if (whole) {
    exchange.body_unread = false;
    return status_of(decoder.finish());
  }
  if (fault == 503) counters_.add(core::Counter::kHttpBodiesRefused);
  if (fault != 0) return fault;
  return exchange.connection.timed_out() ? 408 : 400;
}

void Engine::read_body(Exchange& exchange, httplib::Response& response, const httplib::ContentReader& reader) {
  exchange.fault = receive_body(exchange, reader);
  exchange.body.count_decoder(0);
  exchange.request.body = exchange.body.text();
  response.status = -1;  // cpp-httplib has put its own opinion there
  answer(exchange, response);
  // The reply may be taken slowly; until then the body would be held for nothing.
  exchange.request.body = {};
  exchange.body.clear();
}

void Engine::answer(Exchange& exchange, httplib::Response& response) {
  Response reply;
  int status = exchange.fault;
  if (status == 0) {
    status = run_handler(exchange, reply);
    if (status == 0 && reply.source) status = begin_stream(exchange, std::move(reply.source));
    if (status != 0) counters_.add(core::Counter::kHttpBusy);
  }
  if (status != 0) {
    response.status = status;  // cpp-httplib calls the error handler
    return;
  }
  fill(exchange, std::move(reply), response);
  exchange.answered = true;
}

// Status of what keeps it from being sent; 0: its head can go out.
int Engine::begin_stream(Exchange& exchange, BodySource source) {
  if (exchange.request.method != "HEAD") {
    if (!take_stream_slot()) return 503;
    exchange.source = std::move(source);
  }
  exchange.streamed = true;
  if (exchange.old) exchange.keep = false;  // its end is the end of the connection
  return 0;
}

int Engine::run_handler(const Exchange& exchange, Response& reply) {
  const auto deadline = std::chrono::steady_clock::now() + options_.handler_wait;
  // First the turn, so that those who wait for it keep no others from their slots.
  const bool large = exchange.body.size() > BodyBudget::kLargeBytes;
  if (large && !bodies_.take_turn(deadline)) return 503;
  const Finally return_turn([&] {
    if (large) bodies_.return_turn();
  });
  if (!take_handler_slot(deadline)) return 503;
  const Finally return_slot([&] { return_handler_slot(); });
  reply = (*exchange.match.handler)(exchange.request);  // what it throws goes to cpp-httplib's exception handler
  return 0;
}

void Engine::answer_error(Exchange& exchange, int status, httplib::Response& response) {
  exchange.answered = true;
  Response reply;
  try {
    if (const ErrorHandler* handler = routes_.error_handler(exchange.request.path)) {
      reply = (*handler)(status, exchange.request);
    }
  } catch (const std::exception& error) {
    spdlog::error("HTTP: error handler: {}", error.what());
    reply = Response{};
  }
  reply.status = status;
  if (reply.body.empty()) {
    reply.body = fmt::format("HTTP status {}\n", status);
    reply.content_type = "text/plain";
  }
  if (status == 405) reply.headers.emplace_back("Allow", exchange.match.allow);
  const auto has_retry_after = [](const auto& header) {
    return core::equals_ascii_nocase(header.first, "Retry-After");
  };
  if (status == 503 && std::ranges::none_of(reply.headers, has_retry_after)) {
    reply.headers.emplace_back("Retry-After", "1");
  }
  if (status == 415) reply.headers.emplace_back("Accept-Encoding", "gzip, deflate, zstd");
  fill(exchange, std::move(reply), response);
}

void Engine::fill(Exchange& exchange, Response&& from, httplib::Response& to) const {
  to.status = from.status;
  for (const auto& [name, value] : from.headers) to.set_header(name, value);
  to.body = std::move(from.body);
  if (!to.body.empty() || exchange.streamed) set_only(to.headers, "Content-Type", from.content_type);
  if (to.body.size() < kMinCompressedBytes && exchange.raw != nullptr) exchange.raw->headers.erase("Accept-Encoding");
}

void Engine::finish_headers(const Exchange& exchange, httplib::Response& response) const {
  if (response.status >= 400) counters_.add(core::Counter::kHttpErrors);
  response.headers.erase("Connection");
  response.headers.erase("Keep-Alive");
  response.headers.erase("Accept-Ranges");
  if (response.status == 304) response.headers.erase("Content-Length");  // it would be that of the body left out
  if (exchange.streamed) {
    response.headers.erase("Content-Length");
    if (!exchange.old) response.set_header("Transfer-Encoding", "chunked");
  }
  if (!exchange.keep || exchange.body_unread || stopping_) {
    response.set_header("Connection", "close");
    return;
  }
  if (exchange.keep_1_0) response.set_header("Connection", "keep-alive");
  response.set_header("Keep-Alive", fmt::format("timeout={}", options_.keep_alive_timeout.count()));
}

bool Engine::take_handler_slot(std::chrono::steady_clock::time_point deadline) {
  core::Lock lock(mutex_);
  while (free_slots_ == 0) {
    if (slot_returned_.wait_until(mutex_, deadline) == std::cv_status::timeout && free_slots_ == 0) return false;
  }
  --free_slots_;
  return true;
}

bool Engine::take_stream_slot() {
  std::size_t taken = streams_.load();
  while (taken < options_.streams) {
    if (streams_.compare_exchange_weak(taken, taken + 1)) return true;
  }
  return false;
}

void Engine::return_handler_slot() {
  {
    core::Lock lock(mutex_);
    ++free_slots_;
  }
  slot_returned_.notify_one();
}

}  // namespace rw::http
