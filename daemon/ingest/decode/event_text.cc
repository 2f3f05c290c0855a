#include "daemon/ingest/decode/event_text.h"

#include "daemon/core/text.h"

namespace rw::ingest {

core::Result<void> decode_event_text(std::string_view text, const PayloadContext& /*context*/, core::Arena& /*arena*/,
                                     WindowsEvent& event) {
  event.clear();
  return core::invalid_input(core::trim(text).empty()
                                 ? "empty message: expected Windows Event XML or a JSON object"
                                 : "not a Windows event: expected Windows Event XML or a JSON object");
}

}  // namespace rw::ingest
