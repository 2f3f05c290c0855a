// A message as an e-mail over SMTP (RFC 5321), with TLS and AUTH.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "daemon/notify/curl.h"
#include "daemon/notify/email_text.h"
#include "daemon/notify/redact.h"
#include "daemon/notify/sender.h"

namespace rw::notify {
namespace {

// "Ann <ann@example.com>" → "<ann@example.com>"
std::string envelope_address(const std::string& written) {
  const std::size_t open = written.rfind('<');
  return open == std::string::npos ? "<" + written + ">" : written.substr(open);
}

struct Upload {
  std::string_view left;
};

std::size_t read_upload(char* buffer, std::size_t size, std::size_t count, void* upload) {
  std::string_view& left = static_cast<Upload*>(upload)->left;
  const std::size_t taken = std::min(size * count, left.size());
  std::memcpy(buffer, left.data(), taken);
  left.remove_prefix(taken);
  return taken;
}

class EmailSender final : public Sender {
 public:
  EmailSender(EmailOptions options, std::chrono::milliseconds timeout, core::TimeZone zone)
      : options_(std::move(options)), timeout_(timeout), zone_(std::move(zone)) {
    redactor_.add(options_.password);
  }

  Delivery send(const Message& message, core::Micros now, const std::atomic<bool>& stopping) override {
    const std::string text = email_text(options_, message, now, zone_, host_name());
    Upload upload{text};
    std::vector<std::string> recipients;
    for (const std::string& address : options_.to) recipients.push_back(envelope_address(address));

    Transfer transfer(timeout_, options_.tls, stopping);
    curl_easy_setopt(transfer.raw(), CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    transfer.set(CURLOPT_URL, options_.smtp);
    transfer.set(CURLOPT_USE_SSL, options_.starttls ? long{CURLUSESSL_ALL} : long{CURLUSESSL_NONE});
    if (!options_.user.empty()) {
      transfer.set(CURLOPT_USERNAME, options_.user);
      transfer.set(CURLOPT_PASSWORD, options_.password);
    }
    transfer.set(CURLOPT_MAIL_FROM, envelope_address(options_.from));
    transfer.set_list(CURLOPT_MAIL_RCPT, recipients);
    transfer.set(CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(transfer.raw(), CURLOPT_READFUNCTION, &read_upload);
    curl_easy_setopt(transfer.raw(), CURLOPT_READDATA, &upload);
    const CURLcode code = transfer.perform();
    if (code == CURLE_OK) return {};

    const long answer = transfer.response_code();
    std::string error = transfer.error(code);
    if (!transfer.refusal().empty()) error += ": the server said: " + transfer.refusal();
    const bool for_good = answer >= 500 && answer < 600;
    return {for_good ? Delivery::Outcome::kRefused : Delivery::Outcome::kRetry, redactor_.redacted(error)};
  }

 private:
  const EmailOptions options_;
  const std::chrono::milliseconds timeout_;
  const core::TimeZone zone_;
  Redactor redactor_;
};

}  // namespace

std::unique_ptr<Sender> make_email_sender(const ChannelOptions& options, const core::TimeZone& zone) {
  return std::make_unique<EmailSender>(std::get<EmailOptions>(options.to), options.timeout, zone);
}

}  // namespace rw::notify
