// The sections that open a port: inputs (syslog, http, limits) and api.
#pragma once

#include <cstddef>

#include "daemon/config/load.h"
#include "daemon/config/section.h"

namespace rw::config {

inline constexpr std::size_t kMaxListeners = 100;  // of each kind

// Each reads over the defaults that stand in its target.
void read_inputs(Section& inputs, Config& config);
void read_api(Section& api, web::ApiOptions& options);

// Two listeners that cannot both have their port are a problem at the one that stands later in the file.
void check_ports(Context& context, const yaml::Node& root, const Config& config);

}  // namespace rw::config
