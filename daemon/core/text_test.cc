#include "daemon/core/text_test.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

#include "daemon/core/text.h"

namespace rw::core {
namespace {

constexpr char kRegexMark = 'r';
constexpr char kNetworkMark = 'n';
constexpr char kLengthMark = 's';
constexpr char kListMark = 'l';
constexpr std::size_t kDescribedTexts = 10;  // of a list in a message
constexpr std::int64_t kRegexMemoryBytes = std::int64_t{8} * 1024 * 1024;

// The 4 or 16 bytes of an address in network order. nullopt: none.
std::optional<std::string> address_bytes(std::string_view text) {
  const std::string address(trim(text));
  std::array<char, 16> bytes{};
  if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) return std::string(bytes.data(), 4);
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) return std::string(bytes.data(), 16);
  return std::nullopt;
}

bool same_bits(std::string_view a, std::string_view b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (a.substr(0, whole) != b.substr(0, whole)) return false;
  if (bits % 8 == 0) return true;
  const int mask = 0xff << (8 - bits % 8) & 0xff;
  return ((static_cast<unsigned char>(a[whole]) ^ static_cast<unsigned char>(b[whole])) & mask) == 0;
}

}  // namespace

TextTest::TextTest(TextPattern pattern) : test_(std::move(pattern)) {}

Result<TextTest> TextTest::regex(std::string_view expression) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemoryBytes);
  auto compiled = std::make_shared<const re2::RE2>(re2::StringPiece(expression.data(), expression.size()), options);
  if (!compiled->ok()) {
    // What other engines have and RE2 cannot have in linear time.
    const bool other_engine = compiled->error_code() == re2::RE2::ErrorBadPerlOp ||
                              expression.find("(?<!") != std::string_view::npos ||
                              expression.find("(?<=") != std::string_view::npos;
    const auto code = other_engine ? ErrorCode::kUnsupported : ErrorCode::kInvalidInput;
    return Error{code, fmt::format("regular expression {}: {}{}", quoted(expression), compiled->error(),
                                   other_engine ? " (look-around and back-references are not supported)" : "")};
  }
  return TextTest(Regex{std::string(expression), std::move(compiled)});
}

Result<TextTest> TextTest::cidr(std::string_view network) {
  const auto error = [&](std::string_view expected) {
    return invalid_input(fmt::format("network {}: expected {}", quoted(network), expected));
  };
  const std::size_t slash = network.find('/');
  const auto prefix = address_bytes(network.substr(0, slash));
  if (!prefix) return error("an address such as 10.0.0.0/8 or fd00::/8");
  const int most = static_cast<int>(prefix->size()) * 8;
  int bits = most;
  if (slash != std::string_view::npos) {
    const std::string_view length = network.substr(slash + 1);
    const auto [end, fault] = std::from_chars(length.data(), length.data() + length.size(), bits);
    if (fault != std::errc() || end != length.data() + length.size() || bits < 0 || bits > most) {
      return error(fmt::format("a length from 0 to {} after the /", most));
    }
  }
  return TextTest(Network{std::string(network), *prefix, bits});
}

TextTest TextTest::one_of(std::vector<std::string> texts) {
  auto list = std::make_shared<List>();
  for (const std::string& text : texts) list->folded.insert(fold(text));
  list->written = std::move(texts);
  return TextTest(std::shared_ptr<const List>(std::move(list)));
}

TextTest TextTest::length(std::size_t min, std::size_t max) { return TextTest(Length{min, max}); }

bool TextTest::matches(std::string_view text) const {
  if (const auto* pattern = std::get_if<TextPattern>(&test_)) return pattern->matches(text);
  if (const auto* regex = std::get_if<Regex>(&test_)) {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex->compiled);
  }
  if (const auto* list = std::get_if<std::shared_ptr<const List>>(&test_)) return (*list)->folded.contains(fold(text));
  if (const auto* length = std::get_if<Length>(&test_)) {
    if (text.size() < length->min) return false;  // there are no more characters than bytes
    const std::size_t characters = length_of(text);
    return characters >= length->min && characters <= length->max;
  }
  const auto& network = std::get<Network>(test_);
  const auto address = address_bytes(text);
  return address && address->size() == network.prefix.size() && same_bits(*address, network.prefix, network.bits);
}

