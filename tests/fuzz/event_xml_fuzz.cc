// Any bytes: events and errors, at most as many as there are bytes, and no text that is not UTF-8 comes of it. What a
// reading by tree takes is taken and means the same; what it refuses is refused.
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_xml.h"
#include "tests/support/event_tree.h"
#include "tests/unit/ingest/decoded_text.h"

namespace {

using namespace rw;

// Of a character that XML does not allow, or of none.
bool has_illegal_reference(std::string_view text) {
  for (std::size_t at = text.find("&#"); at != std::string_view::npos; at = text.find("&#", at + 2)) {
    const bool hex = text.substr(at + 2).starts_with('x');
    std::uint32_t code = 0;
    const auto [end, error] =
        std::from_chars(text.data() + at + (hex ? 3 : 2), text.data() + text.size(), code, hex ? 16 : 10);
    if (error == std::errc::invalid_argument) continue;
    const bool legal = (code >= 0x20 && code < 0xd800) || (code >= 0xe000 && code < 0xfffe) ||
                       (code >= 0x10000 && code <= 0x10ffff) || code == 9 || code == 10 || code == 13;
    if (error != std::errc() || !legal) return true;
  }
  return false;
}

void check_texts(const ingest::WindowsEvent& event) {
  for (const ingest::NamedValue& item : event.data) {
    RW_ASSERT(core::is_valid_utf8(item.name) && core::is_valid_utf8(item.value));
    RW_ASSERT(item.value.find('\0') == std::string_view::npos);
  }
}

core::Result<std::size_t> decode_event_xml(std::string_view text, core::Arena& arena, ingest::WindowsEvent& event,
                                           const ingest::TakeEvent& take) {
  return ingest::decode_event_xml(text, arena, event, take);
}

// A text for each piece; errors without what they say, which differs.
std::vector<std::string> decoded_by(decltype(decode_event_xml) decoder, std::string_view bytes) {
  core::Arena arena;
  ingest::WindowsEvent event;
  std::vector<std::string> texts;
  const auto pieces = decoder(bytes, arena, event, [&](std::string_view source, const core::Result<void>& decoded) {
    std::string& text = texts.emplace_back(source);
    if (!decoded.ok()) return;
    check_texts(event);
    text += ingest::name_of(event.format);
    text += ingest::text_of(event);
  });
  RW_ASSERT(pieces.ok() ? *pieces == texts.size() : texts.empty());
  return texts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> events = decoded_by(decode_event_xml, bytes);
  RW_ASSERT(events.size() <= size);
  if (!has_illegal_reference(bytes)) RW_ASSERT(events == decoded_by(test::decode_event_tree, bytes));
  return 0;
}
