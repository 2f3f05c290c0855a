// The REST API and the web page on the API listener: one table of routes (method, path, scope, handler) in api.cc, the
// handlers in routes_<noun>.cc. Errors are application/problem+json (RFC 9457). Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/problem.h"
#include "daemon/core/time.h"
#include "daemon/detect/current_catalogue.h"
#include "daemon/detect/reload.h"
#include "daemon/detect/tuning.h"
#include "daemon/http/server.h"
#include "daemon/notify/test_message.h"
#include "daemon/scheduler/health_watch.h"
#include "storage/store.h"
#include "storage/writer.h"
#include "web/authenticator.h"
#include "web/scopes.h"

namespace rw::web {

// Of a request's body, decompressed; beyond it the answer is 413. SPL of the greatest length (64 KiB), written with
// escapes, has room in it. Not more: who can connect may send one, to sign in, and as JSON it takes many times its size
// in memory.
inline constexpr std::size_t kMaxBodyBytes = 256 * 1024;

struct ApiOptions {
  http::ServerOptions server = {.max_body_bytes = kMaxBodyBytes};
  std::vector<std::string> tokens = {};      // with scope admin, besides the stored ones
  std::optional<Scope> anonymous = {};       // of who shows no token and has no session (loopback listeners only)
  storage::SearchLimits search_limits = {};  // of a user's search; it may ask for less
};

// A change of what is tuned; an error of it leaves all as it was.
using TuningChange = std::function<core::Result<void>(detect::Tuning& tuning)>;

// Puts into the store who did it. `failure`: it had been noted already, and was not done for this reason.
using TuningNote = std::function<core::Result<void>(std::string_view failure)>;

// What became of a configuration that was read again.
struct ConfigReload {
  bool accepted = true;                    // false: the file has errors, and what was in force stays
  std::vector<std::string> changed;        // keys whose new values hold now
  std::vector<std::string> needs_restart;  // keys whose new values wait
  core::Problems problems;                 // of the file, and of what could not be taken over
  detect::ReloadReport detections;         // they are read again in any case
};

// What the API shows; all of it outlives the Api.
struct ApiSources {
  storage::Store& store;
  storage::Writer& writer;
  core::Counters& counters;
  const core::Clock& clock;
  const detect::CurrentCatalogue& catalogue;
  Authenticator& authenticator;
  core::TimeZone zone;
  // Reads the detections again and puts them in service; on any thread, one at a time. Empty: they cannot be reloaded.
  std::function<core::Result<detect::ReloadReport>()> reload;
  // The same with all of the configuration that need not wait for a restart, and certificates.
  std::function<core::Result<ConfigReload>()> reload_config = {};
  // Changes what is tuned: made of the file as it is now, written, noted, and put in service, in this order: a file
  // that cannot be written leaves no note, nor is there a change without one. On any thread, one at a time. Empty:
  // nothing can be tuned.
  std::function<core::Result<void>(const TuningChange& change, const TuningNote& note)> tune = {};
  const scheduler::HealthBoard* health = nullptr;  // nullptr: nobody looks
  std::string data_dir = {};                       // empty: its disk is not shown
  // Sends a test message to the channel, or to all where it is empty (notify/test_message.h); on any thread. Empty:
  // there is nobody to do it.
  std::function<core::Result<std::vector<notify::TestResult>>(std::string_view channel,
                                                              const std::atomic<bool>& stopping)>
      test_notifications = {};
  // Their names. Empty: there are none.
  std::function<std::vector<std::string>()> notify_channels = {};
  // Has the channel look for a message that waits in the store since just now; on any thread. Empty where there are no
  // channels.
  std::function<void(std::string_view channel)> look_again = {};
};

class Api {
 public:
  static std::unique_ptr<Api> create(ApiOptions options, ApiSources sources);
  virtual ~Api() = default;
  // The Api must outlive the server.
  virtual void add_routes(http::Server& server) = 0;
  // For requests from now on; all but `server`. Thread-safe.
  virtual void set_options(ApiOptions options) = 0;
  // The daemon stops: requests that read from the store end soon, with 503, and so do searches. Thread-safe.
  virtual void begin_shutdown() = 0;
};

}  // namespace rw::web
