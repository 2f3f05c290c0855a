#include <openssl/crypto.h>

#include "daemon/http/server.h"

namespace rw::http {

std::string_view Request::header(std::string_view name) const {
  const auto found = headers.find(std::string(name));
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

bool equals_constant_time(std::string_view a, std::string_view b) {
  // The length is not the secret; the bytes are.
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool is_known_secret(std::string_view secret, const std::vector<std::string>& known) {
  bool found = false;
  for (const std::string& one : known) found |= !one.empty() && equals_constant_time(secret, one);
  return found;
}

}  // namespace rw::http
