// An HTTP client that sends exactly the bytes it is given, whole or in pieces, and takes replies apart. Loopback only.
// Every wait has a deadline: then the reply is empty (status 0).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rw::test {

struct RawReply {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, std::string_view host = "127.0.0.1");
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;

  bool connected() const { return fd_ >= 0; }
  bool send(std::string_view bytes);
  void end_sending();
  // body_follows: false for replies to HEAD.
  RawReply receive(bool body_follows = true, int deadline_ms = 20'000);
  // All bytes until the server closes its side; empty: it has not in time.
  std::string receive_all(int deadline_ms = 20'000);
  // The server has closed its side.
  bool closed(int deadline_ms = 20'000);

 private:
  bool fill(int deadline_ms);
  // The next line without its CRLF, which it takes away; false: it does not come.
  bool take_line(std::string& line, int deadline_ms);

  int fd_ = -1;
  std::string buffer_;
};

using RawHeaders = std::vector<std::pair<std::string, std::string>>;

// Head with Content-Length (where there is a body or the method usually has one) and body.
std::string raw_request(std::string_view method, std::string_view target, const RawHeaders& headers = {},
                        std::string_view body = {});
// The whole of it on a connection of its own.
RawReply raw_exchange(std::uint16_t port, std::string_view method, std::string_view target,
                      const RawHeaders& headers = {}, std::string_view body = {});

enum class Compression { kGzip, kZlib, kDeflate };
std::string compressed(std::string_view text, Compression format);

}  // namespace rw::test
