// A message as an HTTP POST.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "daemon/notify/curl.h"
#include "daemon/notify/redact.h"
#include "daemon/notify/sender.h"
#include "daemon/notify/signature.h"
#include "daemon/notify/webhook_body.h"

namespace rw::notify {
namespace {

class WebhookSender final : public Sender {
 public:
  WebhookSender(WebhookOptions options, std::chrono::milliseconds timeout, core::TimeZone zone)
      : options_(std::move(options)), timeout_(timeout), zone_(std::move(zone)) {
    redactor_.add_url(options_.url);
    redactor_.add(options_.secret);
    for (const auto& [name, value] : options_.headers) redactor_.add(value);
  }

  Delivery send(const Message& message, core::Micros now, const std::atomic<bool>& stopping) override {
    const WebhookRequest request = webhook_request(options_.format, message, zone_);
    std::vector<std::string> lines{"Expect:"};  // no waiting for "100 Continue"
    const auto add = [&](const Headers& headers) {
      for (const auto& [name, value] : headers) lines.push_back(fmt::format("{}: {}", name, value));
    };
    add(request.headers);
    if (!options_.secret.empty()) add(signature_headers(options_.secret, message.id, now, request.body));
    add(options_.headers);

    Transfer transfer(timeout_, options_.tls, stopping);
    curl_easy_setopt(transfer.raw(), CURLOPT_PROTOCOLS_STR, "http,https");
    transfer.set(CURLOPT_URL, options_.url);
    transfer.set(CURLOPT_POST, 1L);
    curl_easy_setopt(transfer.raw(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(transfer.raw(), CURLOPT_POSTFIELDS, request.body.data());
    transfer.set_list(CURLOPT_HTTPHEADER, lines);
    const CURLcode code = transfer.perform();
    const long status = transfer.response_code();
    // With a status the receiver has decided, whatever becomes of the rest of its answer.
    if (status == 0 || (code != CURLE_OK && status < 200)) {
      return {Delivery::Outcome::kRetry, redactor_.redacted(transfer.error(code))};
    }
    return answered(status, transfer);
  }

 private:
  Delivery answered(long status, const Transfer& transfer) const {
    if (status >= 200 && status < 300) return {};
    Delivery delivery;
    delivery.error = fmt::format("answered {}", status);
    if (status >= 300 && status < 400) {
      delivery.error += ": a redirect, which is not followed";
    } else if (!transfer.body().empty()) {
      delivery.error += ": " + transfer.body();
    }
    delivery.error = redactor_.redacted(delivery.error);
    const bool later = status == 408 || status == 429 || status >= 500;
    delivery.outcome = later ? Delivery::Outcome::kRetry : Delivery::Outcome::kRefused;
    if (later && transfer.retry_after().count() > 0) delivery.retry_after = transfer.retry_after();
    return delivery;
  }

  const WebhookOptions options_;
  const std::chrono::milliseconds timeout_;
  const core::TimeZone zone_;
  Redactor redactor_;
};

}  // namespace

std::unique_ptr<Sender> make_webhook_sender(const ChannelOptions& options, const core::TimeZone& zone) {
  return std::make_unique<WebhookSender>(std::get<WebhookOptions>(options.to), options.timeout, zone);
}

}  // namespace rw::notify
