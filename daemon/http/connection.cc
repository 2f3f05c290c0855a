#include "daemon/http/connection.h"

#include <openssl/err.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/core/log.h"

namespace rw::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::size_t kMaxHeadBytes = 64 * 1024;
constexpr std::size_t kMaxHeaderFields = 100;
constexpr std::size_t kReceiveBytes = 32 * 1024;
constexpr std::size_t kFlushBytes = 64 * 1024;
// Chunk sizes and their extensions: bytes of a body that are no content.
constexpr std::size_t kMaxBytesWithoutContent = 16 * 1024;
// A body that comes slower than this has the read timeout and no more.
constexpr std::uint64_t kSlowestBytesPerSecond = 1024;
// However much of it has come: what it holds is kept from others (see body_budget.h).
constexpr seconds kMostEarnedTime{600};
constexpr milliseconds kStopCheck{200};  // how often a waiting read looks whether the server stops
constexpr seconds kLinger{1};

constexpr std::string_view kEndOfHead = "\r\n\r\n";

// Linear: a client may send a head of nothing else.
std::string replaced(std::string_view text, char what, std::string_view with) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == what) {
      out += with;
    } else {
      out += c;
    }
  }
  return out;
}

// cpp-httplib 0.11 percent-decodes header values, which would change a token with a '%' in it, and takes a second '?'
// in the target as an error, though RFC 3986 3.4 allows it. Both are escaped before it sees them.
std::string prepared_for_httplib(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::size_t query = std::min(line.find('?'), line.size() - 1) + 1;
  return std::string(line.substr(0, query)) + replaced(line.substr(query), '?', "%3F") +
         replaced(head.substr(line.size()), '%', "%25");
}

}  // namespace

Connection::Connection(Descriptor socket, core::Endpoint peer, tls::Ssl ssl, const ConnectionLimits& limits)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      ssl_(std::move(ssl)),
      limits_(limits),
      ready_for_http_(ssl_ == nullptr),
      deadline_(steady_clock::now() + limits.read_timeout) {
  if (ssl_) {
    SSL_set_fd(ssl_.get(), socket_.get());
  }
}

Connection::~Connection() { note_held(0); }

void Connection::note_held(std::size_t bytes) {
  limits_.held_bytes.fetch_add(bytes - held_bytes_, std::memory_order_relaxed);  // modulo 2^64: it may be less
  held_bytes_ = bytes;
}

Connection::Step Connection::advance() {
  const Step step = go_on();
  note_held(buffer_.capacity());
  return step;
}

Connection::Step Connection::go_on() {
  if (!ready_for_http_) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result != 1) {
      const Io io = tls_outcome(result);
      if (io == Io::kWantRead) return Step::kNeedRead;
      if (io == Io::kWantWrite) return Step::kNeedWrite;
      report_failed_handshake(result);
      return Step::kClosed;
    }
    ready_for_http_ = true;
  }
  while (fault_ == 0 && !head_is_whole()) {
    if (buffer_.size() > kMaxHeadBytes) {
      stand_in(431);
      break;
    }
    const bool was_empty = buffer_.empty();
    const Io io = receive();
    if (io == Io::kWantRead) return Step::kNeedRead;
    if (io == Io::kWantWrite) return Step::kNeedWrite;
    if (io == Io::kEnd) return Step::kClosed;
    if (was_empty) deadline_ = steady_clock::now() + limits_.read_timeout;
  }
  return Step::kRequest;
}

// A client that goes before it has said anything is a probe of a load balancer, say.
void Connection::report_failed_handshake(int result) const {
  if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_SSL) return;
  if (limits_.counters != nullptr) limits_.counters->add(core::Counter::kHttpTlsFailures);
  const std::string reason = tls::handshake_error(ssl_.get());
  static core::OncePerMinute warning;
  if (warning.due()) spdlog::warn("HTTP: TLS handshake with {} failed: {}", core::format_endpoint(peer_), reason);
}

bool Connection::expire() {
  if (idle()) return false;
  stand_in(408);
  return true;
}

// A head that cannot be served gets one that can, so that the reply goes the way of every other.
void Connection::stand_in(int status) {
  fault_ = status;
  buffer_ = "GET / HTTP/1.1\r\n\r\n";
}

bool Connection::head_is_whole() {
  // RFC 9112 2.2: empty lines before a request line are skipped.
  if (searched_ == 0) buffer_.erase(0, std::min(buffer_.find_first_not_of("\r\n"), buffer_.size()));
  const std::size_t end = buffer_.find(kEndOfHead, searched_);
  if (end == std::string::npos) {
    searched_ = buffer_.size() - std::min(buffer_.size(), kEndOfHead.size() - 1);
    return false;
  }
  const std::size_t size = end + kEndOfHead.size();
  const std::string_view head(buffer_.data(), size);
  const auto fields = static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n')) - 2;
  if (size > kMaxHeadBytes || fields > kMaxHeaderFields) {
    stand_in(431);
    return true;
  }
  buffer_.replace(0, size, prepared_for_httplib(head));
  return true;
}

Connection::Io Connection::tls_outcome(int result) const {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Io::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return Io::kWantWrite;
    default:
      return Io::kEnd;
  }
}

Connection::Io Connection::receive() {
  char piece[kReceiveBytes];
  ssize_t received = 0;
  if (ssl_) {
    ERR_clear_error();
    received = SSL_read(ssl_.get(), piece, static_cast<int>(sizeof piece));
    if (received <= 0) return tls_outcome(static_cast<int>(received));
  } else {
    do {
      received = recv(socket_.get(), piece, sizeof piece, 0);
    } while (received < 0 && errno == EINTR);
    if (received <= 0) return received < 0 && errno == EAGAIN ? Io::kWantRead : Io::kEnd;
  }
  buffer_.append(piece, static_cast<std::size_t>(received));
  return Io::kDone;
}

