// What is written inside a text: URLs, digests, JSON, addresses, printf formats.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/hash.h"
#include "daemon/core/text.h"
#include "daemon/core/text_test.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/spl/functions.h"

namespace rw::detect::spl {
namespace {

using storage::Value;

Value urldecode(const CallContext&, Arguments a) {
  if (a[0].is_null()) return {};
  const std::string text = text_of(a[0]);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? core::hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? core::hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return core::to_valid_utf8(out);
}

template <core::Digest kDigest>
Value digest(const CallContext&, Arguments a) {
  return a[0].is_null() ? Value() : Value(core::hex_digest(kDigest, text_of(a[0])));
}

// cidrmatch("10.0.0.0/8", address)
Value cidrmatch(const CallContext&, Arguments a) {
  if (a[0].is_null() || a[1].is_null()) return {};
  const auto network = core::TextTest::cidr(text_of(a[0]));
  if (!network.ok()) return {};
  const std::vector<std::string> texts = texts_of(a[1]);
  const bool inside = std::any_of(texts.begin(), texts.end(), [&](const auto& text) { return network->matches(text); });
  return std::int64_t{inside ? 1 : 0};
}

// ipmask("255.255.0.0", address)
Value ipmask(const CallContext&, Arguments a) {
  if (a[0].is_null() || a[1].is_null()) return {};
  in_addr mask{};
  in_addr address{};
  if (::inet_pton(AF_INET, text_of(a[0]).c_str(), &mask) != 1) return {};
  if (::inet_pton(AF_INET, text_of(a[1]).c_str(), &address) != 1) return {};
  address.s_addr &= mask.s_addr;
  std::array<char, INET_ADDRSTRLEN> text{};
  if (::inet_ntop(AF_INET, &address, text.data(), text.size()) == nullptr) return {};
  return std::string(text.data());
}

// ---- printf

struct Conversion {
  std::string flags;
  std::optional<int> width;
  std::optional<int> precision;
  char type = 0;
};

constexpr int kMostWidth = 1000;

// The number at `at`, or for `*` the next argument.
std::optional<int> size_at(const std::string& format, std::size_t& at, Arguments a, std::size_t& next) {
  if (at < format.size() && format[at] == '*') {
    ++at;
    const auto number = next < a.size() ? number_of(a[next]) : std::nullopt;
    ++next;
    return number && std::fabs(*number) <= kMostWidth ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
  }
  int size = 0;
  const char* begin = format.data() + at;
  const auto [end, error] = std::from_chars(begin, format.data() + format.size(), size);
  at += static_cast<std::size_t>(end - begin);
  return error == std::errc() && end != begin && size <= kMostWidth ? std::optional<int>(size) : std::nullopt;
}

std::string padded(std::string text, const Conversion& conversion, bool number) {
  const int width = conversion.width.value_or(0);
  const bool left = width < 0 || conversion.flags.find('-') != std::string::npos;
  const auto wanted = static_cast<std::size_t>(std::abs(width));
  const auto length = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  if (length >= wanted) return text;
  const std::size_t missing = wanted - length;
  if (left) return text + std::string(missing, ' ');
  if (!number || conversion.flags.find('0') == std::string::npos) return std::string(missing, ' ') + text;
  const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  return text.insert(sign, std::string(missing, '0'));
}

std::optional<std::string> converted(const Conversion& conversion, const Value& value) {
  constexpr double kLargest = 9e15;
  if (conversion.type == 's' || conversion.type == 'c') {
    std::string text = text_of(value);
    if (conversion.type == 'c') text = text.substr(0, 1);
    if (conversion.precision && text.size() > static_cast<std::size_t>(*conversion.precision)) {
      text.resize(static_cast<std::size_t>(*conversion.precision));
    }
    return padded(core::to_valid_utf8(text), conversion, false);
  }
  const auto number = number_of(value);
  if (!number || std::fabs(*number) > kLargest) return std::nullopt;
  const std::string sign = conversion.flags.find('+') != std::string::npos && *number >= 0 ? "+" : "";
  const auto whole = static_cast<std::int64_t>(*number);
  const int precision = conversion.precision.value_or(6);
  switch (conversion.type) {
    case 'd':
    case 'i':
    case 'u':
      return padded(sign + fmt::format("{}", whole), conversion, true);
    case 'x':
      return padded(fmt::format("{:x}", whole), conversion, true);
    case 'X':
      return padded(fmt::format("{:X}", whole), conversion, true);
    case 'o':
      return padded(fmt::format("{:o}", whole), conversion, true);
    case 'f':
    case 'F':
      return padded(sign + fmt::format("{:.{}f}", *number, precision), conversion, true);
    case 'e':
    case 'E':
      return padded(sign + fmt::format("{:.{}e}", *number, precision), conversion, true);
    case 'g':
    case 'G':
      return padded(sign + fmt::format("{:.{}g}", *number, precision), conversion, true);
    default:
      return std::nullopt;
  }
}

// printf(format, value, …): C's conversions of texts and numbers; anything else is null.
Value apply_printf(const CallContext&, Arguments a) {
  if (a[0].is_null()) return {};
  const std::string format = text_of(a[0]);
  std::string out;
  std::size_t next = 1;
  for (std::size_t at = 0; at < format.size(); ++at) {
    if (out.size() > kMaxValueBytes) return {};
    if (format[at] != '%') {
      out += format[at];
      continue;
    }
    if (format.substr(at + 1, 1) == "%") {
      out += format[at++];
      continue;
    }
    Conversion conversion;
    ++at;
    while (at < format.size() && std::string_view("-+ #0'").find(format[at]) != std::string_view::npos) {
      conversion.flags += format[at++];
    }
    conversion.width = size_at(format, at, a, next);
    if (at < format.size() && format[at] == '.') {
      ++at;
      conversion.precision = std::max(0, size_at(format, at, a, next).value_or(0));
    }
    if (at >= format.size() || next >= a.size()) return {};
    conversion.type = format[at];
    const auto text = converted(conversion, a[next++]);
    if (!text) return {};
    out += *text;
  }
  return out;
}

// ---- JSON

std::string text_of_json(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Steps of a path: "a.b{0}.c{}" (spath) is a, b, its element 0, c, all its elements.
struct JsonStep {
  std::string key;
  bool is_element = false;
  std::optional<std::size_t> index;  // of an element; none: each
};

std::vector<JsonStep> steps_of(const std::string& path) {
  std::vector<JsonStep> steps;
  std::string key;
  const auto flush = [&] {
    if (!key.empty()) steps.push_back({std::exchange(key, {}), false, std::nullopt});
  };
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::size_t close = path[i] == '{' ? path.find('}', i) : std::string::npos;
    if (path[i] == '.') {
      flush();
    } else if (close != std::string::npos) {
      flush();
      JsonStep step{"", true, std::nullopt};
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(path.data() + i + 1, path.data() + close, index);
      if (error == std::errc() && end == path.data() + close) step.index = index;
      steps.push_back(step);
      i = close;
    } else {
      key += path[i];
    }
  }
  flush();
  return steps;
}

void follow(const nlohmann::json& value, const std::vector<JsonStep>& steps, std::size_t at,
            std::vector<std::string>& found) {
  if (found.size() > kMaxListValues) return;
  if (at == steps.size()) {
    if (!value.is_null()) found.push_back(text_of_json(value));
    return;
  }
  const JsonStep& step = steps[at];
  if (!step.is_element) {
    if (value.is_object() && value.contains(step.key)) follow(value[step.key], steps, at + 1, found);
  } else if (value.is_array() && step.index) {
    if (*step.index < value.size()) follow(value[*step.index], steps, at + 1, found);
  } else if (value.is_array()) {
    for (const nlohmann::json& element : value) follow(element, steps, at + 1, found);
  }
}

// nlohmann's parser keeps its own stack, but its values are destroyed level by level.
constexpr std::size_t kMaxJsonDepth = 200;

nlohmann::json parse_json(const std::string& text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  for (const char c : text) {
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  if (deepest > kMaxJsonDepth) return nlohmann::json(nlohmann::json::value_t::discarded);
  return nlohmann::json::parse(text, nullptr, false);
}

// json_extract(json, path, …), spath(json, path): what stands there, several as a list; without a path all of it.
Value json_extract(const CallContext&, Arguments a) {
  if (a[0].is_null()) return {};
  const nlohmann::json json = parse_json(text_of(a[0]));
  if (json.is_discarded()) return {};
  std::vector<std::string> found;
  if (a.size() == 1) found.push_back(text_of_json(json));
  for (const Value& path : a.subspan(1)) follow(json, steps_of(text_of(path)), 0, found);
  return value_of_texts(std::move(found));
}

Value json_valid(const CallContext&, Arguments a) {
  if (a[0].is_null()) return {};
  return std::int64_t{parse_json(text_of(a[0])).is_discarded() ? 0 : 1};
}

constexpr Function kEncodingFunctions[] = {
    {"cidrmatch", kBooleanType, "vv", "", "", cidrmatch},
    {"ipmask", kValueType, "vv", "", "", ipmask},
    {"json_extract", kValueType, "v", "", "v", json_extract},
    {"json_valid", kBooleanType, "v", "", "", json_valid},
    {"md5", kValueType, "v", "", "", digest<core::Digest::kMd5>},
    {"printf", kValueType, "v", "", "v", apply_printf},
    {"sha1", kValueType, "v", "", "", digest<core::Digest::kSha1>},
    {"sha256", kValueType, "v", "", "", digest<core::Digest::kSha256>},
    {"sha512", kValueType, "v", "", "", digest<core::Digest::kSha512>},
    {"spath", kValueType, "vv", "", "", json_extract},
    {"urldecode", kValueType, "v", "", "", urldecode},
};

}  // namespace

std::span<const Function> encoding_functions() { return kEncodingFunctions; }

}  // namespace rw::detect::spl
