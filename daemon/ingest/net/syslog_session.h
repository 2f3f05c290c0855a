// A syslog stream (RFC 6587, RFC 5425) on a connection. Nothing is ever written to the sender: the protocol is one way,
// and some senders close when they get a byte.
#pragma once

#include "daemon/ingest/framing/syslog_stream.h"
#include "daemon/ingest/net/session.h"

namespace rw::ingest {

class SyslogSession final : public Session {
 public:
  SyslogSession(Sessions& sessions, SyslogListener& listener, Stream stream);

 private:
  bool take(std::string_view bytes) override;
  void take_rest(bool clean) override;
  std::size_t unfinished_bytes() const override { return messages_.buffered_bytes(); }
  std::string_view pending() const override { return messages_.pending(); }
  void stop() override { stream().half_close(); }

  SyslogStream messages_;
};

}  // namespace rw::ingest
