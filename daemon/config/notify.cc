#include "daemon/config/notify.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/config/environment.h"
#include "daemon/config/secrets.h"
#include "daemon/config/syslog_listener.h"
#include "daemon/core/text.h"

namespace rw::config {
namespace {

using notify::ChannelOptions;

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

bool has_blank(std::string_view text) { return std::ranges::any_of(text, core::is_blank); }

// What stands before and behind "://".
std::optional<std::pair<std::string_view, std::string_view>> split_scheme(std::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos || !is_printable(url) || has_blank(url)) return std::nullopt;
  return std::pair(url.substr(0, colon), url.substr(colon + 3));
}

bool is_web_url(std::string_view url) {
  const auto parts = split_scheme(url);
  return parts && (parts->first == "http" || parts->first == "https") && !parts->second.empty() &&
         parts->second.front() != '/';
}

// "host", "host:25", "[::1]:25"; a port of 0: none is given.
std::optional<std::pair<std::string, std::uint16_t>> parse_host(std::string_view text) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (host.empty() || host.find_first_of("/@[]?#") != std::string_view::npos) return std::nullopt;
  if (port.empty()) return std::pair(std::string(host), std::uint16_t{0});
  if (port.front() != ':') return std::nullopt;
  const auto number = core::parse_integer<std::uint16_t>(port.substr(1));
  if (!number || *number == 0) return std::nullopt;
  return std::pair(std::string(host), *number);
}

// plain: the first of these keys that there is without TLS is a problem; scheme: what it needs.
notify::TlsFiles read_tls(Section& section, bool is_encrypted, std::string_view scheme,
                          std::initializer_list<std::string_view> plain = {"certificate"}) {
  notify::TlsFiles files;
  const std::size_t problems_before = section.context().problems.size();
  // Whether they are any good is known when the channel is used.
  if (const auto ca = section.path("ca"); ca && std::filesystem::is_regular_file(*ca)) {
    files.ca = *ca;
  } else if (ca) {
    section.context().report(section.node()["ca"], section.name_of("ca"), *ca + ": there is no such file");
  }
  if (auto own = read_certificate(section, "expected both")) {
    files.certificate = std::move(own->certificate);
    files.key = std::move(own->key);
  }
  if (is_encrypted || section.context().problems.size() != problems_before) return files;
  for (const std::string_view key : plain) {
    if (!section.has(key)) continue;
    section.context().report(section.node()[key], section.name_of(key), fmt::format("it belongs to {} alone", scheme));
    break;
  }
  return files;
}

void read_headers(Section& webhook, notify::WebhookOptions& options) {
  Context& context = webhook.context();
  const Section headers(context, webhook.map("headers"), webhook.name_of("headers"));
  for (const yaml::Entry& entry : headers.node().entries()) {
    const std::string name = headers.name_of(entry.key);
    const bool is_name = !entry.key.empty() && std::ranges::all_of(entry.key, [](char c) {
      return c > ' ' && c < 0x7f && std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
    });
    if (!is_name) {
      context.report(entry.key_node, headers.name(), "expected names of HTTP headers");
      continue;
    }
    auto value = entry.value.is_scalar() ? expand_environment(entry.value.text())
                                         : core::Result<std::string>(core::invalid_input("expected a text"));
    if (!value.ok()) {
      context.report(entry.value, name, value.error());
    } else if (!is_printable(*value)) {
      context.report(entry.value, name, "it has characters that are not printable ASCII");
    } else {
      options.headers.emplace_back(entry.key, std::move(value).value());
    }
  }
}