const std::string* TextTest::expression() const {
  const auto* regex = std::get_if<Regex>(&test_);
  return regex == nullptr ? nullptr : &regex->expression;
}

const std::vector<std::string>* TextTest::texts() const {
  const auto* list = std::get_if<std::shared_ptr<const List>>(&test_);
  return list == nullptr ? nullptr : &(*list)->written;
}

bool TextTest::is_any() const {
  const auto* text_pattern = pattern();
  return text_pattern != nullptr && text_pattern->is_any();
}

std::string TextTest::encode() const {
  if (const auto* text_pattern = pattern()) return text_pattern->encode();
  if (const auto* regex = std::get_if<Regex>(&test_)) return kRegexMark + regex->expression;
  if (const auto* list = std::get_if<std::shared_ptr<const List>>(&test_)) {
    std::string encoded(1, kListMark);
    for (const std::string& text : (*list)->written) encoded += fmt::format("{}:{}", text.size(), text);
    return encoded;
  }
  if (const auto* length = std::get_if<Length>(&test_)) {
    return fmt::format("{}{}-{}", kLengthMark, length->min, length->max);
  }
  return kNetworkMark + std::get<Network>(test_).written;
}

Result<TextTest> TextTest::decode(std::string_view encoded) {
  if (encoded.starts_with(kRegexMark)) return regex(encoded.substr(1));
  if (encoded.starts_with(kNetworkMark)) return cidr(encoded.substr(1));
  if (encoded.starts_with(kListMark)) {
    std::vector<std::string> texts;
    for (std::string_view rest = encoded.substr(1); !rest.empty();) {
      std::size_t size = 0;
      const auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
      const auto digits = static_cast<std::size_t>(end - rest.data());
      if (fault != std::errc() || rest.substr(digits, 1) != ":" || rest.size() - digits - 1 < size) {
        return invalid_input("a list of texts: expected each after its length");
      }
      texts.emplace_back(rest.substr(digits + 1, size));
      rest.remove_prefix(digits + 1 + size);
    }
    return one_of(std::move(texts));
  }
  if (encoded.starts_with(kLengthMark)) {
    std::size_t min = 0;
    std::size_t max = 0;
    const char* end = encoded.data() + encoded.size();
    const auto [dash, fault] = std::from_chars(encoded.data() + 1, end, min);
    const bool has_max = fault == std::errc() && dash != end && *dash == '-';
    const auto rest =
        has_max ? std::from_chars(dash + 1, end, max) : std::from_chars_result{end, std::errc::invalid_argument};
    if (rest.ec != std::errc() || rest.ptr != end) {
      return invalid_input("a test of length: expected two numbers and - between them");
    }
    return length(min, max);
  }
  RW_TRY(TextPattern pattern, TextPattern::decode(encoded));
  return TextTest(std::move(pattern));
}

std::string TextTest::describe() const {
  if (const auto* list = std::get_if<std::shared_ptr<const List>>(&test_)) {
    const std::vector<std::string>& texts = (*list)->written;
    std::string text = "in (";
    for (std::size_t i = 0; i < texts.size() && i < kDescribedTexts; ++i) {
      text += fmt::format("{}\"{}\"", i > 0 ? ", " : "", texts[i]);
    }
    return text + (texts.size() > kDescribedTexts ? fmt::format(", … {} texts)", texts.size()) : ")");
  }
  if (const auto* length = std::get_if<Length>(&test_)) {
    if (length->max == kAnyLength) return fmt::format("of {} characters or more", length->min);
    return fmt::format("of {} to {} characters", length->min, length->max);
  }
  const std::string encoded = encode();
  std::string_view op = "=";
  if (const auto* text_pattern = pattern()) {
    if (text_pattern->case_rule() == TextPattern::Case::kExact) op = "==";
  } else {
    op = std::holds_alternative<Regex>(test_) ? "=~" : "in";
  }
  return fmt::format("{} \"{}\"", op, std::string_view(encoded).substr(1));
}

}  // namespace rw::core
