// Secrets that nobody can guess, from the operating system's generator. Thread-safe.
#pragma once

#include <cstddef>
#include <string>

namespace rw::core {

// As many random bytes, as text that can stand in a URL, a header and a cookie: base64url without padding (RFC 4648
// section 5).
std::string random_text(std::size_t bytes);

}  // namespace rw::core
