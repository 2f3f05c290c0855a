#include "daemon/ingest/net/syslog_inputs.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "storage/sqlite/store.h"
#include "tests/unit/net/inputs_fixture.h"

namespace rw::ingest {

using core::Counter;

TEST_CASE("lines, counted messages and datagrams are stored") {
  Fixture fixture;
  SyslogClient lines = fixture.tcp();
  SyslogClient frames = fixture.tcp();
  SyslogClient datagrams = fixture.udp();
  CHECK(lines.send(line(1) + line(2).substr(0, 20)));
  CHECK(lines.send(line(2).substr(20)));
  CHECK(frames.send(counted(3) + counted(4)));
  CHECK(datagrams.send(message(5) + "\r\n"));
  CHECK(datagrams.send(payload(6)));
  CHECK(datagrams.send("\n"));
  CHECK(fixture.stored(6));
  CHECK(fixture.count(Counter::kSyslogConnections) == 2);
  CHECK(fixture.inputs().connections() == 2);
  lines.close_socket();
  frames.close_socket();
  const Recorded& recorded = fixture.stop();
  CHECK(recorded.rejected.empty());
  CHECK(fixture.distinct() == 6);
  CHECK(fixture.count(Counter::kSyslogMessages) == 6);
  CHECK(fixture.inputs().connections() == 0);
}

TEST_CASE("an event that is not stored is counted for its source, without another message") {
  Fixture fixture;
  SyslogClient client = fixture.tcp();
  CHECK(client.send(unstored_payload() + "\n"));
  CHECK(eventually([&] { return !fixture.sources().empty(); }));
  const std::vector<std::string> sources = fixture.sources();
  REQUIRE(sources.size() == 1);
  CHECK(sources[0].starts_with("ws1 Security 127.0.0.1 syslog/tcp "));
  CHECK(sources[0].find(" 1/0") != std::string::npos);
  CHECK(fixture.recorded().stored() == 0);
}

TEST_CASE("events reach a real store") {
  const auto dir = std::filesystem::temp_directory_path() / ("rw_ingest_" + std::to_string(getpid()));
  {
    auto store = storage::sqlite::open({.data_dir = dir.string()});
    REQUIRE(store.ok());
    auto session = (*store)->open_writer();
    REQUIRE(session.ok());
    core::Counters counters;
    core::SystemClock clock;
    storage::Writer writer(std::move(session).value(), {}, counters);
    SyslogOptions options;
    options.listens = {{SyslogProtocol::kTcp, {"127.0.0.1", 0}}};
    auto inputs = SyslogInputs::open(options, writer, counters, clock);
    REQUIRE(inputs.ok());
    SyslogClient client(SOCK_STREAM, (*inputs)->bound()[0].listen.port);
    CHECK(client.send(line(1) + line(2) + line(1)));
    CHECK(eventually([&] { return counters.value(Counter::kRegistryStored) == 2; }));
    CHECK(eventually([&] { return counters.value(Counter::kDuplicates) == 1; }));
    client.close_socket();
    (*inputs)->stop();
    auto reader = (*store)->open_reader();
    REQUIRE(reader.ok());
    storage::ListRequest request;
    request.listing = storage::Listing::kRegistryEvents;
    const auto page = (*reader)->list(request);
    REQUIRE(page.ok());
    CHECK(page->table.rows.size() == 2);
  }
  std::filesystem::remove_all(dir);
}

TEST_CASE("a connection that ends in the middle") {
  Fixture fixture;
  {
    SyslogClient client = fixture.tcp();
    CHECK(client.send(line(1) + message(2)));  // the last line of a file
  }
  {
    SyslogClient client = fixture.tcp();
    CHECK(client.send(counted(3) + counted(4).substr(0, 50)));
  }
  {
    SyslogClient client = fixture.tcp();
    CHECK(client.send(message(5).substr(0, 50)));
  }
  CHECK(fixture.stored(3));
  CHECK(eventually([&] { return fixture.inputs().connections() == 0; }));
  const Recorded& recorded = fixture.stop();
  CHECK(fixture.distinct() == 3);
  CHECK(recorded.rejected.size() == 2);
  CHECK(fixture.count(Counter::kSyslogIncomplete) == 2);
}

TEST_CASE("messages over the limit are cut, counted and noted; the next one is whole") {
  SyslogOptions options;
  options.max_message_bytes = 1024;
  Fixture fixture(options);
  SyslogClient client = fixture.tcp();
  CHECK(client.send(std::string(5000, 'x') + "\n" + line(1) + "5000 <14>" + std::string(4996, 'y') + counted(2)));
  SyslogClient datagrams = fixture.udp();
  CHECK(datagrams.send(std::string(2000, 'z')));
  CHECK(fixture.stored(2));
  CHECK(eventually([&] { return fixture.count(Counter::kSyslogTruncated) == 3; }));
  client.close_socket();
  CHECK(fixture.stop().rejected.size() == 3);
}

TEST_CASE("a broken frame closes the connection, and says why") {
  Fixture fixture;
  SyslogClient client = fixture.tcp();
  CHECK(client.send(counted(1) + "999999999 <14>x"));
  CHECK(client.wait_for_end());
  CHECK(fixture.stored(1));
  const Recorded& recorded = fixture.stop();
  CHECK(fixture.count(Counter::kSyslogFramingErrors) == 1);
  CHECK(recorded.rejected == std::vector<std::string>{"framing: octet count 999999999: expected at most 67108864; the "
                                                      "connection was closed [999999999 <14>x]"});
}

TEST_CASE("connections over the limit are closed at once; a place that becomes free can be taken") {
  SyslogOptions options;
  options.max_connections = 2;
  Fixture fixture(options);
  SyslogClient first = fixture.tcp();
  SyslogClient second = fixture.tcp();
  CHECK(eventually([&] { return fixture.inputs().connections() == 2; }));
  SyslogClient third = fixture.tcp();
  CHECK(third.wait_for_end());
  CHECK(fixture.count(Counter::kSyslogConnectionsRefused) == 1);
  first.close_socket();
  CHECK(eventually([&] { return fixture.inputs().connections() == 1; }));
  SyslogClient fourth = fixture.tcp();
  CHECK(fourth.send(line(1)));
  CHECK(fixture.stored(1));
}

TEST_CASE("unfinished messages that hold too much together: the connection that holds most is closed") {
  SyslogOptions options;
  options.max_message_bytes = 128 * 1024;
  options.max_pending_bytes = 303 * 1024;
  Fixture fixture(options);
  // Ordinary senders, in the middle of a message.
  std::vector<SyslogClient> senders;
  for (int i = 0; i < 4; ++i) {
    senders.push_back(fixture.tcp());
    CHECK(senders.back().send(line(i).substr(0, 60)));
  }
  // And others whose message does not end, of which ten have room.
  const std::string endless = "<14>" + std::string(30'000, 'x');
  std::vector<SyslogClient> attackers;
  std::uint64_t sent = 4 * 60;
  for (int i = 0; i < 40; ++i) {
    attackers.push_back(fixture.tcp());
    CHECK(attackers.back().send(endless));
    sent += endless.size();
    REQUIRE(eventually([&] { return fixture.count(Counter::kSyslogBytes) == sent; }));
  }
  CHECK(eventually([&] { return fixture.inputs().connections() == 4 + 10; }));
  CHECK(fixture.count(Counter::kSyslogPendingClosed) == 30);

  for (std::size_t i = 0; i < senders.size(); ++i) CHECK(senders[i].send(line(static_cast<int>(i)).substr(60)));
  CHECK(fixture.stored(4));
  for (SyslogClient& client : attackers) client.close_socket();
  for (SyslogClient& client : senders) client.close_socket();
  const Recorded& recorded = fixture.stop();
  CHECK(fixture.distinct() == 4);
  const std::string reason =
      "unfinished: all connections together held more than inputs.limits.max_pending_size (303KiB), and this one most "
      "(30004 bytes); it was closed [" +
      endless.substr(0, storage::kRejectedSampleBytes) + "]";
  CHECK(std::ranges::count(recorded.rejected, reason) == 30);
  CHECK(recorded.rejected.size() == 40);
}

TEST_CASE("a sender's longest message fits whatever max_pending_size is; each thread has its share") {
  SyslogOptions options;
  options.max_message_bytes = 1024 * 1024;
  options.max_pending_bytes = 1;
  options.threads = 2;
  Fixture fixture(options);
  SyslogClient client = fixture.tcp();
  const std::string whole = payload(1, std::string(900'000, 'x')) + "\n";
  CHECK(client.send(whole.substr(0, 850'000)));
  CHECK(eventually([&] { return fixture.count(Counter::kSyslogBytes) == 850'000; }));
  CHECK(client.send(whole.substr(850'000)));
  CHECK(fixture.stored(1));
  CHECK(fixture.count(Counter::kSyslogPendingClosed) == 0);
}

TEST_CASE("idle connections are closed after their time") {
  SyslogOptions options;
  options.idle_timeout = std::chrono::seconds(1);
  Fixture fixture(options);
  SyslogClient client = fixture.tcp();
  CHECK(client.send(line(1)));
  CHECK(client.wait_for_end());
  CHECK(fixture.stored(1));
}

TEST_CASE("a slow store: TCP waits and loses nothing, UDP drops and counts") {
  Fixture fixture({}, {.queue_bytes = 1, .commit_bytes = 1});
  fixture.recorded().hold(true);

  SyslogClient client = fixture.tcp();
  const std::string details(8000, 'x');  // fills the buffers with fewer events
  std::string bytes;
  int sent_events = 0;
  // Until the sender feels it: its buffer, the kernel's and ours are full.
  int refusals = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (refusals < 50 && std::chrono::steady_clock::now() < deadline) {
    if (bytes.empty()) {
      for (int i = 0; i < 10; ++i) bytes += payload(sent_events++, details) + "\n";
    }
    const std::size_t sent = client.send_some(bytes);
    bytes.erase(0, sent);
    if (sent == 0) {
      ++refusals;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    } else {
      refusals = 0;
    }
  }
  CHECK(refusals == 50);

  SyslogClient datagrams = fixture.udp();
  for (int i = 0; i < 100; ++i) CHECK(datagrams.send(message(1'000'000 + i)));
  CHECK(eventually([&] { return fixture.count(Counter::kUdpDropped) == 100; }));

  fixture.recorded().hold(false);
  CHECK(client.send(bytes));
  CHECK(fixture.stored(static_cast<std::size_t>(sent_events)));
  CHECK(datagrams.send(message(2'000'000)));
  CHECK(fixture.stored(static_cast<std::size_t>(sent_events) + 1));
  client.close_socket();
  fixture.stop();
  CHECK(fixture.distinct() == static_cast<std::size_t>(sent_events) + 1);
}

TEST_CASE("500 connections at once, on several threads") {
  SyslogOptions options;
  options.threads = 3;
  constexpr int kConnections = 500;
  rlimit limit{};  // both ends of each connection are ours; the usual soft limit is 1024
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  Fixture fixture(options);
  std::vector<SyslogClient> clients;
  for (int i = 0; i < kConnections; ++i) clients.push_back(fixture.tcp());
  bool sent = true;
  for (int i = 0; i < kConnections; ++i)
    sent = clients[static_cast<std::size_t>(i)].send(line(i).substr(0, 30)) && sent;
  for (int i = 0; i < kConnections; ++i) sent = clients[static_cast<std::size_t>(i)].send(line(i).substr(30)) && sent;
  CHECK(sent);
  CHECK(fixture.stored(kConnections));
  CHECK(fixture.inputs().connections() == kConnections);
  clients.clear();
  fixture.stop();
  CHECK(fixture.distinct() == kConnections);
}

TEST_CASE("stop() loses nothing that a sender has written") {
  SyslogOptions options;
  options.threads = 2;
  options.drain_timeout = std::chrono::seconds(60);
  Fixture fixture(options);
  constexpr int kSenders = 8;
  constexpr std::size_t kMaxUnderWay = 2000;
  std::atomic<std::size_t> written{0};
  std::vector<std::thread> senders;
  for (int s = 0; s < kSenders; ++s) {
    senders.emplace_back([&, s] {
      SyslogClient client = fixture.tcp();
      // As rsyslog does: writes until it sees the end, then closes.
      for (int i = 0; !client.wait_for_end(0);) {
        if (written.load() > fixture.recorded().stored() + kMaxUnderWay) continue;
        if (!client.send(line(s * 1'000'000 + i++))) break;
        ++written;
      }
    });
  }
  CHECK(eventually([&] { return fixture.recorded().stored() > 1000; }));
  fixture.inputs().stop();
  for (std::thread& sender : senders) sender.join();
  fixture.stop();
  CHECK(fixture.distinct() == written.load());
}

TEST_CASE("a sender that stays is not waited for for ever") {
  SyslogOptions options;
  options.drain_timeout = std::chrono::seconds(1);
  Fixture fixture(options);
  SyslogClient stays = fixture.tcp();
  CHECK(stays.send(line(1)));
  fixture.inputs().stop();
  fixture.inputs().stop();
  CHECK(stays.wait_for_end());
  fixture.stop();
  CHECK(fixture.distinct() == 1);
}

TEST_CASE("a listener that cannot be opened is an error with a hint") {
  Fixture fixture;
  core::Counters counters;
  core::SystemClock clock;
  storage::Writer writer(std::make_unique<RecordingSession>(std::make_shared<Recorded>()), {}, counters);
  for (const std::size_t i : {0U, 1U}) {
    SyslogOptions options;
    options.listens = {fixture.inputs().bound()[i]};
    const auto second = SyslogInputs::open(options, writer, counters, clock);
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().code == core::ErrorCode::kIo);
    CHECK(second.error().message == "listen on " + core::format_endpoint(options.listens[0].listen) +
                                        (i == 0 ? " (tcp)" : " (udp)") + ": Address already in use");
    CHECK_FALSE(second.error().hint.empty());
  }
}

TEST_CASE("a listener's senders have a time zone of their own") {
  SyslogOptions options;
  const auto berlin = core::TimeZone::find("Europe/Berlin");
  REQUIRE(berlin.ok());
  options.listens = {{.protocol = SyslogProtocol::kTcp, .listen = {"127.0.0.1", 0}},
                     {.protocol = SyslogProtocol::kTcp, .listen = {"127.0.0.1", 0}, .zone = *berlin},
                     {.protocol = SyslogProtocol::kUdp, .listen = {"127.0.0.1", 0}, .zone = *berlin}};
  Fixture fixture(options);
  SyslogClient utc(SOCK_STREAM, fixture.port(0));
  CHECK(utc.send("<14>2026-10-11T22:14:15 relay App: " + payload(1) + "\n"));
  CHECK(fixture.stored(1));
  SyslogClient tcp(SOCK_STREAM, fixture.port(1));
  CHECK(tcp.send("<14>2026-10-11T22:14:15 relay App: " + payload(2) + "\n"));
  CHECK(fixture.stored(2));
  SyslogClient udp(SOCK_DGRAM, fixture.port(2));
  CHECK(udp.send("<14>2026-10-11T22:14:15 relay App: " + payload(3)));
  CHECK(fixture.stored(3));
  const Recorded& recorded = fixture.stop();
  const std::int64_t at = core::to_us(*core::parse_iso8601("2026-10-11T22:14:15Z"));
  const std::int64_t two_hours = std::int64_t{7200} * 1'000'000;
  CHECK(recorded.times == std::vector<std::int64_t>{at, at - two_hours, at - two_hours});
}

}  // namespace rw::ingest
