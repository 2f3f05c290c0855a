// The text of techniques.csv as it was when the program was built.
#pragma once

#include <string_view>

namespace rw::detect::attack {

extern const std::string_view kTechniquesCsv;

}  // namespace rw::detect::attack
