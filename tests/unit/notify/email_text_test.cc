#include "daemon/notify/email_text.h"

#include <algorithm>

#include "daemon/core/base64.h"
#include "daemon/notify/text.h"
#include "tests/unit/notify/fixtures.h"

namespace rw::notify {
namespace {

using test::finding;
using test::message_of;

const EmailOptions kOptions{.smtp = "smtp://mail.corp.example:587",
                            .from = "regwarden <regwarden@corp.example>",
                            .to = {"ann@corp.example", "Bob <bob@corp.example>"}};

std::string text_of(const Message& message) {
  return email_text(kOptions, message, test::at("2026-10-11T21:01:02Z"), test::zone("Europe/Berlin"), "siem");
}

std::string head_of(const std::string& text) { return text.substr(0, text.find("\r\n\r\n") + 2); }

std::string body_of(const std::string& text) {
  std::string encoded = text.substr(text.find("\r\n\r\n") + 4);
  std::erase_if(encoded, [](char c) { return c == '\r' || c == '\n'; });
  return core::decode_base64(encoded).value();
}

}  // namespace

TEST_CASE("an e-mail of one finding") {
  const std::string text = text_of(message_of({finding(7)}));
  CHECK(head_of(text) ==
        "Date: Sun, 11 Oct 2026 23:01:02 +0200\r\n"
        "From: regwarden <regwarden@corp.example>\r\n"
        "To: ann@corp.example,\r\n Bob <bob@corp.example>\r\n"
        "Message-ID: <msg_0001@siem>\r\n"
        "Subject: [regwarden] Medium: Disable AMSI Through Registry on WS1\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n");
  CHECK(body_of(text) ==
        "Medium: Disable AMSI Through Registry on WS1\r\n\r\n"
        "2026-10-11 22:14:15 CEST  medium  Disable AMSI Through Registry on WS1 (ann)\r\n"
        "    AMSI was switched off\r\n"
        "    ATT&CK: T1562.001, T1562\r\n\r\n"
        "https://siem.corp.example/#/findings\r\n");
}

TEST_CASE("an e-mail of many findings has counts in place of details") {
  std::vector<Finding> findings;
  for (int i = 1; i <= 12; ++i) findings.push_back(finding(i, Severity::kLow, i < 12 ? "WS1" : "WS2"));
  const std::string body = body_of(text_of(message_of(findings)));
  CHECK(body.starts_with("12 findings, low at most: Disable AMSI Through Registry (12)\r\n\r\n"));
  CHECK(
      body.ends_with("and 2 more\r\n\r\nBy detection: Disable AMSI Through Registry (12)\r\n"
                     "By host: WS1 (11), WS2 (1)\r\n\r\nhttps://siem.corp.example/#/findings\r\n"));
  CHECK(body.find("AMSI was switched off") == std::string::npos);
}

TEST_CASE("no value adds a header, and no line is too long") {
  Finding bad = finding(1, Severity::kHigh, plain(test::kHostile, 200));
  bad.title = plain("Größe\r\nBcc: evil@evil.test\r\n\r\n" + std::string(64 * 1024, 'x'), 200);
  const std::string text = text_of(message_of({bad}));
  const std::string head = head_of(text);
  CHECK(head.find("\r\nBcc:") == std::string::npos);
  CHECK(head.find("\r\nSubject: =?UTF-8?B?") != std::string::npos);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find("\r\n", at);
    REQUIRE(end != std::string::npos);
    CHECK(end - at <= 78 + 9);  // an encoded word has 75; "Subject: " stands before the first
    at = end + 2;
  }
  CHECK(std::ranges::all_of(text, [](char c) { return c == '\r' || c == '\n' || (c >= ' ' && c < 0x7f); }));
}

}  // namespace rw::notify
