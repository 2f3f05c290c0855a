#include "daemon/notify/test_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <thread>

#include "daemon/core/hash.h"
#include "daemon/core/text.h"
#include "daemon/notify/sender.h"

namespace rw::notify {
namespace {

constexpr std::chrono::milliseconds kTestTimeout{10'000};

}  // namespace

Message test_message(std::string_view channel, core::Micros now, std::string_view public_url) {
  Finding finding;
  finding.time = now;
  finding.created = now;
  finding.detection_id = "test";
  finding.detection = "Test of notifications";
  finding.title = "regwarden can reach this channel";
  finding.description = "This is a test. Nothing was found.";
  Digest digest;
  digest.add(finding);
  Message message = digest.message();
  core::StableHash hash;
  hash.add("test");
  hash.add(channel);
  hash.add(core::to_us(now));
  message.id = "msg_" + hash.hex();
  message.channel = channel;
  message.test = true;
  message.created = now;
  if (!public_url.empty()) message.url = public_url;
  return message;
}

core::Result<std::vector<TestResult>> send_test(const Options& options, std::string_view channel, core::Micros now,
                                                const std::atomic<bool>& stopping) {
  std::vector<ChannelOptions> asked;
  for (const ChannelOptions& each : options.channels) {
    if (channel.empty() || each.name == channel) asked.push_back(each);
  }
  if (options.channels.empty()) {
    return core::Error{core::ErrorCode::kNotFound, "no channel is configured",
                       "the section notify of the configuration names them"};
  }
  if (asked.empty()) {
    return core::Error{core::ErrorCode::kNotFound, fmt::format("there is no channel {}", core::quoted(channel))};
  }
  std::vector<TestResult> results(asked.size());
  const auto test = [&](std::size_t i) {
    ChannelOptions one = asked[i];
    one.timeout = std::min(one.timeout, kTestTimeout);
    const Message message = test_message(one.name, now, options.public_url);
    const Delivery delivery = make_sender(one, options.zone)->send(message, now, stopping);
    results[i] = {one.name, delivery.outcome == Delivery::Outcome::kSent, delivery.error};
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    try {
      threads.emplace_back([&test, i] { test(i); });
    } catch (const std::system_error&) {  // no more threads
      test(i);
    }
  }
  threads.clear();  // joins
  return results;
}

}  // namespace rw::notify