std::optional<notify::WebhookOptions> read_webhook(Section& webhook) {
  notify::WebhookOptions options;
  const auto url = read_secret(webhook, "url", "a URL that begins with https:// or http://");
  if (url && is_web_url(*url)) {
    options.url = *url;
  } else if (url) {
    // Without the URL: it is a secret.
    const std::string key = webhook.has("url") ? "url" : "url_file";
    webhook.context().report(webhook.node()[key], webhook.name_of(key),
                             "expected a URL that begins with https:// or http://");
  } else if (!webhook.has("url_file")) {
    webhook.require("url", "a URL (or url_file)");
  }
  constexpr std::pair<std::string_view, notify::WebhookFormat> kFormats[] = {
      {"json", notify::WebhookFormat::kJson},
      {"slack", notify::WebhookFormat::kSlack},
      {"teams", notify::WebhookFormat::kTeams},
      {"discord", notify::WebhookFormat::kDiscord},
      {"ntfy", notify::WebhookFormat::kNtfy}};
  if (const auto word = webhook.word("format", {"json", "slack", "teams", "discord", "ntfy"})) {
    for (const auto& [name, format] : kFormats) {
      if (name == *word) options.format = format;
    }
  }
  set(options.secret, read_secret(webhook, "secret", "a text to sign with"));
  read_headers(webhook, options);
  options.tls = read_tls(webhook, options.url.empty() || options.url.starts_with("https://"), "https://");
  webhook.finish();
  return options.url.empty() ? std::nullopt : std::optional(std::move(options));
}

// "ann@example.com" or "Ann <ann@example.com>"
bool is_mail_address(std::string_view text) {
  if (!is_printable(text)) return false;
  std::string_view address = text;
  if (const std::size_t open = text.rfind('<'); open != std::string_view::npos) {
    if (text.back() != '>') return false;
    address = text.substr(open + 1, text.size() - open - 2);
  }
  const std::size_t at = address.rfind('@');
  return at != std::string_view::npos && at != 0 && at + 1 < address.size() &&
         address.find_first_of(" ,;<>") == std::string_view::npos;
}

constexpr std::string_view kMailAddress = "expected an address such as ann@example.com or \"Ann <ann@example.com>\"";

void read_recipients(Section& email, notify::EmailOptions& options) {
  const yaml::Node list = email.value("to", "a list of addresses");
  const auto written = list.as_text_list(email.context().problems, email.name_of("to"));
  if (!written) return;
  if (written->empty()) email.context().report(list, email.name_of("to"), "expected at least one address");
  for (const std::string& address : *written) {
    if (is_mail_address(address)) {
      options.to.push_back(address);
    } else {
      email.context().report(list, email.name_of("to"), fmt::format("{}: {}", core::quoted(address), kMailAddress));
    }
  }
}

std::optional<notify::EmailOptions> read_email(Section& email) {
  Context& context = email.context();
  const std::size_t problems_before = context.problems.size();
  notify::EmailOptions options;
  email.require("smtp", "smtp://HOST:587 or smtps://HOST:465");
  email.require("from", "an address");
  email.require("to", "a list of addresses");
  bool is_loopback = false;
  bool is_encrypted = false;
  if (const auto smtp = email.text("smtp", "smtp://HOST:587 or smtps://HOST:465")) {
    const auto parts = split_scheme(*smtp);
    const bool known = parts && (parts->first == "smtp" || parts->first == "smtps");
    const auto host = known ? parse_host(parts->second) : std::nullopt;
    if (host) {
      options.smtp = *smtp;
      is_encrypted = parts->first == "smtps";
      is_loopback = host->first == "localhost" || core::Endpoint{host->first, 0}.is_loopback();
    } else {
      // A password may stand before an '@'.
      const std::string shown = smtp->find('@') == std::string::npos ? core::quoted(*smtp) + ": " : "";
      context.report(email.node()["smtp"], email.name_of("smtp"),
                     shown + "expected smtp://HOST:587 or smtps://HOST:465");
    }
  }
  set(options.starttls, email.boolean("starttls"));
  set(options.user, read_secret(email, "user", "a user"));
  set(options.password, read_secret(email, "password", "a password"));
  if (options.user.empty() != options.password.empty() && context.problems.size() == problems_before) {
    context.report(email.node(), email.name(), "user and password need each other");
  }
  if (!options.starttls && !is_encrypted && !is_loopback && !options.password.empty()) {
    context.report(email.node()["starttls"], email.name_of("starttls"),
                   "the password would be sent in clear: expected true, or smtps://");
  }
  if (const auto from = email.text("from", "an address")) {
    options.from = *from;
    if (!is_mail_address(*from)) {
      context.report(email.node()["from"], email.name_of("from"),
                     fmt::format("{}: {}", core::quoted(*from), kMailAddress));
    }
  }
  read_recipients(email, options);
  options.tls = read_tls(email, is_encrypted || options.starttls, "smtps:// and starttls");
  email.finish();
  return context.problems.size() == problems_before ? std::optional(std::move(options)) : std::nullopt;
}

