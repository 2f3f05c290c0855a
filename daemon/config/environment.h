// ${NAME} in what the configuration says: a secret, or a path.
#pragma once

#include <string>
#include <string_view>

#include "daemon/core/result.h"

namespace rw::config {

// Replaces each ${NAME} by the environment variable. A `$` before anything else stays. ${CREDENTIALS_DIRECTORY}, which
// systemd sets for the daemon alone, is the folder of the packaged unit's credentials where it is not set.
// Errors: InvalidInput (not closed, no name in it), NotFound (variable not set).
core::Result<std::string> expand_environment(std::string_view text);

}  // namespace rw::config
