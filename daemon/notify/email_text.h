// A message as an e-mail: plain text, headers whose values cannot bring lines of their own. Pure.
#pragma once

#include <string>
#include <string_view>

#include "daemon/core/time.h"
#include "daemon/notify/message.h"

namespace rw::notify {

// RFC 5322 with CRLF; the body is UTF-8 in base64 (RFC 2045). host: this machine's name, for the Message-ID, which is
// the same for every attempt.
std::string email_text(const EmailOptions& options, const Message& message, core::Micros now,
                       const core::TimeZone& zone, std::string_view host);

}  // namespace rw::notify
