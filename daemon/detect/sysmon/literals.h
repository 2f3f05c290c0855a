// The literal texts that stand in every text that passes a test, as far as Sysmon can be asked for them. Pure.
#pragma once

#include <string>
#include <vector>

#include "daemon/core/text_test.h"

namespace rw::detect::sysmon {

// Texts of a passing text: the first begins it, the last ends it, one alone is the whole; an empty one says nothing.
// They hold only what Sysmon compares as we do: printable ASCII (of other letters it may know another case), no '%'
// (it would look for an environment variable), no blank at either end (an XML reader may take it away).
using Literals = std::vector<std::string>;

// A text that passes has the literals of one of them. Empty: no text passes.
std::vector<Literals> literals_of(const core::TextTest& test);

}  // namespace rw::detect::sysmon
