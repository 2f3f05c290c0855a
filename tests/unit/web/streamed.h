// Bodies that are made while they are sent, as a client would get them.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <utility>

#include "daemon/http/server.h"

namespace rw::web::test {

// Takes everything; at the n-th wait the client has gone. What `at_wait` does happens in the first.
class TakingSink final : public http::BodySink {
 public:
  explicit TakingSink(
      std::size_t waits = std::numeric_limits<std::size_t>::max(), std::function<void()> at_wait = [] {})
      : waits_(waits), at_wait_(std::move(at_wait)) {}

  bool write(std::string_view bytes) override {
    body += bytes;
    return true;
  }
  bool flush() override { return true; }
  bool wait(std::chrono::milliseconds) override {
    std::exchange(at_wait_, [] {})();
    return waits_-- > 0;
  }

  std::string body;

 private:
  std::size_t waits_;
  std::function<void()> at_wait_;
};

// The whole body of a response that has a source.
inline std::string streamed(const http::Response& response) {
  REQUIRE(response.source);
  TakingSink sink;
  CHECK(response.source(sink));
  return sink.body;
}

}  // namespace rw::web::test
