// The cursor of a list: where the next page begins, as an opaque text. A checksum over the list's name, its order and
// the place tells a cursor that was changed, cut, or taken from another list. It is no secret: a cursor gives no
// rights. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "storage/store.h"

namespace rw::web {

// Of a list that is sorted by a number, highest first. place: not negative.
std::string encode_cursor(std::string_view list, std::int64_t place);
// Errors: InvalidInput.
core::Result<std::int64_t> decode_cursor(std::string_view list, std::string_view cursor);

// Of a list of the store, in any order.
std::string encode_cursor(std::string_view list, const storage::ListOrder& order, const storage::ListPlace& place);
core::Result<storage::ListPlace> decode_cursor(std::string_view list, const storage::ListOrder& order,
                                               std::string_view cursor);

}  // namespace rw::web
