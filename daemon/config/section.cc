#include "daemon/config/section.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "daemon/config/environment.h"
#include "daemon/core/text.h"
#include "daemon/core/units.h"

namespace rw::config {
namespace {

// Levenshtein: insertions, deletions and replacements.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t k = 1; k <= b.size(); ++k) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[k - 1] ? 0 : 1);
      diagonal = std::exchange(row[k], std::min({replaced, row[k] + 1, row[k - 1] + 1}));
    }
  }
  return row.back();
}

}  // namespace

std::string Context::resolve(const std::string& path) const { return (folder / path).lexically_normal().string(); }

void Context::report(const yaml::Node& node, std::string_view name, std::string_view message) {
  node.report(problems, name.empty() ? std::string(message) : fmt::format("{}: {}", name, message));
}

void Context::report(const yaml::Node& node, std::string_view name, const core::Error& error) {
  report(node, name, core::render(error));
}

std::string alternatives(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

std::string nearest(std::string_view written, const std::vector<std::string>& words) {
  constexpr std::size_t kFarthest = 2;
  constexpr std::size_t kLongestWord = 64;
  if (written.size() > kLongestWord) return {};
  std::string best;
  std::size_t best_distance = kFarthest + 1;
  for (const auto& word : words) {
    const std::size_t distance = edit_distance(written, word);
    // A word of which nothing is left is not near.
    if (distance < best_distance && distance < std::min(written.size(), word.size())) {
      best = word;
      best_distance = distance;
    }
  }
  return best;
}

Section::Section(Context& context, yaml::Node node, std::string name) : context_(context), name_(std::move(name)) {
  if (!node.present() || node.is_null()) return;
  if (node.is_map()) {
    node_ = std::move(node);
    return;
  }
  context_.report(node, name_,
                  node.is_list() ? "expected a map, found a list" : "expected a map, found a single value");
}

std::string Section::name_of(std::string_view key) const {
  return name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key);
}

yaml::Node Section::map(std::string_view key) {
  known_.emplace_back(key);
  yaml::Node node = node_[key];
  return node.is_null() ? yaml::Node() : node;
}

yaml::Node Section::value(std::string_view key, std::string_view expected) {
  known_.emplace_back(key);
  yaml::Node node = node_[key];
  if (!node.is_null()) return node;
  context_.report(node, name_of(key), fmt::format("expected {}, found nothing", expected));
  return {};
}

std::optional<std::string> Section::text(std::string_view key, std::string_view expected) {
  return value(key, expected).as_text(context_.problems, name_of(key));
}

std::optional<core::TextPattern> Section::pattern(std::string_view key) {
  const auto written = text(key, "a name, with * for any run of characters");
  if (!written) return std::nullopt;
  if (written->empty()) {
    context_.report(node_[key], name_of(key), "'': expected a name");
    return std::nullopt;
  }
  return core::TextPattern::with_stars(*written);
}

std::optional<std::string> Section::path(std::string_view key) {
  const yaml::Node node = value(key, "a path");
  const auto written = node.as_text(context_.problems, name_of(key));
  if (!written) return std::nullopt;
  return resolve(node, key, *written);
}

