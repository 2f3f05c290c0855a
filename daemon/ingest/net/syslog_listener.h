// What the sockets of one entry of SyslogOptions::listens share. Made when the inputs open, and outlives all of them.
#pragma once

#include <memory>

#include "daemon/core/log.h"
#include "daemon/core/time.h"
#include "daemon/ingest/net/syslog_inputs.h"
#include "daemon/tls/context.h"

namespace rw::ingest {

struct SyslogListener {
  SyslogListen listen;
  core::TimeZone zone;                     // of RFC 3164 times
  std::unique_ptr<tls::Context> tls = {};  // null: plain
  core::OncePerMinute handshake_warning = {};
};

}  // namespace rw::ingest
