// What a decoder calls for each event it finds.
#pragma once

#include <functional>
#include <string_view>

#include "daemon/core/result.h"

namespace rw::ingest {

// One piece of the payload: an event, or what stands where one should be. `decoded` ok: the decoder's event is filled.
// Errors: InvalidInput, which says what is wrong with the piece. `source` lives for the call.
using TakeEvent = std::function<void(std::string_view source, const core::Result<void>& decoded)>;

}  // namespace rw::ingest
