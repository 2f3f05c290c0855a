#include "daemon/detect/sigma/text.h"

#include <array>
#include <cstddef>
#include <utility>

#include "daemon/core/base64.h"
#include "daemon/core/text.h"

namespace rw::detect::sigma {
namespace {

using Kind = Piece::Kind;

void add_literal(Text& text, std::string_view literal) {
  if (literal.empty()) return;
  if (text.empty() || text.back().kind != Kind::kLiteral) text.push_back({});
  text.back().text += literal;
}

void add_wildcard(Text& text, Kind kind) {
  if (kind == Kind::kAnyRun && !text.empty() && text.back().kind == kind) return;
  text.push_back({kind, {}});
}

bool is_wildcard(char c) { return c == '*' || c == '?'; }

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

constexpr std::array<std::string_view, 5> kDashes = {"-", "/", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\x95"};

// The dash that stands at text[at]; empty: none.
std::string_view dash_at(std::string_view text, std::size_t at) {
  for (const std::string_view dash : kDashes) {
    if (text.substr(at).starts_with(dash)) return dash;
  }
  return {};
}

}  // namespace

Text parse_text(std::string_view written) {
  Text text;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const char c = written[i];
    if (c == '\\' && i + 1 < written.size() && (is_wildcard(written[i + 1]) || written[i + 1] == '\\')) {
      add_literal(text, written.substr(++i, 1));
    } else if (is_wildcard(c)) {
      add_wildcard(text, c == '*' ? Kind::kAnyRun : Kind::kAnyChar);
    } else {
      add_literal(text, written.substr(i, 1));
    }
  }
  return text;
}

Text literal_text(std::string_view literal) {
  Text text;
  add_literal(text, literal);
  return text;
}

void append(Text& text, const Text& more) {
  for (const Piece& piece : more) {
    if (piece.kind == Kind::kLiteral) {
      add_literal(text, piece.text);
    } else {
      add_wildcard(text, piece.kind);
    }
  }
}

Text open_start(Text text) {
  if (text.empty() || text.front().kind != Kind::kAnyRun) text.insert(text.begin(), {Kind::kAnyRun, {}});
  return text;
}

Text open_end(Text text) {
  if (text.empty() || text.back().kind != Kind::kAnyRun) text.push_back({Kind::kAnyRun, {}});
  return text;
}

std::optional<std::string> plain(const Text& text) {
  if (text.empty()) return std::string();
  if (text.size() > 1 || text.front().kind != Kind::kLiteral) return std::nullopt;
  return text.front().text;
}

core::TextPattern pattern_of(const Text& text, core::TextPattern::Case case_rule) {
  core::TextPattern pattern(case_rule);
  for (const Piece& piece : text) {
    switch (piece.kind) {
      case Kind::kLiteral:
        pattern.literal(piece.text);
        break;
      case Kind::kAnyRun:
        pattern.any_run();
        break;
      case Kind::kAnyChar:
        pattern.any_char();
        break;
    }
  }
  return pattern;
}

std::string base64(std::string_view bytes) { return core::encode_base64(bytes); }

std::vector<std::string> base64offset(std::string_view bytes) {
  std::vector<std::string> out;
  for (std::size_t offset = 0; offset < 3; ++offset) {
    // Digits that hold bits of the bytes before or after are not the text's alone.
    const std::size_t before = (offset * 8 + 5) / 6;
    const std::size_t end = (offset + bytes.size()) * 8 / 6;
    if (end <= before) continue;
    out.push_back(base64(std::string(offset, '\0') + std::string(bytes)).substr(before, end - before));
  }
  return out;
}

std::string utf16(std::string_view text, ByteOrder order) {
  const std::string valid = core::to_valid_utf8(text);
  std::string out;
  const auto unit = [&](std::uint32_t value) {
    const char high = static_cast<char>(value >> 8);
    const char low = static_cast<char>(value & 0xff);
    out += order == ByteOrder::kLittle ? low : high;
    out += order == ByteOrder::kLittle ? high : low;
  };
  for (std::size_t i = 0; i < valid.size();) {
    const auto lead = static_cast<unsigned char>(valid[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::uint32_t code = length == 1 ? lead : lead & (0xffu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) code = code << 6 | (static_cast<unsigned char>(valid[i + k]) & 0x3fu);
    i += length;
    if (code < 0x10000) {
      unit(code);
    } else {
      unit(0xd800 + ((code - 0x10000) >> 10));
      unit(0xdc00 + ((code - 0x10000) & 0x3ff));
    }
  }
  return out;
}

std::optional<std::vector<Text>> windash(const Text& text) {
  std::vector<Text> all = {{}};
  int dashes = 0;
  for (const Piece& piece : text) {
    if (piece.kind != Kind::kLiteral) {
      for (Text& each : all) add_wildcard(each, piece.kind);
      continue;
    }
    const std::string_view literal = piece.text;
    for (std::size_t i = 0; i < literal.size();) {
      const std::string_view dash = dash_at(literal, i);
      // A dash begins an argument when a word follows it and none stands before it.
      const bool begins = !dash.empty() && i + dash.size() < literal.size() && is_word(literal[i + dash.size()]) &&
                          dash_at(literal, i + dash.size()).empty() && (i == 0 || !is_word(literal[i - 1]));
      const std::size_t length = dash.empty() ? 1 : dash.size();
      if (!begins) {
        for (Text& each : all) add_literal(each, literal.substr(i, length));
      } else {
        if (++dashes > kMostDashes) return std::nullopt;
        std::vector<Text> more;
        for (const std::string_view other : kDashes) {
          for (const Text& each : all) add_literal(more.emplace_back(each), other);
        }
        all = std::move(more);
      }
      i += length;
    }
  }
  return all;
}

}  // namespace rw::detect::sigma
