#include "daemon/ingest/net/udp_receiver.h"

#include <boost/asio/post.hpp>
#include <string>

#include "tests/unit/net/inputs_fixture.h"

namespace rw::ingest {

TEST_CASE("what the kernel drops is counted, to the last datagram") {
  core::Counters counters;
  core::SystemClock clock;
  KeyDeletions key_deletions;
  SyslogOptions options;
  options.receive_buffer_bytes = 64 * 1024;
  SyslogListener listener;
  listener.listen = {SyslogProtocol::kUdp, {"127.0.0.1", 0}};
  storage::Writer writer(std::make_unique<RecordingSession>(std::make_shared<Recorded>()), {}, counters);
  IoThread thread(options, writer, counters, key_deletions, clock);
  auto receiver = UdpReceiver::open(thread, listener, options);
  REQUIRE(receiver.ok());

  // Nobody receives yet, so the buffer overflows.
  constexpr std::uint64_t kSent = 2000;
  SyslogClient client(SOCK_DGRAM, (*receiver)->bound().port);
  for (std::uint64_t i = 0; i < kSent; ++i) REQUIRE(client.send(message(static_cast<int>(i))));
  (*receiver)->start();
  thread.start();
  CHECK(eventually([&] {
    return counters.value(core::Counter::kSyslogMessages) + counters.value(core::Counter::kUdpKernelDropped) == kSent;
  }));
  CHECK(counters.value(core::Counter::kUdpKernelDropped) > 0);
  boost::asio::post(thread.context(), [&] {
    (*receiver)->stop();
    thread.finish();
  });
  thread.join();
}

}  // namespace rw::ingest
