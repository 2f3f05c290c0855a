// Syslog inputs before a store that records, and messages for them.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/ingest/net/syslog_inputs.h"
#include "tests/unit/ingest/recording_session.h"
#include "tests/unit/net/syslog_client.h"

namespace rw::ingest {

inline bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

inline std::string payload(int i, const std::string& details = "x") {
  return "{\"EventID\":13,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"Channel\":\"C\",\"Computer\":\"ws1\","
         "\"EventRecordID\":" +
         std::to_string(i) + ",\"TargetObject\":\"HKLM\\\\k\\\\v" + std::to_string(i) + "\",\"Details\":\"" + details +
         "\"}";
}
// Of a kind that is not stored.
inline std::string unstored_payload() {
  return "{\"EventID\":1102,\"SourceName\":\"Microsoft-Windows-Eventlog\",\"Channel\":\"Security\","
         "\"Computer\":\"ws1\",\"EventRecordID\":9}";
}
inline std::string message(int i) { return "<14>Oct 11 22:14:15 relay App: " + payload(i); }
inline std::string line(int i) { return message(i) + "\n"; }
inline std::string counted(int i) { return std::to_string(message(i).size()) + " " + message(i); }

// Inputs on port 0 before a recording store: TCP and UDP, unless the options name listeners.
class Fixture {
 public:
  explicit Fixture(SyslogOptions options = {}, storage::Writer::Options writer_options = {}) {
    if (options.listens.empty()) {
      options.listens = {{SyslogProtocol::kTcp, {"127.0.0.1", 0}}, {SyslogProtocol::kUdp, {"127.0.0.1", 0}}};
    }
    std::signal(SIGPIPE, SIG_IGN);  // as the daemon does: OpenSSL writes with write()
    writer_ =
        std::make_unique<storage::Writer>(std::make_unique<RecordingSession>(recorded_), writer_options, counters_);
    auto opened = SyslogInputs::open(std::move(options), *writer_, counters_, clock_);
    REQUIRE(opened.ok());
    inputs_ = std::move(opened).value();
  }
  ~Fixture() {
    recorded_->hold(false);
    inputs_.reset();
  }

  SyslogClient tcp() const { return {SOCK_STREAM, inputs_->bound()[0].listen.port}; }
  SyslogClient udp() const { return {SOCK_DGRAM, inputs_->bound()[1].listen.port}; }
  std::uint16_t port(std::size_t i = 0) const { return inputs_->bound()[i].listen.port; }
  SyslogInputs& inputs() { return *inputs_; }
  Recorded& recorded() { return *recorded_; }
  std::uint64_t count(core::Counter counter) const { return counters_.value(counter); }
  bool stored(std::size_t events) {
    return eventually([&] { return recorded_->stored() == events; });
  }
  std::vector<std::string> sources() {
    std::lock_guard lock(recorded_->mutex);
    return recorded_->sources;
  }
  // Everything that came, once nothing can come any more.
  const Recorded& stop() {
    inputs_->stop();
    writer_.reset();
    return *recorded_;
  }
  std::size_t distinct() const {
    return std::set<std::string>(recorded_->registry.begin(), recorded_->registry.end()).size();
  }

 private:
  core::Counters counters_;
  core::SystemClock clock_;
  std::shared_ptr<Recorded> recorded_ = std::make_shared<Recorded>();
  std::unique_ptr<storage::Writer> writer_;
  std::unique_ptr<SyslogInputs> inputs_;
};

}  // namespace rw::ingest
