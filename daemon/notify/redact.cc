#include "daemon/notify/redact.h"

#include <algorithm>

#include "daemon/notify/text.h"

namespace rw::notify {
namespace {

constexpr std::size_t kLongestError = 300;  // characters
constexpr std::size_t kLooksSecret = 8;     // of a part of a URL
constexpr std::string_view kHidden = "***";

}  // namespace

void Redactor::add(std::string_view secret) {
  if (secret.size() < kShortest) return;
  secrets_.emplace_back(secret);
  std::ranges::stable_sort(secrets_, [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

void Redactor::add_url(std::string_view url) {
  add(url);
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return;
  url.remove_prefix(scheme + 3);
  const std::size_t path = std::min(url.find_first_of("/?#"), url.size());
  const std::string_view authority = url.substr(0, path);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    add(user);
    if (const std::size_t colon = user.find(':'); colon != std::string_view::npos) add(user.substr(colon + 1));
  }
  std::string_view rest = url.substr(path);
  add(rest);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("/?#&="), rest.size());
    if (end >= kLooksSecret) add(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

std::string Redactor::redacted(std::string_view text) const {
  // Before it is cut: the half of a secret is one.
  std::string out(text);
  for (const std::string& secret : secrets_) {
    for (std::size_t at = out.find(secret); at != std::string::npos; at = out.find(secret, at + kHidden.size())) {
      out.replace(at, secret.size(), kHidden);
    }
  }
  return plain(out, kLongestError);
}

}  // namespace rw::notify
