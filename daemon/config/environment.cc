#include "daemon/config/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "daemon/core/text.h"

namespace rw::config {
namespace {

// Where systemd puts the credentials of the packaged unit. Its commands find them there, too, while the daemon runs.
constexpr const char* kUnitCredentials = "/run/credentials/regwarden.service";

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && !core::is_digit(text[0]) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || core::is_digit(c); });
}

}  // namespace

core::Result<std::string> expand_environment(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t start = text.find("${");
    out += text.substr(0, start);
    if (start == std::string_view::npos) return out;
    text.remove_prefix(start + 2);
    const std::size_t end = text.find('}');
    const std::string name(text.substr(0, end));
    if (end == std::string_view::npos || !is_name(name)) {
      return core::invalid_input("expected ${NAME}, with the name of an environment variable");
    }
    const char* value = std::getenv(name.c_str());
    if (value == nullptr && name == "CREDENTIALS_DIRECTORY") value = kUnitCredentials;
    if (value == nullptr) {
      return core::Error{core::ErrorCode::kNotFound, fmt::format("the environment variable {} is not set", name)};
    }
    out += value;
    text.remove_prefix(end + 1);
  }
}

}  // namespace rw::config
