#include "daemon/ingest/net/relp_session.h"

#include <string>
#include <vector>

#include "daemon/core/version.h"
#include "tests/unit/net/inputs_fixture.h"

namespace rw::ingest {
namespace {

using core::Counter;

const std::string kOpen = "1 open 30 relp_version=0\ncommands=syslog\n";
const std::string kOffers =
    "200 OK\nrelp_version=0\nrelp_software=regwarden," + std::string(core::kVersion) + "\ncommands=syslog";

std::string open_reply() { return "1 rsp " + std::to_string(kOffers.size()) + " " + kOffers + "\n"; }
std::string syslog_frame(int txnr, const std::string& text) {
  return std::to_string(txnr) + " syslog " + std::to_string(text.size()) + " " + text + "\n";
}
std::string ok_reply(int txnr) { return std::to_string(txnr) + " rsp 6 200 OK\n"; }

SyslogOptions relp_listener() {
  SyslogOptions options;
  options.listens = {{.protocol = SyslogProtocol::kRelp, .listen = {"127.0.0.1", 0}}};
  return options;
}

// A client whose `open` was answered.
SyslogClient open_session(const Fixture& fixture) {
  SyslogClient client(SOCK_STREAM, fixture.port());
  CHECK(client.send(kOpen));
  CHECK(client.receive(open_reply().size()) == open_reply());
  return client;
}

// The first message of the session: taken, and not committed while the store is held.
void send_uncommitted(Fixture& fixture, SyslogClient& client) {
  fixture.recorded().hold(true);
  CHECK(client.send(syslog_frame(2, message(1))));
  CHECK(eventually([&] { return fixture.count(Counter::kRelpFrames) == 2; }));
}

// What comes back until the server closes.
std::string all_replies(SyslogClient& client) { return client.receive(1 << 20); }

}  // namespace

TEST_CASE("a RELP session: open, messages, close") {
  Fixture fixture(relp_listener());
  SyslogClient client = open_session(fixture);
  CHECK(client.send(syslog_frame(2, message(1)) + syslog_frame(3, message(2) + "\n")));
  CHECK(client.receive(2 * ok_reply(2).size()) == ok_reply(2) + ok_reply(3));
  CHECK(fixture.recorded().stored() == 2);  // answered means committed
  CHECK(client.send(syslog_frame(4, message(3)) + "5 close 0\n"));
  CHECK(all_replies(client) == ok_reply(4) + "5 rsp 0\n0 serverclose 0\n");
  CHECK(eventually([&] { return fixture.inputs().connections() == 0; }));
  CHECK(fixture.stop().rejected.empty());
  CHECK(fixture.distinct() == 3);
  CHECK(fixture.count(Counter::kRelpFrames) == 5);
  CHECK(fixture.count(Counter::kRelpRefused) == 0);
}

TEST_CASE("nothing is answered before it is committed; what follows waits for its turn") {
  Fixture fixture(relp_listener());
  SyslogClient client = open_session(fixture);
  fixture.recorded().hold(true);
  CHECK(client.send(syslog_frame(2, message(1)) + "3 start 0\n" + syslog_frame(4, "no event")));
  CHECK(eventually([&] { return fixture.count(Counter::kRelpFrames) == 4; }));
  // An event that is not stored has nothing to wait for, but for those before it.
  CHECK(client.send(syslog_frame(5, unstored_payload())));
  CHECK(eventually([&] { return fixture.count(Counter::kRelpFrames) == 5; }));
  CHECK(client.receive(1, 100).empty());
  fixture.recorded().hold(false);
  const std::string expected = ok_reply(2) + "3 rsp 26 500 start: unknown command\n" + ok_reply(4) + ok_reply(5);
  CHECK(client.receive(expected.size()) == expected);
  client.close_socket();
  CHECK(fixture.stop().rejected.size() == 1);  // answered 200 all the same
}

TEST_CASE("a session without stored messages is answered at once") {
  Fixture fixture(relp_listener());
  SyslogClient client(SOCK_STREAM, fixture.port());
  CHECK(client.send(kOpen + syslog_frame(2, unstored_payload())));
  CHECK(client.receive(open_reply().size() + ok_reply(2).size()) == open_reply() + ok_reply(2));
}

TEST_CASE("a store that refuses messages: no answer, and the connection ends") {
  Fixture fixture(relp_listener());
  SyslogClient client = open_session(fixture);
  {
    std::lock_guard lock(fixture.recorded().mutex);
    fixture.recorded().refuses = true;
  }
  CHECK(client.send(syslog_frame(2, message(1))));
  CHECK(all_replies(client).empty());
  CHECK(eventually([&] { return fixture.inputs().connections() == 0; }));
}

TEST_CASE("many more frames than the window, without waiting") {
  SyslogOptions options = relp_listener();
  options.max_batch_delay = std::chrono::milliseconds(10'000);  // a full window does not wait for it
  Fixture fixture(options);
  SyslogClient client(SOCK_STREAM, fixture.port());
  std::string expected = open_reply();
  std::string bytes = kOpen;
  for (int i = 0; i < 128; ++i) {
    bytes += syslog_frame(i + 2, message(i));
    expected += ok_reply(i + 2);
  }
  CHECK(client.send(bytes));
  CHECK(client.receive(expected.size(), 5000) == expected);
  CHECK(fixture.recorded().stored() == 128);
}

TEST_CASE("a client that does not read its answers is not read from for ever") {
  Fixture fixture(relp_listener());
  SyslogClient client(SOCK_STREAM, fixture.port());
  CHECK(client.send(kOpen));
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += "7 start 0\n";
  std::size_t sent = 0;
  for (int refusals = 0; refusals < 50 && sent < (std::size_t{1} << 28);) {
    const std::size_t some = client.send_some(std::string_view(bytes).substr(sent % 10));
    sent += some;
    if (some != 0) {
      refusals = 0;
    } else {
      ++refusals;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  CHECK(sent < (std::size_t{1} << 28));
}

TEST_CASE("RELP: an unfinished frame of a connection that holds most is kept, and comes again") {
  SyslogOptions options = relp_listener();
  options.max_message_bytes = 1024;
  options.max_pending_bytes = 10'000;
  Fixture fixture(options);
  const std::string unfinished = "2 syslog 5000 " + std::string(900, 'x');
  std::vector<SyslogClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(open_session(fixture));
    CHECK(clients.back().send(unfinished));
  }
  CHECK(eventually([&] { return fixture.count(Counter::kSyslogPendingClosed) >= 5; }));
  CHECK(
      eventually([&] { return fixture.inputs().connections() == 20 - fixture.count(Counter::kSyslogPendingClosed); }));
  SyslogClient again = open_session(fixture);
  CHECK(again.send(syslog_frame(2, message(1))));
  CHECK(again.receive(ok_reply(2).size()) == ok_reply(2));
  const Recorded& recorded = fixture.stop();
  CHECK(fixture.distinct() == 1);
  CHECK(recorded.rejected.size() == fixture.count(Counter::kSyslogPendingClosed));
  for (const std::string& rejected : recorded.rejected) CHECK(rejected.ends_with(std::string(900, 'x') + "]"));
}

TEST_CASE("RELP: answers that nobody reads count as held") {
  SyslogOptions options = relp_listener();
  options.max_message_bytes = 1024;
  options.max_pending_bytes = 100'000;
  Fixture fixture(options);
  SyslogClient good = open_session(fixture);
  SyslogClient deaf = open_session(fixture);
  std::string refused;
  for (int i = 0; i < 5000; ++i) refused += "7 start 0\n";
  // Until the sockets take no more: what is answered then is ours to hold.
  std::size_t sent = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (fixture.count(Counter::kSyslogPendingClosed) == 0 && std::chrono::steady_clock::now() < end) {
    const std::size_t some = deaf.send_some(std::string_view(refused).substr(sent % 10));
    sent += some;
    if (some == 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(fixture.count(Counter::kSyslogPendingClosed) == 1);
  CHECK(eventually([&] { return fixture.inputs().connections() == 1; }));
  CHECK(good.send(syslog_frame(2, message(1))));
  CHECK(good.receive(ok_reply(2).size()) == ok_reply(2));
}

TEST_CASE("what a client must offer") {
  CHECK(check_relp_offers("relp_version=0\nrelp_software=librelp,1.11.0\ncommands=syslog").ok());
  CHECK(check_relp_offers("commands=eventlog,syslog\nrelp_version=1").ok());
  CHECK(check_relp_offers("").error().message == "open: relp_version is missing");
  CHECK(check_relp_offers("relp_version=0").error().message == "open: commands must offer syslog");
  CHECK(check_relp_offers("relp_version=0\ncommands=eventlog,syslogx").error().message ==
        "open: commands must offer syslog");
}

TEST_CASE("sessions that are refused, and frames that are none") {
  const struct {
    std::string bytes, replies;
    std::size_t rejected;
  } rows[] = {
      {"1 open 14 relp_version=0\n", "1 rsp 36 500 open: commands must offer syslog\n0 serverclose 0\n", 1},
      {"1 syslog 5 hello\n", "1 rsp 31 500 syslog: expected open first\n0 serverclose 0\n", 0},
      {"hello\n", "", 1},
      {"GET / HTTP/1.1\r\n\r\n", "", 1},
  };
  for (const auto& row : rows) {
    INFO(row.bytes);
    Fixture fixture(relp_listener());
    SyslogClient client(SOCK_STREAM, fixture.port());
    CHECK(client.send(row.bytes));
    CHECK(all_replies(client) == row.replies);
    CHECK(eventually([&] { return fixture.inputs().connections() == 0; }));
    CHECK(fixture.stop().rejected.size() == row.rejected);
    CHECK(fixture.count(Counter::kRelpRefused) == (row.replies.empty() ? 0 : 1));
  }
}

TEST_CASE("messages over the limit are cut, counted and acknowledged") {
  SyslogOptions options = relp_listener();
  options.max_message_bytes = 1024;
  Fixture fixture(options);
  SyslogClient client(SOCK_STREAM, fixture.port());
  CHECK(client.send(kOpen + syslog_frame(2, std::string(100'000, 'x')) + syslog_frame(3, message(1))));
  const std::string expected = open_reply() + ok_reply(2) + ok_reply(3);
  CHECK(client.receive(expected.size()) == expected);
  client.close_socket();
  CHECK(fixture.stop().rejected.size() == 1);
  CHECK(fixture.count(Counter::kSyslogTruncated) == 1);
  CHECK(fixture.distinct() == 1);
}

TEST_CASE("stop() answers what is committed, says so and closes; what comes later is not answered") {
  Fixture fixture(relp_listener());
  SyslogClient client = open_session(fixture);
  send_uncommitted(fixture, client);
  std::thread stopping([&] { fixture.inputs().stop(); });
  CHECK(client.receive(1, 100).empty());
  fixture.recorded().hold(false);
  const std::string replies = all_replies(client);
  client.close_socket();
  stopping.join();
  CHECK(replies == ok_reply(2) + "0 serverclose 0\n");
  fixture.stop();
  CHECK(fixture.distinct() == 1);
}

TEST_CASE("stop() while the store stalls ends in time, without an answer") {
  SyslogOptions options = relp_listener();
  options.drain_timeout = std::chrono::seconds(1);
  Fixture fixture(options);
  SyslogClient client = open_session(fixture);
  send_uncommitted(fixture, client);
  fixture.inputs().stop();
  CHECK(all_replies(client).empty());
  fixture.recorded().hold(false);
}

}  // namespace rw::ingest
