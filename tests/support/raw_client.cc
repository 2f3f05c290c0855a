#include "tests/support/raw_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <utility>

namespace rw::test {

RawClient::RawClient(std::uint16_t port, std::string_view host) {
  const bool v6 = host.find(':') != std::string_view::npos;
  sockaddr_storage address{};
  socklen_t size = 0;
  if (v6) {
    auto& to = reinterpret_cast<sockaddr_in6&>(address);
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    inet_pton(AF_INET6, std::string(host).c_str(), &to.sin6_addr);
    size = sizeof to;
  } else {
    auto& to = reinterpret_cast<sockaddr_in&>(address);
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    inet_pton(AF_INET, std::string(host).c_str(), &to.sin_addr);
    size = sizeof to;
  }
  fd_ = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ >= 0 && connect(fd_, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    close(fd_);
    fd_ = -1;
  }
}

RawClient::~RawClient() {
  if (fd_ >= 0) close(fd_);
}

RawClient::RawClient(RawClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::end_sending() { shutdown(fd_, SHUT_WR); }

bool RawClient::fill(int deadline_ms) {
  pollfd poller{fd_, POLLIN, 0};
  if (poll(&poller, 1, std::max(deadline_ms, 0)) <= 0) return false;
  char piece[65536];
  const ssize_t received = recv(fd_, piece, sizeof piece, 0);
  if (received <= 0) return false;
  buffer_.append(piece, static_cast<std::size_t>(received));
  return true;
}

RawReply RawClient::receive(bool body_follows, int deadline_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline_ms);
  const auto left = [&] {
    return static_cast<int>(
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count());
  };
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill(left())) return {};
  }
  RawReply reply;
  reply.status = std::stoi(buffer_.substr(9, 3));
  std::size_t at = buffer_.find("\r\n") + 2;
  while (at < end + 2) {
    const std::size_t line_end = buffer_.find("\r\n", at);
    const std::size_t colon = buffer_.find(':', at);
    std::string name = buffer_.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    reply.headers[name] = buffer_.substr(colon + 2, line_end - colon - 2);
    at = line_end + 2;
  }
  buffer_.erase(0, end + 4);
  if (body_follows && reply.header("transfer-encoding") == "chunked") {
    std::string line;
    while (take_line(line, left())) {
      const std::size_t size = std::stoul(line, nullptr, 16);
      while (buffer_.size() < size + 2) {
        if (!fill(left())) return {};
      }
      reply.body += buffer_.substr(0, size);
      buffer_.erase(0, size + 2);
      if (size == 0) return reply;
    }
    return {};
  }
  if (!body_follows || reply.header("content-length").empty()) return reply;
  const std::size_t length = std::stoul(reply.header("content-length"));
  while (buffer_.size() < length) {
    if (!fill(left())) return {};
  }
  reply.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return reply;
}

bool RawClient::take_line(std::string& line, int deadline_ms) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!fill(deadline_ms)) return false;
  }
  line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return true;
}

std::string RawClient::receive_all(int deadline_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline_ms);
  while (std::chrono::steady_clock::now() < until) {
    if (!fill(1000) && closed(0)) return std::exchange(buffer_, {});
  }
  return {};
}

bool RawClient::closed(int deadline_ms) {
  pollfd poller{fd_, POLLIN, 0};
  if (poll(&poller, 1, deadline_ms) <= 0) return false;
  char byte = 0;
  return recv(fd_, &byte, 1, 0) <= 0;
}

std::string raw_request(std::string_view method, std::string_view target, const RawHeaders& headers,
                        std::string_view body) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: test\r\n", method, target);
  for (const auto& [name, value] : headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!body.empty() || method == "POST" || method == "PUT") text += fmt::format("Content-Length: {}\r\n", body.size());
  text += "\r\n";
  text += body;
  return text;
}

RawReply raw_exchange(std::uint16_t port, std::string_view method, std::string_view target, const RawHeaders& headers,
                      std::string_view body) {
  RawClient client(port);
  client.send(raw_request(method, target, headers, body));
  return client.receive(method != "HEAD");
}

std::string compressed(std::string_view text, Compression format) {
  z_stream stream{};
  const int window = format == Compression::kGzip ? 15 + 16 : format == Compression::kZlib ? 15 : -15;
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace rw::test
