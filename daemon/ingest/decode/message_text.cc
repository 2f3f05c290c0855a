// Empty: reads no message yet.
#include "daemon/ingest/decode/message_text.h"

namespace rw::ingest {

void add_message_fields(core::Arena& /*arena*/, WindowsEvent& /*event*/) {}

}  // namespace rw::ingest
