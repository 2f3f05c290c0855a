// Findings as syslog messages over UDP (RFC 5426), TCP with octet counting (RFC 6587) and TLS (RFC 5425). Syslog knows
// no answer: sent is what the connection has taken, where the peer has neither reset nor, under TLS, ended it by then.
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "daemon/notify/curl.h"
#include "daemon/notify/redact.h"
#include "daemon/notify/sender.h"
#include "daemon/notify/syslog_line.h"

namespace rw::notify {
namespace {

constexpr std::size_t kSyslogFindings = 500;             // in one message of the outbox
constexpr std::chrono::milliseconds kLookInterval{200};  // at `stopping`
constexpr std::chrono::milliseconds kLastWords{300};     // the time a peer has to reset, at least
constexpr std::chrono::seconds kLongestLastWords{5};

Delivery retry_later(std::string error) { return {Delivery::Outcome::kRetry, Redactor().redacted(error)}; }

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

struct AddressesFree {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

class SyslogSender final : public Sender {
 public:
  SyslogSender(SyslogOptions options, std::chrono::milliseconds timeout)
      : options_(std::move(options)), timeout_(timeout) {}

  Delivery send(const Message& message, core::Micros now, const std::atomic<bool>& stopping) override {
    std::vector<Finding> findings = message.findings;
    std::ranges::sort(findings, {}, &Finding::id);
    const std::string host = host_name();
    const std::string process_id = std::to_string(::getpid());
    std::vector<std::string> lines;
    for (const Finding& finding : findings) {
      lines.push_back(syslog_line(options_.format, finding, message.test, now, host, process_id, message.url));
    }
    if (options_.transport == SyslogTransport::kUdp) return send_datagrams(lines);
    std::string stream;
    for (const std::string& line : lines) stream += fmt::format("{} {}", line.size(), line);
    return send_stream(stream, stopping);
  }

  std::size_t listed() const override { return kSyslogFindings; }
  std::uint64_t most_findings() const override { return kSyslogFindings; }

 private:
  Delivery send_datagrams(const std::vector<std::string>& lines) const {
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(options_.host.c_str(), std::to_string(options_.port).c_str(), &hints, &found);
    if (error != 0) return retry_later(fmt::format("{}: {}", options_.host, ::gai_strerror(error)));
    const std::unique_ptr<addrinfo, AddressesFree> addresses(found);
    const Socket socket(::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto failed = [&] { return retry_later(fmt::format("{}: {}", options_.host, std::strerror(errno))); };
    if (socket.fd() < 0 || ::connect(socket.fd(), found->ai_addr, found->ai_addrlen) != 0) return failed();
    for (const std::string& line : lines) {
      if (::send(socket.fd(), line.data(), line.size(), 0) < 0) return failed();
    }
    // That nobody listens is told by ICMP, a moment later.
    pollfd wait{socket.fd(), POLLIN, 0};
    int refused = 0;
    socklen_t size = sizeof(refused);
    if (::poll(&wait, 1, static_cast<int>(kLastWords.count() / 3)) > 0 && (wait.revents & POLLERR) != 0 &&
        ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &refused, &size) == 0 && refused != 0) {
      errno = refused;
      return failed();
    }
    return {};
  }

