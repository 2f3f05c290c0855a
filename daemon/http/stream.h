// A body that is made while it is being sent: in chunks (RFC 9112 7.1), or to HTTP/1.0, which has none, up to the end
// of the connection. At most 64 KiB and the piece that was written last are in memory.
#pragma once

#include <atomic>
#include <string>

#include "daemon/http/connection.h"
#include "daemon/http/server.h"

namespace rw::http {

class StreamBody final : public BodySink {
 public:
  enum class Coding { kChunked, kNone };

  // Both outlive it. stopping: the server stops.
  StreamBody(Connection& connection, Coding coding, const std::atomic<bool>& stopping)
      : connection_(connection), coding_(coding), stopping_(stopping) {}

  bool write(std::string_view bytes) override;
  bool flush() override;
  bool wait(std::chrono::milliseconds time) override;

  // The body is whole. False: the client has not got all of it.
  bool finish();

 private:
  bool send(std::string_view bytes);

  Connection& connection_;
  const Coding coding_;
  const std::atomic<bool>& stopping_;
  bool ended_ = false;
  std::string piece_;  // the next chunk
};

}  // namespace rw::http
