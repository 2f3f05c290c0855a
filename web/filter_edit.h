// What a filter macro may become. Pure.
#pragma once

#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/detect/catalogue.h"

namespace rw::web {

// The definition of the macro: a command. A search expression alone is what `search` takes.
std::string filter_command(std::string_view search);

// That the detection compiles with it. Errors: InvalidInput, with the place in `search`.
core::Result<void> try_filter(const detect::Catalogue& catalogue, const detect::Detection& detection,
                              const std::string& macro, std::string_view search);

}  // namespace rw::web
