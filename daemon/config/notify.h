// The keys notify (channels that findings are told to) and public_url of the whole file.
#pragma once

#include "daemon/config/section.h"
#include "daemon/notify/options.h"

namespace rw::config {

// No problem shows a secret, nor the URL of a webhook.
void read_notify(Section& root, notify::Options& options);

}  // namespace rw::config
