#include "daemon/ingest/http/authorization.h"

#include <cstddef>
#include <optional>
#include <string_view>

#include "daemon/core/base64.h"
#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

// "id:token" → "token"; nullopt if there is none.
std::optional<std::string> after_colon(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return std::nullopt;
  return std::string(text.substr(colon + 1));
}

// nullopt: a scheme we do not know, or no token in it.
std::optional<std::string> token_of(std::string_view authorization) {
  const std::size_t blank = authorization.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = authorization.substr(0, blank);
  const std::string_view credentials = core::trim(authorization.substr(blank));
  if (credentials.empty()) return std::nullopt;
  if (core::equals_ascii_nocase(scheme, "Splunk") || core::equals_ascii_nocase(scheme, "Bearer")) {
    return std::string(credentials);
  }
  const bool api_key = core::equals_ascii_nocase(scheme, "ApiKey");
  if (!api_key && !core::equals_ascii_nocase(scheme, "Basic")) return std::nullopt;
  if (api_key && credentials.find(':') != std::string_view::npos) return after_colon(credentials);
  const std::optional<std::string> decoded = core::decode_base64(credentials);
  return decoded ? after_colon(*decoded) : std::nullopt;
}

}  // namespace

Access check_access(const http::Request& request, const std::vector<std::string>& tokens, bool query_token,
                    const TokenCheck& is_stored) {
  if (tokens.empty() && !is_stored) return Access::kGranted;
  const std::string_view authorization = core::trim(request.header("authorization"));
  const std::optional<std::string_view> in_query = request.query_value("token");
  std::optional<std::string> token;
  if (!authorization.empty()) {
    token = token_of(authorization);
    if (!token) return Access::kInvalidAuthorization;
  } else if (in_query) {
    if (!query_token) return Access::kQueryTokenDisabled;
    token = std::string(*in_query);
  } else {
    return Access::kTokenRequired;
  }
  if (http::is_known_secret(*token, tokens) || (is_stored && is_stored(*token))) return Access::kGranted;
  return Access::kInvalidToken;
}

}  // namespace rw::ingest
