// Macro files. Two forms: ESCU's, one macro a file (`name`, `definition`, `arguments`), and the operator's, a map of
// many (`name: definition`, or `name: {definition: …, arguments: […]}`). Pure.
#pragma once

#include "daemon/core/problem.h"
#include "daemon/detect/macros.h"
#include "daemon/yaml/reader.h"

namespace rw::detect {

// ESCU's form. Unknown keys are ignored.
void read_escu_macro(const yaml::Node& root, Macros& macros, core::Problems& problems);

// Either form; a file with a `definition` at its top is ESCU's. An empty file has no macros. Unknown keys beside
// `definition` are problems: in a file of the operator's they are slips.
void read_macro_file(const yaml::Node& root, Macros& macros, core::Problems& problems);

}  // namespace rw::detect
