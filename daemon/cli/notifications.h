// The notifier in service: replaced while the daemon runs when the section `notify` has changed. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/mutex.h"
#include "daemon/notify/notifier.h"
#include "daemon/notify/test_message.h"
#include "daemon/scheduler/health.h"

namespace rw::cli {

class Notifications {
 public:
  // What the sources name outlives this. Errors: those of Notifier::start().
  static core::Result<std::unique_ptr<Notifications>> start(notify::Options options, notify::Notifier::Sources sources);

  // Ends what is being sent, which is sent again, and goes on with these channels. Errors: those of Notifier::start();
  // then the channels before go on, or none where that fails, too.
  core::Result<void> restart(notify::Options options);

  std::vector<std::string> channels() const;
  std::vector<scheduler::FailingNotifications> failing() const;
  void look_again(std::string_view channel);
  // See notify::send_test().
  core::Result<std::vector<notify::TestResult>> send_test(std::string_view channel, core::Micros now,
                                                          const std::atomic<bool>& stopping) const;
  void begin_stop();

 private:
  explicit Notifications(notify::Notifier::Sources sources) : sources_(std::move(sources)) {}

  const notify::Notifier::Sources sources_;
  mutable core::Mutex mutex_;
  notify::Options options_ RW_GUARDED_BY(mutex_);
  std::unique_ptr<notify::Notifier> notifier_ RW_GUARDED_BY(mutex_);  // null: none could be started
};

}  // namespace rw::cli
