#include "daemon/notify/signature.h"

#include <fmt/format.h>

#include "daemon/core/base64.h"
#include "daemon/core/hash.h"

namespace rw::notify {

Headers signature_headers(std::string_view secret, std::string_view id, core::Micros now, std::string_view body) {
  constexpr std::string_view kPrefix = "whsec_";
  std::string key(secret);
  if (secret.starts_with(kPrefix)) {
    if (auto decoded = core::decode_base64(secret.substr(kPrefix.size()))) key = *std::move(decoded);
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::string stamp = std::to_string(seconds);
  const std::string mac = core::hmac_sha256(key, fmt::format("{}.{}.{}", id, stamp, body));
  return {{"webhook-id", std::string(id)},
          {"webhook-timestamp", stamp},
          {"webhook-signature", "v1," + core::encode_base64(mac)}};
}

}  // namespace rw::notify
