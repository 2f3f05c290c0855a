#include "daemon/ingest/http/hec_auth.h"

#include <cstdint>
#include <string_view>

#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

// RFC 4648 section 4, padding optional. nullopt: a character that is none of its alphabet.
std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xff);
    }
  }
  return out;
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
  if (!core::equals_ascii_nocase(scheme, "Basic")) return std::nullopt;
  const std::optional<std::string> user_and_token = decode_base64(credentials);
  if (!user_and_token) return std::nullopt;
  const std::size_t colon = user_and_token->find(':');
  if (colon == std::string::npos || colon + 1 == user_and_token->size()) return std::nullopt;
  return user_and_token->substr(colon + 1);
}

}  // namespace

std::optional<HecCode> refuse_hec(const http::Request& request, const std::vector<std::string>& tokens,
                                  bool query_token) {
  if (tokens.empty()) return std::nullopt;
  const std::string_view authorization = core::trim(request.header("authorization"));
  const std::optional<std::string_view> in_query = request.query_value("token");
  std::optional<std::string> token;
  if (!authorization.empty()) {
    token = token_of(authorization);
    if (!token) return HecCode::kInvalidAuthorization;
  } else if (in_query) {
    if (!query_token) return HecCode::kQueryTokenDisabled;
    token = std::string(*in_query);
  } else {
    return HecCode::kTokenRequired;
  }
  if (!http::is_known_secret(*token, tokens)) return HecCode::kInvalidToken;
  return std::nullopt;
}

}  // namespace rw::ingest
