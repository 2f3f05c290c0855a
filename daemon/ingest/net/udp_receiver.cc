#include "daemon/ingest/net/udp_receiver.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "daemon/ingest/net/socket.h"

namespace rw::ingest {
namespace {

using boost::asio::ip::udp;
using boost::system::error_code;

constexpr std::size_t kSlots = 32;
constexpr std::size_t kMaxDatagramBytes = 64 * 1024;  // more than UDP can carry
// After so many rounds the other sockets of the thread have their turn.
constexpr std::size_t kMaxRounds = 16;
// On stop: what the largest receive buffer can hold in small datagrams, and an end for a sender that never rests.
constexpr std::size_t kMaxLastRounds = 4096;
constexpr std::chrono::milliseconds kReceiveBackOff{100};

std::string peer_of(const sockaddr_storage& address) {
  udp::endpoint endpoint;
  if (address.ss_family == AF_INET || address.ss_family == AF_INET6) {
    const std::size_t size = address.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    endpoint.resize(size);
    std::memcpy(endpoint.data(), &address, size);
  }
  return core::format_endpoint(endpoint_of(endpoint));
}

}  // namespace

struct UdpReceiver::Slots {
  std::vector<char> buffer = std::vector<char>(kSlots * kMaxDatagramBytes);
  std::array<mmsghdr, kSlots> messages{};
  std::array<iovec, kSlots> parts{};
  std::array<sockaddr_storage, kSlots> peers{};

  // The kernel writes sizes into the headers: they are made anew before each call.
  void prepare() {
    for (std::size_t i = 0; i < kSlots; ++i) {
      parts[i] = {buffer.data() + i * kMaxDatagramBytes, kMaxDatagramBytes};
      msghdr& header = messages[i].msg_hdr;
      header = {};
      header.msg_name = &peers[i];
      header.msg_namelen = sizeof(peers[i]);
      header.msg_iov = &parts[i];
      header.msg_iovlen = 1;
    }
  }
};

UdpReceiver::UdpReceiver(IoThread& thread, const SyslogListener& listener, const SyslogOptions& options)
    : thread_(thread),
      listener_(listener),
      options_(options),
      socket_(thread.context()),
      back_off_timer_(thread.context()),
      slots_(std::make_unique<Slots>()) {}

UdpReceiver::~UdpReceiver() = default;

core::Result<std::unique_ptr<UdpReceiver>> UdpReceiver::open(IoThread& thread, const SyslogListener& listener,
                                                             const SyslogOptions& options) {
  std::unique_ptr<UdpReceiver> receiver(new UdpReceiver(thread, listener, options));
  RW_CHECK(receiver->bind());
  return receiver;
}

core::Result<void> UdpReceiver::bind() {
  RW_TRY(const boost::asio::ip::address address, address_of(listener_.listen.listen));
  const udp::endpoint endpoint(address, listener_.listen.listen.port);
  error_code error;
  socket_.open(endpoint.protocol(), error);
  if (!error) socket_.bind(endpoint, error);
  if (!error) socket_.non_blocking(true, error);
  if (error) return listen_error(listener_.listen.listen, "udp", error);

  // FORCE goes beyond net.core.rmem_max, with CAP_NET_ADMIN; the kernel takes the other for as much as it allows.
  const int wanted =
      static_cast<int>(std::min<std::size_t>(options_.receive_buffer_bytes, std::numeric_limits<int>::max() / 2));
  const int descriptor = socket_.native_handle();
  if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)) != 0 &&
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted)) != 0) {
    spdlog::warn("syslog: {} (udp): cannot set the receive buffer: {}", core::format_endpoint(listener_.listen.listen),
                 std::strerror(errno));
  }
  return {};
}

core::Endpoint UdpReceiver::bound() const {
  error_code error;
  const udp::endpoint endpoint = socket_.local_endpoint(error);
  return {listener_.listen.listen.host, error ? listener_.listen.listen.port : endpoint.port()};
}

void UdpReceiver::wait() {
  socket_.async_wait(udp::socket::wait_read, [this](const error_code& error) {
    if (!error && socket_.is_open()) receive(kMaxRounds);
  });
}

void UdpReceiver::receive(std::size_t max_rounds) {
  for (std::size_t round = 0; round < max_rounds; ++round) {
    slots_->prepare();
    const int count = recvmmsg(socket_.native_handle(), slots_->messages.data(), kSlots, MSG_DONTWAIT, nullptr);
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      if (warning_.due()) {
        spdlog::warn("syslog: cannot receive on {} (udp): {}", core::format_endpoint(bound()), std::strerror(errno));
      }
      back_off_timer_.expires_after(kReceiveBackOff);
      back_off_timer_.async_wait([this](const error_code& cancelled) {
        if (!cancelled && socket_.is_open()) wait();
      });
      return;
    }
    const core::Micros received = thread_.now();
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      const mmsghdr& message = slots_->messages[i];
      take({static_cast<const char*>(slots_->parts[i].iov_base), message.msg_len}, slots_->peers[i], received);
    }
    count_kernel_drops();
    if (static_cast<std::size_t>(count) < kSlots) break;
  }
  wait();
}

void UdpReceiver::take(std::string_view datagram, const sockaddr_storage& peer, core::Micros received) {
  core::Counters& counters = thread_.counters();
  counters.add(core::Counter::kSyslogBytes, datagram.size());
  const std::size_t last = datagram.find_last_not_of(std::string_view("\r\n\0", 3));
  if (last == std::string_view::npos) return;
  datagram = datagram.substr(0, last + 1);
  if (thread_.blocked()) {
    counters.add(core::Counter::kSyslogMessages);
    counters.add(core::Counter::kUdpDropped);
    return;
  }
  const std::string_view kept = datagram.substr(0, options_.max_message_bytes);
  thread_.take(kept, datagram.size() - kept.size(),
               {received, input_name(listener_.listen), peer_of(peer), listener_.zone});
}

// The kernel drops when the buffer is full, and then there is something to receive: so asking after each round misses
// none. (SO_RXQ_OVFL tells only what was lost before the datagram it comes with.)
void UdpReceiver::count_kernel_drops() {
  std::array<std::uint32_t, SK_MEMINFO_VARS> values{};
  socklen_t size = sizeof(values);
  if (getsockopt(socket_.native_handle(), SOL_SOCKET, SO_MEMINFO, values.data(), &size) != 0) return;
  const std::uint32_t drops = values[SK_MEMINFO_DROPS];
  thread_.counters().add(core::Counter::kUdpKernelDropped, drops - kernel_drops_);  // wraps as the kernel's does
  kernel_drops_ = drops;
}

void UdpReceiver::stop() {
  if (!socket_.is_open()) return;
  receive(kMaxLastRounds);
  error_code ignored;
  socket_.close(ignored);
  back_off_timer_.cancel();
}

}  // namespace rw::ingest
