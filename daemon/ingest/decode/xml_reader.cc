#include "daemon/ingest/decode/xml_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_scanner.h"
#include "daemon/ingest/decode/xml_references.h"

namespace rw::ingest {
namespace {

constexpr std::uint8_t kNameStart = 1;
constexpr std::uint8_t kName = 2;
constexpr std::uint8_t kColon = 4;
constexpr std::uint8_t kBlank = 8;

// Letters, digits and marks of ASCII as XML 1.0 says, all that is beyond ASCII.
constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  const auto range = [&](unsigned first, unsigned last, std::uint8_t of_these) {
    for (unsigned c = first; c <= last; ++c) classes[c] = of_these;
  };
  range('A', 'Z', kNameStart | kName);
  range('a', 'z', kNameStart | kName);
  range(0x80, 0xff, kNameStart | kName);
  classes['_'] = kNameStart | kName;
  classes[':'] = kNameStart | kName | kColon;
  range('0', '9', kName);
  classes['-'] = classes['.'] = kName;
  classes[' '] = classes['\t'] = classes['\r'] = classes['\n'] = kBlank;
  return classes;
}();

std::uint8_t class_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }
bool is_name_start(char c) { return (class_of(c) & kNameStart) != 0; }
bool is_name(char c) { return (class_of(c) & kName) != 0; }

constexpr std::string_view kUnknownTag = "Could not determine tag type";
constexpr std::string_view kBadStartTag = "Error parsing start element tag";
constexpr std::string_view kBadEndTag = "Error parsing end element tag";
constexpr std::string_view kBadAttribute = "Error parsing element attribute";
constexpr std::string_view kBadComment = "Error parsing comment";
constexpr std::string_view kBadCdata = "Error parsing CDATA section";
constexpr std::string_view kBadInstruction = "Error parsing document declaration/processing instruction";
constexpr std::string_view kMismatch = "Start-end tags mismatch";

// Of an event: System or EventData, and what is in them.
constexpr std::size_t kUsualDepth = 4;
constexpr std::size_t kUsualAttributes = 4;

}  // namespace

XmlReader::XmlReader(std::string_view xml, core::Arena& arena)
    : xml_(xml), arena_(arena), has_references_(xml.find('&') != std::string_view::npos) {
  open_.reserve(kUsualDepth);
  attributes_.reserve(kUsualAttributes);
}

bool XmlReader::next_child(std::size_t depth) {
  while (true) {
    switch (next()) {
      case Piece::kStart:
        if (open_.size() == depth + 1) return true;
        break;
      case Piece::kEnd:
        if (open_.size() < depth) return false;
        break;
      case Piece::kText:
        break;
      case Piece::kNone:
        return false;
    }
  }
}

std::string_view XmlReader::text() {
  const std::size_t depth = open_.size();
  Piece piece = next();
  std::string_view first;
  if (piece == Piece::kText) {
    first = piece_text();
    piece = next();
  }
  if (piece == Piece::kEnd) return first;
  // There is more than a text: an element, or a second piece.
  std::string joined(first);
  for (; piece != Piece::kNone; piece = next()) {
    if (piece == Piece::kText) joined += piece_text();
    if (open_.size() < depth) return arena_.copy(joined);
  }
  return {};
}

XmlReader::Piece XmlReader::next() {
  while (!is_over_) {
    if (is_empty_element_) {
      is_empty_element_ = false;
      return end_element() ? Piece::kEnd : Piece::kNone;
    }
    if (at_ < xml_.size() && xml_[at_] != '<') {
      if (read_text()) return Piece::kText;
      continue;
    }
    const char kind = peek(1);
    if (is_name_start(kind)) return start_tag() ? Piece::kStart : Piece::kNone;
    if (kind == '/') return end_tag() ? Piece::kEnd : Piece::kNone;
    if (kind == '?') {
      skip_instruction();
    } else if (kind == '!' && peek(2) == '[') {
      if (read_cdata()) return Piece::kText;
    } else if (kind == '!' && peek(2) == '-') {
      skip_comment();
    } else {
      fail(std::min(at_ + 1, xml_.size()), at_ == xml_.size() ? kMismatch : kUnknownTag);
    }
  }
  return Piece::kNone;
}

bool XmlReader::start_tag() {
  ++at_;
  open_.push_back(read_name());
  name_ = name_has_prefix_ ? local_name(open_.back()) : open_.back();
  has_content_ = false;
  return read_attributes();
}

