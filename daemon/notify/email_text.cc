#include "daemon/notify/email_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "daemon/core/base64.h"
#include "daemon/notify/text.h"

namespace rw::notify {
namespace {

constexpr std::size_t kSubject = 150;  // characters

std::string body_of(const Message& message, const core::TimeZone& zone) {
  std::string body = headline(message) + "\r\n\r\n";
  if (message.test) body += "This is a test: nothing was found.\r\n\r\n";
  for (const Finding& finding : message.findings) {
    body += line_of(finding, zone) + "\r\n";
    if (message.findings.size() > 3) continue;
    if (!finding.description.empty()) body += "    " + finding.description + "\r\n";
    if (!finding.techniques.empty()) body += fmt::format("    ATT&CK: {}\r\n", fmt::join(finding.techniques, ", "));
  }
  if (message.count > message.findings.size()) {
    body += fmt::format("and {} more\r\n", message.count - message.findings.size());
  }
  if (message.count > 1) {
    if (!message.by_detection.empty()) body += "\r\nBy detection: " + counts_line(message.by_detection) + "\r\n";
    if (!message.by_dest.empty()) body += "By host: " + counts_line(message.by_dest) + "\r\n";
  }
  if (!message.url.empty()) body += "\r\n" + message.url + "\r\n";
  return body;
}

}  // namespace

std::string email_text(const EmailOptions& options, const Message& message, core::Micros now,
                       const core::TimeZone& zone, std::string_view host) {
  constexpr std::size_t kLine = 76;
  std::string text = fmt::format(
      "Date: {}\r\nFrom: {}\r\nTo: {}\r\nMessage-ID: <{}@{}>\r\nSubject: {}\r\nAuto-Submitted: auto-generated\r\n"
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      core::format_time("%a, %d %b %Y %H:%M:%S %z", now, zone), options.from, fmt::join(options.to, ",\r\n "),
      message.id, host, header_text("[regwarden] " + plain(headline(message), kSubject), true));
  const std::string encoded = core::encode_base64(body_of(message, zone));
  for (std::size_t at = 0; at < encoded.size(); at += kLine) text += encoded.substr(at, kLine) + "\r\n";
  return text;
}

}  // namespace rw::notify
