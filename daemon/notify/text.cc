#include "daemon/notify/text.h"

#include <algorithm>
#include <cstdint>

#include "daemon/core/base64.h"
#include "daemon/core/markup.h"
#include "daemon/core/text.h"

namespace rw::notify {
namespace {

// Of a character of valid UTF-8.
char32_t code_point_of(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0);
  char32_t code = byte(0) & (0xffU >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) code = code << 6 | (byte(i) & 0x3fU);
  return code;
}

bool is_line_or_blank(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 || c == 0x2028 || c == 0x2029;
}

// Controls of ASCII and Latin-1; marks and overrides of direction; what has no width; tags; private noncharacters.
bool is_unseen(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
         (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

}  // namespace

std::string plain(std::string_view value, std::size_t most_characters) {
  // A character has at most four bytes, a bad one becomes three: what is beyond cannot be shown.
  const bool too_long = value.size() > most_characters * 4;
  const std::string text = core::to_valid_utf8(value.substr(0, most_characters * 4 + 4));
  std::string out;
  std::size_t count = 0;
  std::size_t last = 0;  // where the last character that is kept begins
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = core::next_character(text, at);
    if (count == most_characters) {
      out.resize(last);
      return out += kEllipsis;
    }
    last = out.size();
    const std::string_view character = std::string_view(text).substr(at, next - at);
    const char32_t code = code_point_of(character);
    if (is_line_or_blank(code)) {
      out += ' ';
    } else if (is_unseen(code)) {
      out += core::kReplacementCharacter;
    } else {
      out += character;
    }
    ++count;
    at = next;
  }
  if (too_long) {
    out.resize(last);
    out += kEllipsis;
  }
  return out;
}

std::string escape_slack(std::string_view text) { return core::escape_markup(text); }

std::string escape_discord(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_punctuation(c)) out += '\\';
    out += c;
  }
  return out;
}

std::string header_text(std::string_view text, bool fold) {
  const bool ascii = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
  // "=?" begins an encoded word.
  if (ascii && text.find("=?") == std::string_view::npos) return std::string(text);
  // A word has at most 75 characters: 12 around the base64, which makes four of three bytes.
  constexpr std::size_t kWordBytes = 45;
  const std::string valid = core::to_valid_utf8(text);
  std::string out;
  for (std::size_t at = 0; at < valid.size();) {
    std::size_t end = at;
    while (end < valid.size()) {
      const std::size_t next = core::next_character(valid, end);
      if (next - at > kWordBytes) break;
      end = next;
    }
    if (!out.empty()) out += fold ? "\r\n " : " ";
    out += "=?UTF-8?B?" + core::encode_base64(std::string_view(valid).substr(at, end - at)) + "?=";
    at = end;
  }
  return out;
}

}  // namespace rw::notify
