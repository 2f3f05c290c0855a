// Who may send to the HTTP Event Collector: `Authorization: Splunk TOKEN`, `Bearer TOKEN`, `Basic` with the token as
// password (any user), or ?token=TOKEN where that is allowed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/http/server.h"
#include "daemon/ingest/http/hec_reply.h"

namespace rw::ingest {

// nullopt: let in. Else the code to refuse with: kTokenRequired, kInvalidAuthorization, kInvalidToken,
// kQueryTokenDisabled. No tokens: everyone is let in. A header counts before the query.
std::optional<HecCode> refuse_hec(const http::Request& request, const std::vector<std::string>& tokens,
                                  bool query_token);

}  // namespace rw::ingest
