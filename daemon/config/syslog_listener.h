// One entry of inputs.syslog, and what its certificate has in common with those of HTTP servers.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/config/section.h"
#include "daemon/ingest/net/syslog_inputs.h"
#include "daemon/tls/context.h"

namespace rw::config {

// The protocol that the word names; nothing: it names none.
std::optional<ingest::SyslogProtocol> syslog_protocol(std::string_view word);

// Nothing: it cannot be used, which was reported.
std::optional<ingest::SyslogListen> read_syslog_listener(Section& item);

// `certificate` and `key`, which need each other; `expected` says so for a person. Nothing: they are left out, or a
// problem. Whether the files are any good is known when the listener opens.
std::optional<tls::Options> read_certificate(Section& section, std::string_view expected);

}  // namespace rw::config
