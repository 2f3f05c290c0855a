#include "daemon/ingest/syslog/structured_data.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

constexpr std::size_t kNotFound = std::string_view::npos;

bool is_escapable(char c) { return c == '"' || c == '\\' || c == ']'; }

// Of the quote that ends a value; kNotFound: none does.
std::size_t closing_quote(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size(); ++at) {
    if (text[at] == '"') return at;
    if (text[at] == '\\' && at + 1 < text.size() && is_escapable(text[at + 1])) ++at;
  }
  return kNotFound;
}

// Of the bracket that ends an element, from within it; kNotFound: none does.
std::size_t closing_bracket(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size(); ++at) {
    if (text[at] == ']') return at;
    if (text[at] != '"') continue;
    at = closing_quote(text, at + 1);
    if (at == kNotFound) return kNotFound;
  }
  return kNotFound;
}

void skip_sd_blanks(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(' '), text.size())); }

}  // namespace

core::Error SdElements::malformed(std::string_view what) {
  core::Error error = core::invalid_input("structured data, byte " + std::to_string(text_.size() - rest_.size()) +
                                          ": " + std::string(what));
  rest_ = {};
  return error;
}

core::Result<std::optional<SdElement>> SdElements::next() {
  if (rest_.empty()) return std::optional<SdElement>();
  if (rest_[0] != '[') return malformed("expected '['");
  const std::size_t name_end = std::min(rest_.find_first_of(" ]=\"", 1), rest_.size());
  if (name_end == 1) return malformed("expected an SD-ID");
  const std::size_t close = closing_bracket(rest_, name_end);
  if (close == kNotFound) return malformed("the element has no closing ']'");
  const SdElement element{rest_.substr(1, name_end - 1), rest_.substr(name_end, close - name_end)};
  rest_.remove_prefix(close + 1);
  return std::optional(element);
}

core::Error SdParams::malformed(std::string_view name, std::string_view expected) {
  rest_ = {};
  return core::invalid_input("structured data, parameter " + core::quoted(name) + ": expected " +
                             std::string(expected));
}

core::Result<std::optional<SdParam>> SdParams::next() {
  skip_sd_blanks(rest_);
  if (rest_.empty()) return std::optional<SdParam>();
  const std::size_t equals = rest_.find_first_of("= \"");
  const std::string_view name = rest_.substr(0, equals);
  if (name.empty() || equals == kNotFound || rest_[equals] != '=') return malformed(name, "NAME=\"VALUE\"");
  if (equals + 1 >= rest_.size() || rest_[equals + 1] != '"') return malformed(name, "a value in quotes");
  const std::size_t close = closing_quote(rest_, equals + 2);
  if (close == kNotFound) return malformed(name, "a closing quote");
  const SdParam param{name, rest_.substr(equals + 2, close - equals - 2)};
  rest_.remove_prefix(close + 1);
  return std::optional(param);
}

std::string_view sd_value(std::string_view written, core::Arena& arena) {
  std::size_t escape = written.find('\\');
  if (escape == kNotFound) return written;
  std::string value;
  value.reserve(written.size());
  std::size_t done = 0;
  for (; escape != kNotFound && escape + 1 < written.size(); escape = written.find('\\', escape)) {
    if (!is_escapable(written[escape + 1])) {
      ++escape;
      continue;
    }
    value += written.substr(done, escape - done);
    done = escape + 1;
    escape += 2;
  }
  value += written.substr(done);
  return arena.copy(value);
}

}  // namespace rw::ingest
