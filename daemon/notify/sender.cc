#include "daemon/notify/sender.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace rw::notify {

std::unique_ptr<Sender> make_sender(const ChannelOptions& options, const core::TimeZone& zone) {
  if (std::holds_alternative<WebhookOptions>(options.to)) return make_webhook_sender(options, zone);
  if (std::holds_alternative<EmailOptions>(options.to)) return make_email_sender(options, zone);
  return make_syslog_sender(options);
}

std::string host_name() {
  std::array<char, 256> name{};
  const bool known = ::gethostname(name.data(), name.size() - 1) == 0;
  const std::string host = known ? name.data() : "";
  const bool usable = !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
  return usable ? host : "localhost";
}

}  // namespace rw::notify
