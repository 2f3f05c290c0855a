#include "daemon/ingest/http/raw_body.h"

#include <optional>

#include "daemon/core/byte_set.h"
#include "daemon/core/text.h"
#include "daemon/core/utf16.h"

namespace rw::ingest {

std::string_view utf8_of(std::string_view body, std::string& converted) {
  const std::optional<core::ByteOrder> order = core::utf16_byte_order_of_markup(body);
  if (!order) return body;
  converted = core::utf16_to_utf8(body, *order);
  return converted;
}

void split_raw(std::string_view body, const std::function<bool(std::string_view)>& take) {
  constexpr std::string_view kEnd = "</Event>";
  constexpr core::ByteSet kLineEnds("\r\n");
  if (body.starts_with(core::kByteOrderMark)) body.remove_prefix(core::kByteOrderMark.size());
  body = core::trim(body);
  const bool wrapped = body.starts_with("<?xml") || body.starts_with("<Events");
  if (wrapped) {
    take(body);
    return;
  }
  const bool xml = body.starts_with('<');
  while (!body.empty()) {
    const std::size_t at = xml ? body.find(kEnd) : kLineEnds.find_in(body);
    const std::size_t size = at == std::string_view::npos ? body.size() : at + (xml ? kEnd.size() : 0);
    if (!take(core::trim(body.substr(0, size)))) return;
    body = core::trim(body.substr(size));
  }
}

}  // namespace rw::ingest
