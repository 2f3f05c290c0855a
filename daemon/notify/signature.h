// A signed webhook, as Standard Webhooks has it (standardwebhooks.com, "symmetric"): the receiver knows that a message
// is ours, is not changed and is not old. Pure.
#pragma once

#include <string>
#include <string_view>

#include "daemon/core/time.h"
#include "daemon/notify/webhook_body.h"

namespace rw::notify {

// webhook-id, webhook-timestamp (seconds) and webhook-signature: "v1," and the base64 of HMAC-SHA256 over
// "ID.TIMESTAMP.BODY". secret: "whsec_" and the base64 of the key; of any other form, its bytes are the key.
Headers signature_headers(std::string_view secret, std::string_view id, core::Micros now, std::string_view body);

}  // namespace rw::notify
