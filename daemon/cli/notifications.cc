#include "daemon/cli/notifications.h"

#include <utility>

namespace rw::cli {

core::Result<std::unique_ptr<Notifications>> Notifications::start(notify::Options options,
                                                                  notify::Notifier::Sources sources) {
  std::unique_ptr<Notifications> notifications(new Notifications(std::move(sources)));
  core::Lock lock(notifications->mutex_);
  RW_TRY(notifications->notifier_, notify::Notifier::start(options, notifications->sources_));
  notifications->options_ = std::move(options);
  return notifications;
}

core::Result<void> Notifications::restart(notify::Options options) {
  core::Lock lock(mutex_);
  notifier_.reset();  // two would send everything twice
  auto started = notify::Notifier::start(options, sources_);
  if (!started.ok()) {
    if (auto as_before = notify::Notifier::start(options_, sources_); as_before.ok())
      notifier_ = std::move(as_before).value();
    return started.error();
  }
  notifier_ = std::move(started).value();
  options_ = std::move(options);
  return {};
}

std::vector<std::string> Notifications::channels() const {
  core::Lock lock(mutex_);
  std::vector<std::string> names;
  for (const notify::ChannelOptions& channel : options_.channels) names.push_back(channel.name);
  return names;
}

std::vector<scheduler::FailingNotifications> Notifications::failing() const {
  core::Lock lock(mutex_);
  std::vector<scheduler::FailingNotifications> failing;
  if (!notifier_) return failing;
  for (notify::FailingChannel& channel : notifier_->failing()) {
    failing.push_back({std::move(channel.channel), channel.since, std::move(channel.error)});
  }
  return failing;
}

void Notifications::look_again(std::string_view channel) {
  core::Lock lock(mutex_);
  if (notifier_) notifier_->look_again(channel);
}

core::Result<std::vector<notify::TestResult>> Notifications::send_test(std::string_view channel, core::Micros now,
                                                                       const std::atomic<bool>& stopping) const {
  const notify::Options options = [this] {
    core::Lock lock(mutex_);
    return options_;
  }();
  return notify::send_test(options, channel, now, stopping);
}

void Notifications::begin_stop() {
  core::Lock lock(mutex_);
  if (notifier_) notifier_->begin_stop();
}

}  // namespace rw::cli
