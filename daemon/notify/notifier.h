// All channels, each on a thread of its own: one that hangs holds up no other. They look at the store once a second,
// and so see what other processes (`regwarden run`, `backfill`) have found, too.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "daemon/notify/channel.h"
#include "daemon/notify/options.h"
#include "storage/store.h"

namespace rw::notify {

class Notifier {
 public:
  // All of it outlives the notifier.
  struct Sources {
    storage::Store& store;
    CommitEdits commit;
    core::Counters& counters;
    const core::Clock& clock;
  };

  // Channels that are no longer configured are forgotten, and what waits for them is given up.
  // Errors: those of Store::open_reader and of reading the outbox; Io (no more threads).
  static core::Result<std::unique_ptr<Notifier>> start(Options options, Sources sources);
  virtual ~Notifier() = default;  // ends attempts that are under way, joins
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // Thread-safe, as are the next ones.
  virtual std::vector<FailingChannel> failing() const = 0;
  // As Channel::look_again(), of the channel of this name, if there is one.
  virtual void look_again(std::string_view channel) = 0;
  // The daemon stops: no more is sent.
  virtual void begin_stop() = 0;

 protected:
  Notifier() = default;
};

}  // namespace rw::notify