Connection::Io Connection::send(std::string_view bytes, std::size_t& sent) {
  ssize_t written = 0;
  if (ssl_) {
    ERR_clear_error();
    written = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)));
    if (written <= 0) return tls_outcome(static_cast<int>(written));
  } else {
    do {
      written = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    } while (written < 0 && errno == EINTR);
    if (written < 0) return errno == EAGAIN ? Io::kWantWrite : Io::kEnd;
  }
  sent = static_cast<std::size_t>(written);
  return Io::kDone;
}

bool Connection::wait(Io io, SteadyTime until) const {
  while (true) {
    const auto now = steady_clock::now();
    const SteadyTime::rep stop = limits_.stop_reading.load(std::memory_order_relaxed);
    if (now >= until || (stop != 0 && now.time_since_epoch().count() >= stop)) return false;
    const auto left = std::min(std::chrono::ceil<milliseconds>(until - now), kStopCheck);
    pollfd poller{socket_.get(), static_cast<short>(io == Io::kWantRead ? POLLIN : POLLOUT), 0};
    if (poll(&poller, 1, static_cast<int>(left.count())) > 0) return true;
  }
}

void Connection::begin_body() {
  body_start_ = steady_clock::now();
  body_bytes_ = 0;
  without_content_ = 0;
}

void Connection::content_taken(std::size_t bytes) {
  body_bytes_ += bytes;
  without_content_ = 0;
}

SteadyTime Connection::body_deadline() const {
  const seconds earned =
      std::min(seconds(static_cast<seconds::rep>(body_bytes_ / kSlowestBytesPerSecond)), kMostEarnedTime);
  return std::min(steady_clock::now() + limits_.read_timeout, body_start_ + limits_.read_timeout + earned);
}

ssize_t Connection::read(char* out, std::size_t size) {
  if (broken_) return -1;
  if (unread() == 0) {
    if (!flush()) return -1;  // "100 Continue"
    buffer_.clear();
    read_ = 0;
    const SteadyTime until = body_deadline();
    while (true) {
      const Io io = receive();
      if (io == Io::kDone) break;
      if (io == Io::kEnd) return 0;  // it may have ended its side alone and still read the reply
      if (!wait(io, until)) {
        timed_out_ = true;
        return -1;
      }
    }
  }
  const std::size_t taken = std::min(size, unread());
  std::memcpy(out, buffer_.data() + read_, taken);
  read_ += taken;
  without_content_ += taken;
  if (body_start_ != SteadyTime{} && without_content_ > kMaxBytesWithoutContent) return -1;
  return static_cast<ssize_t>(taken);
}

ssize_t Connection::write(const char* bytes, std::size_t size) {
  if (broken_) return -1;
  out_.append(bytes, size);
  if (out_.size() >= kFlushBytes && !flush()) return -1;
  return static_cast<ssize_t>(size);
}

bool Connection::flush() { return flush_within(std::nullopt); }

bool Connection::send_all(std::string_view bytes) {
  if (broken_) return false;
  out_.append(bytes);
  return flush_within(steady_clock::now() + limits_.read_timeout);
}

bool Connection::wait_while_open(milliseconds time, const std::atomic<bool>& stopping) const {
  const SteadyTime until = steady_clock::now() + time;
  while (!broken_ && !stopping.load(std::memory_order_relaxed)) {
    const auto now = steady_clock::now();
    if (now >= until) return true;
    const auto left = std::min(std::chrono::ceil<milliseconds>(until - now), kStopCheck);
    // Not POLLIN: what a client sends ahead is for the next request.
    pollfd poller{socket_.get(), POLLRDHUP, 0};
    if (poll(&poller, 1, static_cast<int>(left.count())) > 0) return false;
  }
  return false;
}

// Without a deadline the client has the read timeout for each piece that it takes.
bool Connection::flush_within(std::optional<SteadyTime> deadline) {
  std::string_view left = out_;
  while (!left.empty() && !broken_) {
    std::size_t sent = 0;
    const Io io = send(left, sent);
    if (io == Io::kDone) {
      left.remove_prefix(sent);
    } else if (io == Io::kEnd || !wait(io, deadline.value_or(steady_clock::now() + limits_.read_timeout))) {
      broken_ = true;
    }
  }
  std::string().swap(out_);  // an idle connection holds no memory
  return !broken_;
}

void Connection::begin_next() {
  // Into memory of its own: an assignment would keep the old one.
  std::string rest = buffer_.substr(read_);
  buffer_.swap(rest);
  note_held(buffer_.capacity());
  searched_ = 0;
  read_ = 0;
  body_start_ = SteadyTime{};
  deadline_ = steady_clock::now() + (buffer_.empty() ? limits_.keep_alive_timeout : limits_.read_timeout);
}

void Connection::linger() {
  if (broken_) return;
  if (ssl_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  shutdown(socket_.get(), SHUT_WR);
  // Closing while bytes are unread makes the kernel send RST, which can overtake the reply at the client.
  const SteadyTime until = steady_clock::now() + kLinger;
  char discarded[4096];
  while (steady_clock::now() < until) {
    const ssize_t received = recv(socket_.get(), discarded, sizeof discarded, 0);
    if (received == 0 || (received < 0 && errno != EAGAIN && errno != EINTR)) return;
    if (received < 0 && !wait(Io::kWantRead, until)) return;
  }
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip = peer_.host;
  port = peer_.port;
}

// cpp-httplib wants it for a header of its own that nobody reads.
void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

}  // namespace rw::http
