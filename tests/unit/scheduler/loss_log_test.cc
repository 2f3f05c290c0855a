#include "daemon/scheduler/loss_log.h"

#include <catch2/catch.hpp>

namespace rw::scheduler {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

TEST_CASE("losses: at once, and then once a minute what came on top") {
  core::Counters counters;
  LossLog log;
  std::chrono::steady_clock::time_point now{};
  counters.add(core::Counter::kRegistryStored, 5);  // no loss
  CHECK(log.look(counters, now).empty());

  counters.add(core::Counter::kRejected);
  CHECK(log.look(counters, now += 5s) ==
        Lines{"Payloads that could not be decoded: 1 more, 1 since the start (regwarden_rejected_total)"});
  for (int i = 0; i < 11; ++i) {
    counters.add(core::Counter::kRejected, 10);
    CHECK(log.look(counters, now += 5s).empty());
  }
  counters.add(core::Counter::kUdpDropped, 2);
  CHECK(log.look(counters, now += 5s) ==
        Lines{"UDP messages dropped because the store was behind: 2 more, 2 since the start "
              "(regwarden_udp_dropped_total)",
              "Payloads that could not be decoded: 110 more, 111 since the start (regwarden_rejected_total)"});
  CHECK(log.look(counters, now += 10min).empty());
  counters.add(core::Counter::kRejected);
  CHECK(log.look(counters, now += 5s).size() == 1);
}

}  // namespace rw::scheduler
