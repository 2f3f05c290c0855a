// The cursor of a list: where the next page begins, as an opaque text. A checksum over the list's name and the place
// tells a cursor that was changed, cut, or taken from another list. It is no secret: a cursor gives no rights. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/core/result.h"

namespace rw::web {

// place: not negative.
std::string encode_cursor(std::string_view list, std::int64_t place);
// Errors: InvalidInput.
core::Result<std::int64_t> decode_cursor(std::string_view list, std::string_view cursor);

}  // namespace rw::web
