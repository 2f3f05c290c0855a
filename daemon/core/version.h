// The program's version, set in one place: project() in CMakeLists.txt.
#pragma once

#include <string_view>

namespace rw::core {

inline constexpr std::string_view kVersion = RW_VERSION;

}  // namespace rw::core