std::optional<notify::SyslogOptions> read_syslog_out(Section& syslog) {
  constexpr std::string_view kForms = "udp://HOST:514, tcp://HOST:601 or tls://HOST:6514";
  Context& context = syslog.context();
  notify::SyslogOptions options;
  syslog.require("to", kForms);
  if (const auto to = syslog.text("to", kForms)) {
    struct Transport {
      std::string_view scheme;
      notify::SyslogTransport transport;
      std::uint16_t port;
    };
    constexpr Transport kTransports[] = {{"udp", notify::SyslogTransport::kUdp, 514},
                                         {"tcp", notify::SyslogTransport::kTcp, 601},
                                         {"tls", notify::SyslogTransport::kTls, 6514}};
    const auto parts = split_scheme(*to);
    const auto host = parts ? parse_host(parts->second) : std::nullopt;
    for (const Transport& known : kTransports) {
      if (!host || parts->first != known.scheme) continue;
      options.transport = known.transport;
      options.host = host->first;
      options.port = host->second == 0 ? known.port : host->second;
    }
    if (options.host.empty()) {
      context.report(syslog.node()["to"], syslog.name_of("to"),
                     fmt::format("{}: expected {}", core::quoted(*to), kForms));
    }
  }
  if (const auto format = syslog.word("format", {"cef", "json"})) {
    options.format = *format == "json" ? notify::SyslogFormat::kJson : notify::SyslogFormat::kCef;
  }
  options.tls = read_tls(syslog, options.transport == notify::SyslogTransport::kTls, "tls://", {"ca", "certificate"});
  syslog.finish();
  return options.host.empty() ? std::nullopt : std::optional(std::move(options));
}

std::optional<notify::Severity> read_severity(Section& section, std::string_view key) {
  const auto word = section.severity(key);
  return word ? std::optional(notify::severity_of(*word)) : std::nullopt;
}

std::vector<core::TextPattern> read_patterns(Section& channel, std::string_view key) {
  const yaml::Node list = channel.value(key, "a list of detections ([] for all)");
  std::vector<core::TextPattern> patterns;
  const auto written = list.as_text_list(channel.context().problems, channel.name_of(key));
  if (!written) return patterns;
  for (const std::string& pattern : *written) {
    if (pattern.empty()) channel.context().report(list, channel.name_of(key), "'': expected a detection");
    patterns.push_back(core::TextPattern::with_stars(pattern));
  }
  return patterns;
}

std::optional<std::chrono::minutes> read_time_of_day(Section& quiet, std::string_view key) {
  constexpr std::string_view kForm = "a time such as \"22:00\"";
  const auto text = quiet.text(key, kForm);
  if (!text) return std::nullopt;
  const std::string_view view = *text;
  const bool form = view.size() == 5 && view[2] == ':';
  const auto hour = form ? core::parse_integer<unsigned>(view.substr(0, 2)) : std::nullopt;
  const auto minute = form ? core::parse_integer<unsigned>(view.substr(3)) : std::nullopt;
  if (hour && minute && *hour < 24 && *minute < 60) return std::chrono::hours(*hour) + std::chrono::minutes(*minute);
  // 22:00 without quotes is text in YAML 1.2, and in some minds a number.
  quiet.context().report(quiet.node()[key], quiet.name_of(key),
                         fmt::format("{}: expected {}", core::quoted(*text), kForm));
  return std::nullopt;
}

std::optional<notify::QuietHours> read_quiet_hours(Section& channel) {
  Section quiet(channel.context(), channel.map("quiet_hours"), channel.name_of("quiet_hours"));
  if (!quiet.node().present()) return std::nullopt;
  quiet.require("from", "a time such as \"22:00\"");
  quiet.require("to", "a time such as \"07:00\"");
  notify::QuietHours hours;
  const auto from = read_time_of_day(quiet, "from");
  const auto to = read_time_of_day(quiet, "to");
  hours.except = read_severity(quiet, "except");
  if (from && to && *from == *to) {
    quiet.context().report(quiet.node(), quiet.name(), "from and to are the same: expected two times");
  }
  quiet.finish();
  if (!from || !to) return std::nullopt;
  hours.from = *from;
  hours.to = *to;
  return hours;
}

