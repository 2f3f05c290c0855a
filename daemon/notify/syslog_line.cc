#include "daemon/notify/syslog_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "daemon/core/version.h"
#include "daemon/notify/text.h"
#include "daemon/notify/webhook_body.h"

namespace rw::notify {
namespace {

constexpr int kLogAudit = 13;

int syslog_severity(Severity severity) {
  constexpr int kSeverities[] = {6, 5, 4, 3, 2};
  return kSeverities[static_cast<std::size_t>(severity)];
}

int cef_severity(Severity severity) {
  constexpr int kSeverities[] = {1, 3, 5, 8, 10};
  return kSeverities[static_cast<std::size_t>(severity)];
}

// Backslash and `special` get a backslash; there are no line breaks in what is plain.
std::string cef_escaped(std::string_view text, char special) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == special) out += '\\';
    out += c;
  }
  return out;
}

// HOSTNAME: printable ASCII without blanks, at most 255.
std::string header_field(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 255)) {
    if (c > ' ' && c < 0x7f) out += c;
  }
  return out.empty() ? "-" : out;
}

// Always with microseconds, which is what TIMESTAMP may have at most.
std::string timestamp(core::Micros time) { return core::format_time("%Y-%m-%dT%H:%M:%S.%6NZ", time, core::TimeZone()); }

}  // namespace

std::string cef(const Finding& finding, bool test, std::string_view url) {
  const auto header = [](std::string_view text) { return cef_escaped(text, '|'); };
  std::string out = fmt::format("CEF:0|regwarden|regwarden|{}|{}|{}|{}|", core::kVersion, header(finding.detection_id),
                                header((test ? "Test: " : "") + finding.title), cef_severity(finding.urgency));
  std::string separator;
  const auto extension = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out += fmt::format("{}{}={}", separator, key, cef_escaped(value, '='));
    separator = " ";
  };
  const auto milliseconds = [](core::Micros time) { return std::to_string(core::to_us(time) / 1000); };
  extension("rt", milliseconds(finding.created));
  extension("start", milliseconds(finding.time));
  extension("externalId", std::to_string(finding.id));
  extension("cat", finding.kind == FindingKind::kNotable ? "notable" : "risk_event");
  extension("dhost", finding.dest);
  extension("duser", finding.user);
  if (finding.risk_score) {
    extension("cn1Label", "risk_score");
    extension("cn1", std::to_string(*finding.risk_score));
  }
  extension("cs1Label", "detection");
  extension("cs1", finding.detection);
  if (!finding.techniques.empty()) {
    extension("cs2Label", "mitre_attack");
    extension("cs2", fmt::format("{}", fmt::join(finding.techniques, " ")));
  }
  extension("msg", finding.description);
  extension("request", url);
  return out;
}

std::string syslog_line(SyslogFormat format, const Finding& finding, bool test, core::Micros now, std::string_view host,
                        std::string_view process_id, std::string_view url) {
  std::string content;
  if (format == SyslogFormat::kCef) {
    content = cef(finding, test, url);
  } else {
    Finding told = finding;
    if (test) told.title = "Test: " + told.title;
    content = finding_json(told, url);
  }
  return fmt::format("<{}>1 {} {} regwarden {} {} - {}", kLogAudit * 8 + syslog_severity(finding.urgency),
                     timestamp(now), header_field(host), process_id,
                     finding.kind == FindingKind::kNotable ? "notable" : "risk_event", content);
}

}  // namespace rw::notify
