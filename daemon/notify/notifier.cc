#include "daemon/notify/notifier.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

#include "daemon/core/log.h"
#include "daemon/core/mutex.h"

namespace rw::notify {
namespace {

constexpr std::chrono::seconds kLookPause{1};

core::Result<std::vector<std::string>> known_channels(storage::Reader& reader) {
  storage::ListRequest request;
  request.listing = storage::Listing::kNotifyChannels;
  request.limit = 1000;
  RW_TRY(const storage::ListPage page, reader.list(request));
  const auto column = std::ranges::find(page.table.columns, "channel") - page.table.columns.begin();
  std::vector<std::string> names;
  for (const auto& row : page.table.rows) names.push_back(std::get<std::string>(row[static_cast<std::size_t>(column)]));
  return names;
}

core::Result<void> forget_gone(storage::Reader& reader, const Options& options, const CommitEdits& commit,
                               core::Micros now, const std::atomic<bool>& stopping) {
  const auto is_configured = [&](const std::string& name) {
    return std::ranges::find(options.channels, name, &ChannelOptions::name) != options.channels.end();
  };
  storage::Edits edits;
  RW_TRY(const auto channels, known_channels(reader));
  for (const std::string& name : channels) {
    if (!is_configured(name)) edits.notify_cursors.push_back({.channel = name, .time = now, .gone = true});
  }
  RW_TRY(auto messages, waiting_messages(reader, ""));
  for (storage::Notification& message : messages) {
    if (is_configured(message.channel)) continue;
    message.state = "given_up";
    message.next_attempt.reset();
    message.error = "the channel is no longer configured";
    edits.notifications.push_back(std::move(message));
  }
  if (edits.notify_cursors.empty() && edits.notifications.empty()) return {};
  return commit(std::move(edits), stopping);
}

class ThreadedNotifier final : public Notifier {
 public:
  explicit ThreadedNotifier(Sources sources) : sources_(std::move(sources)) {}

  ~ThreadedNotifier() override {
    begin_stop();
    for (const auto& worker : workers_) worker->reader->cancel();
  }

  core::Result<void> begin(const Options& options) {
    RW_TRY(const auto reader, sources_.store.open_reader());
    const auto forgotten = forget_gone(*reader, options, sources_.commit, sources_.clock.now(), stopping_);
    if (!forgotten.ok()) {
      spdlog::warn("notify: channels that are gone are not forgotten yet: {}", core::render(forgotten.error()));
    }
    const std::string url = options.public_url.empty() ? "" : options.public_url + "/#/findings";
    for (const ChannelOptions& channel : options.channels) {
      auto worker = std::make_unique<Worker>();
      RW_TRY(worker->reader, sources_.store.open_reader());
      worker->channel = std::make_unique<Channel>(
          channel, options.zone, url, make_sender(channel, options.zone),
          Channel::Sources{*worker->reader, sources_.commit, sources_.counters, sources_.clock});
      workers_.push_back(std::move(worker));
    }
    try {
      for (const auto& worker : workers_) worker->thread = std::jthread([this, &worker = *worker] { work(worker); });
    } catch (const std::system_error& error) {
      return core::Error{core::ErrorCode::kIo, fmt::format("notify: cannot start a thread: {}", error.what()),
                         "raise the limit of tasks (TasksMax=)"};
    }
    return {};
  }

  std::vector<FailingChannel> failing() const override {
    std::vector<FailingChannel> failing;
    for (const auto& worker : workers_) {
      if (auto channel = worker->channel->failing()) failing.push_back(*std::move(channel));
    }
    return failing;
  }

  void look_again(std::string_view channel) override {
    for (const auto& worker : workers_) {
      if (worker->channel->name() == channel) worker->channel->look_again();
    }
  }

  void begin_stop() override {
    {
      core::Lock lock(mutex_);
      stopping_ = true;
    }
    stop_asked_.notify_all();
  }

 private:
  struct Worker {
    std::unique_ptr<storage::Reader> reader;
    std::unique_ptr<Channel> channel;
    core::OncePerMinute told;
    std::jthread thread;  // last: joined while all else is there
  };

  void work(Worker& worker) {
    do {
      try {
        const auto looked = worker.channel->look(stopping_);
        if (!looked.ok() && !stopping_ && worker.told.due()) {
          spdlog::error("notify: {}: {}; trying again", worker.channel->name(), core::render(looked.error()));
        }
      } catch (const std::exception& exception) {  // out of memory
        spdlog::error("notify: {}: {}", worker.channel->name(), exception.what());
      }
    } while (!wait());
  }

  // True: it is to stop.
  bool wait() {
    core::Lock lock(mutex_);
    if (!stopping_) stop_asked_.wait_for(mutex_, kLookPause);
    return stopping_;
  }

  const Sources sources_;
  std::atomic<bool> stopping_{false};
  core::Mutex mutex_;  // of the wait
  core::CondVar stop_asked_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace

core::Result<std::unique_ptr<Notifier>> Notifier::start(Options options, Sources sources) {
  auto notifier = std::make_unique<ThreadedNotifier>(std::move(sources));
  RW_CHECK(notifier->begin(options));
  return std::unique_ptr<Notifier>(std::move(notifier));
}

}  // namespace rw::notify
