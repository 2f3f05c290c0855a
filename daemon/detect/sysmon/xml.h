// A configuration as the file that Sysmon reads (schema 4.50, Sysmon 13 and later). Pure.
#pragma once

#include <string>

#include "daemon/detect/sysmon/configuration.h"

namespace rw::detect::sysmon {

// The same configuration gives the same text. Well formed whatever names and filters hold.
std::string to_xml(const Configuration& configuration);

}  // namespace rw::detect::sysmon
