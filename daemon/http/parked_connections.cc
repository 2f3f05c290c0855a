#include "daemon/http/parked_connections.h"

#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <thread>

namespace rw::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint32_t kReadable = EPOLLIN;
constexpr std::uint32_t kWritable = EPOLLOUT;
constexpr std::uint32_t kOnce = EPOLLONESHOT;

constexpr std::size_t kEventsPerWait = 256;
constexpr milliseconds kFailurePause{100};

bool control(const Descriptor& poller, int operation, int descriptor, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = descriptor;
  return epoll_ctl(poller.get(), operation, descriptor, &event) == 0;
}

}  // namespace

ParkedConnections::ParkedConnections(Descriptor poller, const Descriptor& listener, const Descriptor& wake)
    : poller_(std::move(poller)), listener_(listener.get()), wake_(wake.get()) {
  const bool added = control(poller_, EPOLL_CTL_ADD, listener_, 0) && control(poller_, EPOLL_CTL_ADD, wake_, kReadable);
  if (!added) spdlog::error("HTTP: epoll_ctl: {}", std::strerror(errno));
}

bool ParkedConnections::park(ConnectionPtr connection, bool wants_write) {
  const int descriptor = connection->descriptor();
  // Once it has been seen ready it is another thread's, until it is parked again.
  const std::uint32_t events = (wants_write ? kWritable : kReadable) | kOnce;
  if (!control(poller_, EPOLL_CTL_MOD, descriptor, events) &&
      (errno != ENOENT || !control(poller_, EPOLL_CTL_ADD, descriptor, events))) {
    return false;
  }
  deadlines_of(*connection).emplace(connection->deadline(), descriptor);
  parked_.emplace(descriptor, std::move(connection));
  return true;
}

ParkedConnections::Woken ParkedConnections::wait(bool accepting, SteadyTime until) {
  if (accepting != accepting_) {
    control(poller_, EPOLL_CTL_MOD, listener_, accepting ? kReadable : 0);
    accepting_ = accepting;
  }
  for (const Deadlines* deadlines : {&idle_, &begun_}) {
    if (!deadlines->empty()) until = std::min(until, deadlines->begin()->first);
  }
  const auto left = std::max(std::chrono::ceil<milliseconds>(until - steady_clock::now()), milliseconds(0));
  std::array<epoll_event, kEventsPerWait> events;
  const int count =
      epoll_wait(poller_.get(), events.data(), static_cast<int>(events.size()), static_cast<int>(left.count()));
  Woken woken;
  if (count < 0 && errno != EINTR) {
    spdlog::error("HTTP: epoll_wait: {}", std::strerror(errno));
    std::this_thread::sleep_for(kFailurePause);
  }
  for (int i = 0; i < count; ++i) {
    const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
    if (descriptor == listener_) {
      woken.can_accept = true;
    } else if (descriptor == wake_) {
      std::uint64_t wakes = 0;
      while (read(wake_, &wakes, sizeof wakes) > 0) continue;
    } else if (ConnectionPtr connection = take(descriptor)) {
      woken.connections.push_back(std::move(connection));
    }
  }
  return woken;
}

ConnectionPtr ParkedConnections::take(int descriptor) {
  const auto found = parked_.find(descriptor);
  // One that was taken for its deadline is still watched until it becomes ready.
  if (found == parked_.end()) return nullptr;
  ConnectionPtr connection = std::move(found->second);
  parked_.erase(found);
  deadlines_of(*connection).erase({connection->deadline(), descriptor});
  return connection;
}

ConnectionPtr ParkedConnections::take_expired(SteadyTime now) {
  for (const Deadlines* deadlines : {&idle_, &begun_}) {
    if (!deadlines->empty() && deadlines->begin()->first <= now) return take(deadlines->begin()->second);
  }
  return nullptr;
}

ConnectionPtr ParkedConnections::take_least_needed() {
  for (const Deadlines* deadlines : {&idle_, &begun_}) {
    if (!deadlines->empty()) return take(deadlines->begin()->second);
  }
  return nullptr;
}

ConnectionPtr ParkedConnections::take_largest(std::size_t least_bytes) {
  int largest = -1;
  std::size_t most = 0;
  for (const auto& [deadline, descriptor] : begun_) {
    const std::size_t held = parked_.at(descriptor)->held_bytes();
    if (held < least_bytes || held <= most) continue;
    largest = descriptor;
    most = held;
  }
  return take(largest);
}

}  // namespace rw::http
