#include "daemon/ingest/decode/xml_references.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

struct Entity {
  std::string_view name;
  char character;
};
constexpr Entity kEntities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};

// XML 1.0, 2.2.
bool is_xml_character(std::uint32_t code) {
  return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code <= 0xd7ff) ||
         (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

// Appends what the reference at the front of the text stands for. Returns its length; 0: there is none.
std::size_t append_reference(std::string& out, std::string_view text) {
  for (const Entity& entity : kEntities) {
    if (!text.starts_with(entity.name)) continue;
    out += entity.character;
    return entity.name.size();
  }
  if (!text.starts_with("&#")) return 0;
  const bool hex = text.size() > 2 && text[2] == 'x';
  const char* const last = text.data() + text.size();
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(text.data() + (hex ? 3 : 2), last, code, hex ? 16 : 10);
  if (error == std::errc::invalid_argument || end == last || *end != ';') return 0;
  if (error == std::errc() && is_xml_character(code)) {
    core::append_utf8(code, out);
  } else {
    out += core::kReplacementCharacter;
  }
  return static_cast<std::size_t>(end - text.data()) + 1;
}

}  // namespace

std::string_view without_references(std::string_view text, core::Arena& arena) {
  std::size_t reference = text.find('&');
  if (reference == std::string_view::npos) return text;
  std::string plain;
  plain.reserve(text.size());
  while (reference != std::string_view::npos) {
    plain += text.substr(0, reference);
    text.remove_prefix(reference);
    const std::size_t length = append_reference(plain, text);
    if (length == 0) plain += '&';
    text.remove_prefix(std::max<std::size_t>(length, 1));
    reference = text.find('&');
  }
  plain += text;
  return arena.copy(plain);
}

}  // namespace rw::ingest