  Delivery send_stream(std::string_view bytes, const std::atomic<bool>& stopping) const {
    const auto deadline = std::chrono::steady_clock::now() + timeout_;
    Transfer transfer(timeout_, options_.tls, stopping);
    const bool tls = options_.transport == SyslogTransport::kTls;
    const bool ipv6 = options_.host.find(':') != std::string::npos;
    transfer.set(CURLOPT_URL, fmt::format("{}://{}{}{}:{}/", tls ? "https" : "http", ipv6 ? "[" : "", options_.host,
                                          ipv6 ? "]" : "", options_.port));
    transfer.set(CURLOPT_CONNECT_ONLY, 1L);
    transfer.set(CURLOPT_SSL_ENABLE_ALPN, 0L);
    transfer.set(CURLOPT_PROXY, std::string());
    const CURLcode connected = transfer.perform();
    if (connected != CURLE_OK) return retry_later(transfer.error(connected));
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(transfer.raw(), CURLINFO_ACTIVESOCKET, &socket);

    while (!bytes.empty()) {
      std::size_t sent = 0;
      const CURLcode code = curl_easy_send(transfer.raw(), bytes.data(), bytes.size(), &sent);
      if (code != CURLE_OK && code != CURLE_AGAIN) return turned_away(transfer.error(code));
      bytes.remove_prefix(sent);
      if (code == CURLE_OK) continue;
      if (stopping) return retry_later("stopped");
      if (std::chrono::steady_clock::now() >= deadline) return retry_later("the peer does not read");
      pollfd wait{socket, POLLOUT, 0};
      ::poll(&wait, 1, static_cast<int>(kLookInterval.count()));
    }
    // What the peer has sent (TLS session tickets) is read: were it left, closing would reset the connection and
    // destroy what is on its way. A peer that has gone is noticed here, too.
    const auto last = std::chrono::steady_clock::now() + last_words(transfer);
    for (auto now = std::chrono::steady_clock::now(); now < last && !stopping; now = std::chrono::steady_clock::now()) {
      std::array<char, 4096> ignored{};
      std::size_t received = 0;
      const CURLcode code = curl_easy_recv(transfer.raw(), ignored.data(), ignored.size(), &received);
      if (code == CURLE_OK && received == 0) return tls ? turned_away("the peer closed the connection") : ended(socket);
      if (code != CURLE_OK && code != CURLE_AGAIN) return turned_away(transfer.error(code));
      if (code == CURLE_OK) continue;
      pollfd wait{socket, POLLIN, 0};
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(last - now);
      ::poll(&wait, 1, static_cast<int>(left.count()));
    }
    return {};
  }

  // Once the connection stood. Where the reason is the client certificate, rsyslog only closes, and does not say so.
  Delivery turned_away(std::string error) const {
    if (options_.transport != SyslogTransport::kTls) return retry_later(std::move(error));
    return retry_later(fmt::format("{} (after the handshake: {})", error,
                                   options_.tls.certificate.empty() ? "it may demand a client certificate"
                                                                    : "it may not take the channel's certificate"));
  }

  // The peer has ended its side of a TCP connection. If it did so before it has read all, it answers with a reset.
  static Delivery ended(int socket) {
    pollfd wait{socket, 0, 0};  // a reset is always told
    int reset = 0;
    socklen_t size = sizeof(reset);
    if (::poll(&wait, 1, static_cast<int>(kLastWords.count())) <= 0 ||
        ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &reset, &size) != 0 || reset == 0) {
      return {};
    }
    return retry_later(std::string("the peer closed the connection: ") + std::strerror(reset));
  }

  // Under TLS 1.3 a connection stands before the peer has looked at our certificate: that it refuses it comes later,
  // and later still where it is slow or far away.
  static std::chrono::milliseconds last_words(Transfer& transfer) {
    curl_off_t connected_us = 0;
    curl_off_t encrypted_us = 0;
    curl_easy_getinfo(transfer.raw(), CURLINFO_CONNECT_TIME_T, &connected_us);
    curl_easy_getinfo(transfer.raw(), CURLINFO_APPCONNECT_TIME_T, &encrypted_us);
    const std::chrono::microseconds twice{2 * std::max(connected_us, encrypted_us)};
    return std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(twice), kLastWords,
                      std::chrono::milliseconds(kLongestLastWords));
  }

  const SyslogOptions options_;
  const std::chrono::milliseconds timeout_;
};

}  // namespace

std::unique_ptr<Sender> make_syslog_sender(const ChannelOptions& options) {
  return std::make_unique<SyslogSender>(std::get<SyslogOptions>(options.to), options.timeout);
}

}  // namespace rw::notify
