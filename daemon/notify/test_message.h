// What `regwarden notify test` and POST /api/v1/notifications/test do: a message that says it is a test, straight to
// the channel, past the outbox.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "daemon/notify/message.h"
#include "daemon/notify/options.h"

namespace rw::notify {

struct TestResult {
  std::string channel;
  bool ok = false;
  std::string error = {};  // without secrets
};

Message test_message(std::string_view channel, core::Micros now, std::string_view public_url);

// To all channels at the same time, or to the one that is named; a result for each, in their order. An attempt takes at
// most ten seconds. Errors: NotFound (no such channel, or none is configured).
core::Result<std::vector<TestResult>> send_test(const Options& options, std::string_view channel, core::Micros now,
                                                const std::atomic<bool>& stopping);

}  // namespace rw::notify
