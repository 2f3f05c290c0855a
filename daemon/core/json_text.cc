#include "daemon/core/json_text.h"

#include <array>
#include <cstddef>

#include "daemon/core/text.h"
#include "daemon/core/text_internal.h"

namespace rw::core {
namespace {

using internal::has_byte;
using internal::has_control;
using internal::load_word;
using internal::Word;

// 0: stands for itself; otherwise the letter after the backslash, 'u' for \u00XX.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> escapes{};
  for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['\b'] = 'b';
  escapes['\t'] = 't';
  escapes['\n'] = 'n';
  escapes['\f'] = 'f';
  escapes['\r'] = 'r';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}();

// How much of the text, from its start, stands for itself.
std::size_t plain_size(std::string_view text) {
  std::size_t i = 0;
  for (; i + sizeof(Word) <= text.size(); i += sizeof(Word)) {
    const Word word = load_word(text.data() + i);
    if (has_control(word) || has_byte(word, '"') || has_byte(word, '\\')) break;
  }
  while (i < text.size() && kEscapes[static_cast<unsigned char>(text[i])] == 0) ++i;
  return i;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  while (true) {
    const std::size_t plain = plain_size(text);
    out.append(text, 0, plain);
    if (plain == text.size()) return;
    const auto byte = static_cast<unsigned char>(text[plain]);
    out += '\\';
    out += kEscapes[byte];
    if (kEscapes[byte] == 'u') {
      out += "00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
    text.remove_prefix(plain + 1);
  }
}

}  // namespace

std::size_t find_json_string_stop(std::string_view text, std::size_t from) {
  std::size_t i = from;
  for (; i + sizeof(Word) <= text.size(); i += sizeof(Word)) {
    const Word word = load_word(text.data() + i);
    if (has_byte(word, '"') || has_byte(word, '\\')) break;
  }
  for (; i < text.size(); ++i) {
    if (text[i] == '"' || text[i] == '\\') return i;
  }
  return std::string_view::npos;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

void append_json_repaired(std::string& out, std::string_view bytes) {
  if (is_valid_utf8(bytes)) {
    append_json_string(out, bytes);
  } else {
    append_json_string(out, to_valid_utf8(bytes));
  }
}

void JsonObjectText::member(std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out_ += out_.empty() ? "{\"" : ",\"";
  append_escaped(out_, name);
  out_ += "\":\"";
  append_escaped(out_, value);
  out_ += '"';
}

}  // namespace rw::core
