// Base64 as RFC 4648 section 4 has it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rw::core {

// With padding, on one line.
std::string encode_base64(std::string_view bytes);

// Padding may be missing, and bits that are left over at the end are dropped. nullopt: a character that is none of the
// alphabet, white space and '=' before the end among them.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace rw::core