std::optional<std::string> Section::resolve(const yaml::Node& node, std::string_view key, const std::string& written) {
  const auto path = expand_environment(written);
  if (!path.ok()) {
    context_.report(node, name_of(key), path.error());
  } else if (path->empty()) {
    context_.report(node, name_of(key), "'': expected a path");
  } else {
    return context_.resolve(*path);
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> Section::paths(std::string_view key) {
  const yaml::Node node = value(key, "a list of paths ([] for none)");
  auto written = node.as_text_list(context_.problems, name_of(key));
  if (!written) return std::nullopt;
  for (auto& path : *written) {
    auto resolved = resolve(node, key, path);
    if (!resolved) return std::nullopt;
    path = *std::move(resolved);
  }
  return written;
}

std::optional<bool> Section::boolean(std::string_view key) {
  return value(key, "true or false").as_bool(context_.problems, name_of(key));
}

std::optional<std::uint64_t> Section::count(std::string_view key, std::uint64_t min, std::uint64_t max) {
  const yaml::Node node = value(key, "a whole number");
  const auto number = node.as_integer(context_.problems, name_of(key));
  if (!number) return std::nullopt;
  if (*number >= 0 && static_cast<std::uint64_t>(*number) >= min && static_cast<std::uint64_t>(*number) <= max) {
    return static_cast<std::uint64_t>(*number);
  }
  out_of_range(node, key, std::to_string(min), std::to_string(max));
  return std::nullopt;
}

std::optional<std::uint64_t> Section::size(std::string_view key, std::uint64_t min_bytes, std::uint64_t max_bytes) {
  const yaml::Node node = value(key, "a size such as 64MiB");
  const auto written = node.as_text(context_.problems, name_of(key));
  if (!written) return std::nullopt;
  const auto bytes = core::parse_size(*written);
  if (!bytes.ok()) {
    context_.report(node, name_of(key), bytes.error());
  } else if (*bytes < min_bytes || *bytes > max_bytes) {
    out_of_range(node, key, core::format_size(min_bytes), core::format_size(max_bytes));
  } else {
    return *bytes;
  }
  return std::nullopt;
}

std::optional<std::chrono::microseconds> Section::duration_us(std::string_view key, std::chrono::microseconds min,
                                                              std::chrono::microseconds max,
                                                              std::chrono::microseconds unit) {
  const yaml::Node node = value(key, "a duration such as 5s");
  const auto written = node.as_text(context_.problems, name_of(key));
  if (!written) return std::nullopt;
  const auto duration = core::parse_duration(*written);
  if (!duration.ok()) {
    context_.report(node, name_of(key), duration.error());
  } else if (*duration < min || *duration > max) {
    out_of_range(node, key, core::format_duration(min), core::format_duration(max));
  } else if (*duration % unit != std::chrono::microseconds(0)) {
    context_.report(node, name_of(key),
                    fmt::format("{}: expected a multiple of {}", core::quoted(*written), core::format_duration(unit)));
  } else {
    return *duration;
  }
  return std::nullopt;
}

std::optional<core::Endpoint> Section::endpoint(std::string_view key) {
  const yaml::Node node = value(key, "ADDRESS:PORT");
  const auto written = node.as_text(context_.problems, name_of(key));
  if (!written) return std::nullopt;
  auto endpoint = core::parse_endpoint(*written);
  if (endpoint.ok()) return std::move(endpoint).value();
  context_.report(node, name_of(key), endpoint.error());
  return std::nullopt;
}

std::optional<core::TimeZone> Section::time_zone(std::string_view key) {
  const yaml::Node node = value(key, "an IANA time zone name");
  const auto name = node.as_text(context_.problems, name_of(key));
  if (!name) return std::nullopt;
  const auto zone = core::TimeZone::find(*name);
  if (zone.ok()) return *zone;
  context_.report(node, name_of(key), zone.error());
  return std::nullopt;
}

std::optional<std::string> Section::severity(std::string_view key) {
  return word(key, {"informational", "low", "medium", "high", "critical"});
}

void Section::each(std::string_view key, std::string_view expected, const std::function<void(Section& item)>& read) {
  const yaml::Node list = value(key, expected);
  if (list.present() && !list.is_list()) context_.report(list, name_of(key), "expected a list");
  std::size_t number = 0;
  for (const yaml::Node& node : list.items()) {
    Section item(context_, node, fmt::format("{}[{}]", name_of(key), number++));
    read(item);
  }
}

std::optional<std::string> Section::word(std::string_view key, std::initializer_list<std::string_view> words,
                                         std::initializer_list<std::string_view> later) {
  const std::string expected = alternatives({words.begin(), words.end()});
  const yaml::Node node = value(key, expected);
  auto written = node.as_text(context_.problems, name_of(key));
  if (!written || std::ranges::find(words, *written) != words.end()) return written;
  const bool is_later = std::ranges::find(later, *written) != later.end();
  context_.report(node, name_of(key),
                  fmt::format("{}: {}expected {}", core::quoted(*written),
                              is_later ? "not supported by this version: " : "", expected));
  return std::nullopt;
}

void Section::out_of_range(const yaml::Node& node, std::string_view key, std::string_view min, std::string_view max) {
  context_.report(node, name_of(key), fmt::format("{}: expected {} to {}", core::quoted(node.text()), min, max));
}

void Section::require(std::string_view key, std::string_view expected) const {
  if (!node_.present() || has(key)) return;
  context_.report(node_, name_, fmt::format("{} is missing: expected {}", key, expected));
}

void Section::unsupported(std::string_view key, std::string_view instead) {
  unsupported_.emplace_back(key);
  for (const auto& entry : node_.entries()) {
    if (entry.key != key) continue;
    context_.report(entry.key_node, name_of(key), fmt::format("not supported by this version: {}", instead));
  }
}

void Section::finish() {
  for (const auto& entry : node_.entries()) {
    if (std::ranges::find(known_, entry.key) != known_.end()) continue;
    if (std::ranges::find(unsupported_, entry.key) != unsupported_.end()) continue;
    const std::string meant = nearest(entry.key, known_);
    context_.report(entry.key_node, name_,
                    fmt::format("unknown key {}: expected {}{}", core::quoted(entry.key), alternatives(known_),
                                meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant)));
  }
}

}  // namespace rw::config