std::string read_channel_name(Section& channel) {
  channel.require("name", "a name");
  const auto name = channel.text("name", "a name");
  if (!name) return {};
  const bool good = !name->empty() && name->size() <= 64 && std::ranges::all_of(*name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || core::is_digit(c) || c == '_' || c == '-';
  });
  if (good) return *name;
  channel.context().report(channel.node()["name"], channel.name_of("name"),
                           fmt::format("{}: expected 1 to 64 letters, digits, '_' and '-'", core::quoted(*name)));
  return {};
}

// False: there is none that can be used, which was reported.
bool read_target(Section& channel, ChannelOptions& options) {
  Context& context = channel.context();
  Section webhook(context, channel.map("webhook"), channel.name_of("webhook"));
  Section email(context, channel.map("email"), channel.name_of("email"));
  Section syslog(context, channel.map("syslog"), channel.name_of("syslog"));
  const auto given =
      (webhook.node().present() ? 1 : 0) + (email.node().present() ? 1 : 0) + (syslog.node().present() ? 1 : 0);
  if (given != 1) {
    if (channel.node().present()) {
      context.report(channel.node(), channel.name(), "expected one of webhook, email and syslog");
    }
    return false;
  }
  const auto take = [&](auto target) {
    if (!target) return false;
    options.to = *std::move(target);
    return true;
  };
  if (webhook.node().present()) return take(read_webhook(webhook));
  if (email.node().present()) return take(read_email(email));
  options.group_for = std::chrono::microseconds(0);  // machines read one by one
  return take(read_syslog_out(syslog));
}

std::optional<ChannelOptions> read_channel(Section& channel) {
  using std::chrono::hours;
  using std::chrono::microseconds;
  using std::chrono::milliseconds;
  ChannelOptions options;
  options.name = read_channel_name(channel);
  const bool usable = read_target(channel, options);
  set(options.severity, read_severity(channel, "severity"));
  options.detections = read_patterns(channel, "detections");
  options.exclude = read_patterns(channel, "exclude");
  set(options.risk_events, channel.boolean("risk_events"));
  channel.duration("group_for", options.group_for, microseconds(0), microseconds(hours(24)));
  options.quiet_hours = read_quiet_hours(channel);
  if (options.quiet_hours && std::holds_alternative<notify::SyslogOptions>(options.to)) {
    channel.context().report(channel.node()["quiet_hours"], channel.name_of("quiet_hours"),
                             "a syslog channel is read by a machine and has none");
  }
  channel.duration("give_up_after", options.give_up_after, microseconds(std::chrono::minutes(1)),
                   microseconds(hours(24 * 30)));
  channel.duration("timeout", options.timeout, milliseconds(1000), milliseconds(300'000));
  channel.finish();
  return usable && !options.name.empty() ? std::optional(std::move(options)) : std::nullopt;
}

}  // namespace

void read_notify(Section& root, notify::Options& options) {
  Context& context = root.context();
  if (auto url = root.text("public_url", "the URL of the web page")) {
    while (url->ends_with('/')) url->pop_back();
    if (is_web_url(*url)) {
      options.public_url = *url;
    } else {
      context.report(root.node()["public_url"], "public_url",
                     fmt::format("{}: expected a URL that begins with https:// or http://", core::quoted(*url)));
    }
  }
  const yaml::Node list = root.value("notify", "a list of channels ([] for none)");
  if (!list.present()) return;
  if (!list.is_list()) {
    return context.report(
        list, "notify",
        fmt::format("expected a list of channels, found {}", list.is_map() ? "a map" : "a single value"));
  }
  const auto items = list.items();
  if (items.size() > notify::kMaxChannels) {
    return context.report(list, "notify", fmt::format("expected at most {} channels", notify::kMaxChannels));
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string name = fmt::format("notify[{}]", i);
    if (items[i].is_null()) context.report(items[i], name, "expected a map, found nothing");
    Section channel(context, items[i], name);
    auto read = read_channel(channel);
    if (!read) continue;
    if (std::ranges::find(options.channels, read->name, &ChannelOptions::name) != options.channels.end()) {
      context.report(channel.node()["name"], channel.name_of("name"),
                     fmt::format("{}: another channel has this name", core::quoted(read->name)));
    }
    options.channels.push_back(*std::move(read));
  }
}

}  // namespace rw::config