bool XmlReader::read_attributes() {
  attributes_.clear();
  while (true) {
    skip_blanks();
    if (peek() == '>') {
      ++at_;
      return true;
    }
    if (peek() == '/') {
      ++at_;
      if (peek() != '>') return fail(at_, kBadStartTag);
      ++at_;
      is_empty_element_ = true;
      return true;
    }
    if (!is_name_start(peek())) return fail(at_, kBadStartTag);
    std::string_view name = read_name();
    if (name_has_prefix_) name = local_name(name);
    skip_blanks();
    if (peek() != '=') return fail(at_, kBadAttribute);
    ++at_;
    skip_blanks();
    const char quote = peek();
    if (quote != '\'' && quote != '"') return fail(at_, kBadAttribute);
    ++at_;
    const std::size_t end = xml_.find(quote, at_);
    if (end == std::string_view::npos) return fail(at_, kBadAttribute);
    attributes_.push_back({name, xml_.substr(at_, end - at_)});
    at_ = end + 1;
    if (is_name_start(peek())) return fail(at_, kBadAttribute);
  }
}

// False: blanks beside elements.
bool XmlReader::read_text() {
  const std::size_t end = std::min(xml_.find('<', at_), xml_.size());
  text_ = xml_.substr(at_, end - at_);
  at_ = end;
  const bool is_all = !has_content_ && peek(1) == '/';
  if (!is_all && core::is_blank(text_.front()) && core::trim(text_).empty()) return false;
  has_content_ = true;
  is_cdata_ = false;
  return true;
}

bool XmlReader::read_cdata() {
  constexpr std::string_view kBegin = "<![CDATA[";
  const std::size_t start = at_;
  at_ += kBegin.size();
  if (!xml_.substr(start).starts_with(kBegin) || !skip_past("]]>")) return fail(start, kBadCdata);
  text_ = xml_.substr(start + kBegin.size(), at_ - start - kBegin.size() - 3);
  has_content_ = true;
  is_cdata_ = true;
  return true;
}

bool XmlReader::skip_comment() {
  constexpr std::string_view kBegin = "<!--";
  const std::size_t start = at_;
  at_ += kBegin.size();
  return (xml_.substr(start).starts_with(kBegin) && skip_past("-->")) || fail(start, kBadComment);
}

bool XmlReader::skip_instruction() {
  const std::size_t start = at_;
  at_ += 2;
  return (is_name_start(peek()) && skip_past("?>")) || fail(start, kBadInstruction);
}

bool XmlReader::end_tag() {
  at_ += 2;
  if (open_.empty()) return fail(at_, kMismatch);
  const std::string_view name = open_.back();
  if (!xml_.substr(at_).starts_with(name) || is_name(peek(name.size()))) return fail(at_, kMismatch);
  at_ += name.size();
  skip_blanks();
  if (peek() != '>') return fail(at_, kBadEndTag);
  ++at_;
  return end_element();
}

bool XmlReader::end_element() {
  open_.pop_back();
  has_content_ = true;  // the element around it
  is_over_ = open_.empty();
  return !is_over_ || at_ == xml_.size() || fail(at_, kMismatch);
}

bool XmlReader::fail(std::size_t offset, std::string_view what) {
  fault_ = {offset, what};
  is_over_ = true;
  return false;
}

std::string_view XmlReader::read_name() {
  const char* const start = xml_.data() + at_;
  const char* const last = xml_.data() + xml_.size();
  const char* end = start;
  std::uint8_t classes = 0;
  for (; end != last && is_name(*end); ++end) classes |= class_of(*end);
  const auto size = static_cast<std::size_t>(end - start);
  at_ += size;
  name_has_prefix_ = (classes & kColon) != 0;
  return {start, size};
}

void XmlReader::skip_blanks() {
  while ((class_of(peek()) & kBlank) != 0) ++at_;
}

bool XmlReader::skip_past(std::string_view end) {
  const std::size_t found = xml_.find(end, at_);
  if (found == std::string_view::npos) return false;
  at_ = found + end.size();
  return true;
}

std::string_view XmlReader::unescaped(std::string_view raw) {
  return has_references_ ? without_references(raw, arena_) : raw;
}

std::string_view XmlReader::piece_text() { return is_cdata_ ? text_ : unescaped(text_); }

}  // namespace rw::ingest
