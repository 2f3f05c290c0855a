// Who is told of findings, where and when: the channels of the section `notify`. Secrets stand in here; nothing that
// prints may print an Options.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/core/text_pattern.h"
#include "daemon/core/time.h"

namespace rw::notify {

enum class Severity { kInformational, kLow, kMedium, kHigh, kCritical };

// Of severities and of urgencies. The word of a notable; any other: informational.
Severity severity_of(std::string_view word);
std::string_view severity_name(Severity severity);
// Risk events have a score in place of a severity: from 80 critical, 60 high, 40 medium, 20 low.
Severity severity_of_score(std::int64_t risk_score);

// PEM files; read when a connection is made.
struct TlsFiles {
  std::string ca = {};           // in place of the system's certificates
  std::string certificate = {};  // that we show, with its chain; needs key. Empty: none
  std::string key = {};

  friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

enum class WebhookFormat { kJson, kSlack, kTeams, kDiscord, kNtfy };

struct WebhookOptions {
  std::string url;  // a secret, as a rule
  WebhookFormat format = WebhookFormat::kJson;
  std::string secret = {};  // signs the body (signature.h); empty: nothing is signed
  std::vector<std::pair<std::string, std::string>> headers = {};
  TlsFiles tls = {};

  friend bool operator==(const WebhookOptions&, const WebhookOptions&) = default;
};

struct EmailOptions {
  std::string smtp;      // "smtp://host:587" or "smtps://host:465"
  bool starttls = true;  // of smtp://: nothing is sent without
  std::string user = {};
  std::string password = {};
  std::string from;
  std::vector<std::string> to;
  TlsFiles tls = {};

  friend bool operator==(const EmailOptions&, const EmailOptions&) = default;
};

enum class SyslogTransport { kUdp, kTcp, kTls };
enum class SyslogFormat { kCef, kJson };

struct SyslogOptions {
  SyslogTransport transport = SyslogTransport::kUdp;
  std::string host;  // a name or an address, IPv6 without brackets
  std::uint16_t port = 514;
  SyslogFormat format = SyslogFormat::kCef;
  TlsFiles tls = {};

  friend bool operator==(const SyslogOptions&, const SyslogOptions&) = default;
};

// Local times of the day; `to` before `from` is on the next day.
struct QuietHours {
  std::chrono::minutes from{0};  // since midnight
  std::chrono::minutes to{0};
  std::optional<Severity> except = std::nullopt;  // findings as urgent as this, or more, are told all the same

  friend bool operator==(const QuietHours&, const QuietHours&) = default;
};

struct ChannelOptions {
  std::string name;  // letters, digits, '_' and '-'
  std::variant<WebhookOptions, EmailOptions, SyslogOptions> to;
  Severity severity = Severity::kInformational;     // of the urgency; the least that is told
  std::vector<core::TextPattern> detections = {};   // names; empty: all
  std::vector<core::TextPattern> exclude = {};      // of those, not these
  bool risk_events = false;                         // besides notables
  std::chrono::microseconds group_for{60'000'000};  // from the first finding until what came is told together
  std::optional<QuietHours> quiet_hours = std::nullopt;
  std::chrono::microseconds give_up_after = std::chrono::hours(24);
  std::chrono::milliseconds timeout = std::chrono::seconds(30);  // of one attempt

  friend bool operator==(const ChannelOptions&, const ChannelOptions&) = default;
};

inline constexpr std::size_t kMaxChannels = 20;  // each has a thread

struct Options {
  std::vector<ChannelOptions> channels;
  core::TimeZone zone;     // of quiet hours and of times in messages
  std::string public_url;  // where people reach the web page, for links; empty: no links

  friend bool operator==(const Options&, const Options&) = default;
};

}  // namespace rw::notify
