// Who may send to an HTTP input. One token opens all its endpoints; each kind of client has its own way to say it:
//   Authorization: Splunk TOKEN, Bearer TOKEN
//   Authorization: Basic base64(any-user:TOKEN)
//   Authorization: ApiKey base64(any-id:TOKEN), also without the base64, as early Beats 7 send it
//   ?token=TOKEN, where that is allowed
// Scheme words compare without case.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/server.h"

namespace rw::ingest {

enum class Access {
  kGranted,
  kTokenRequired,
  kInvalidAuthorization,  // a scheme we do not know, or no token in it
  kInvalidToken,
  kQueryTokenDisabled,  // ?token= was sent and is not allowed
};

// Whether a token that an input does not have itself opens it, too: those that are kept elsewhere. Called on any of the
// server's threads.
using TokenCheck = std::function<bool(std::string_view token)>;

// No tokens and no check: everyone is let in. A header counts before the query.
Access check_access(const http::Request& request, const std::vector<std::string>& tokens, bool query_token,
                    const TokenCheck& is_stored = {});

}  // namespace rw::ingest
