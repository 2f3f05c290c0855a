// Writing a file so that it outlives a power loss.
#pragma once

#include <string_view>

namespace rw::core {

// Writes all of the text and has the disk keep it. 0, or the errno of what failed; then a part may be written.
int write_durably(int fd, std::string_view text);

}  // namespace rw::core
