#include "daemon/notify/outbox.h"

#include "tests/unit/notify/fixtures.h"

namespace rw::notify {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::finding;

ChannelOptions channel() {
  ChannelOptions options;
  options.name = "soc";
  return options;
}

// "ids @ next attempt" of each message.
std::vector<std::string> shown(const std::vector<storage::Notification>& messages) {
  std::vector<std::string> lines;
  for (const storage::Notification& message : messages) {
    lines.push_back(message.ids + " @ " + core::format_rfc3339(*message.next_attempt));
  }
  return lines;
}

}  // namespace

TEST_CASE("a channel tells what it is for") {
  ChannelOptions options = channel();
  CHECK(passes(options, finding(1, Severity::kInformational)));
  options.severity = Severity::kHigh;
  CHECK_FALSE(passes(options, finding(1, Severity::kMedium)));
  CHECK(passes(options, finding(1, Severity::kHigh)));
  CHECK(passes(options, finding(1, Severity::kCritical)));
  options.severity = Severity::kLow;
  options.detections = {core::TextPattern::with_stars("other"), core::TextPattern::with_stars("disable amsi*")};
  CHECK(passes(options, finding(1)));
  options.exclude = {core::TextPattern::with_stars("*registry")};
  CHECK_FALSE(passes(options, finding(1)));
  options.exclude.clear();
  options.detections.pop_back();
  CHECK_FALSE(passes(options, finding(1)));

  Finding taken = finding(1);
  taken.is_new = false;
  CHECK_FALSE(passes(channel(), taken));
  Finding risk = finding(1);
  risk.kind = FindingKind::kRiskEvent;
  options = channel();
  CHECK_FALSE(passes(options, risk));
  options.risk_events = true;
  CHECK(passes(options, risk));
}

TEST_CASE("what comes within group_for of the first finding is one message") {
  ChannelOptions options = channel();
  options.exclude = {core::TextPattern::with_stars("noise")};
  Group group(options);
  const core::Micros start = at("2026-10-11T21:00:01Z");  // when the findings were made
  CHECK(group.empty());
  CHECK_FALSE(group.due(start + 1h));
  for (int id = 1; id <= 500; ++id) {
    Finding one = finding(id);
    if (id == 7) one.detection = "noise";
    CHECK(group.add(one, start + 5s));
  }
  CHECK_FALSE(group.due(start + 59s));
  CHECK(group.due(start + 60s));
  CHECK(group.due(start - 1s));  // the clock was set back
  const auto messages = group.messages(FindingKind::kNotable, start + 60s, {}, nullptr);
  REQUIRE(shown(messages) == std::vector<std::string>{"1-6 8-500 @ 2026-10-11T21:01:01Z"});
  CHECK(messages[0].findings == 499);
  CHECK(messages[0].channel == "soc");
  CHECK(messages[0].kind == "notables");
  CHECK(messages[0].state == "waiting");
  CHECK(messages[0].attempts == 0);
  CHECK(messages[0].key.size() == 36);
  // The same message when it is made again.
  CHECK(group.messages(FindingKind::kNotable, start + 90s, {}, nullptr)[0].key == messages[0].key);
  CHECK(group.messages(FindingKind::kRiskEvent, start + 90s, {}, nullptr)[0].key != messages[0].key);
  group.clear();
  CHECK(group.empty());
}

TEST_CASE("a group that is full is due, and takes no more") {
  const ChannelOptions options = channel();
  Group group(options, 2);
  const core::Micros now = at("2026-10-11T21:00:01Z");
  CHECK(group.add(finding(1), now));
  CHECK_FALSE(group.due(now));
  CHECK(group.add(finding(2), now));
  CHECK(group.due(now));
  CHECK_FALSE(group.add(finding(3), now));
  CHECK(shown(group.messages(FindingKind::kNotable, now, {}, nullptr)) ==
        std::vector<std::string>{"1-2 @ 2026-10-11T21:00:01Z"});
}

TEST_CASE("quiet hours keep what is not critical, in one message for when they end") {
  ChannelOptions options = channel();
  options.group_for = 0s;
  options.quiet_hours = QuietHours{22h, 7h, Severity::kCritical};
  const core::Micros now = at("2026-10-11T23:00:00Z");
  Group group(options);
  group.add(finding(1, Severity::kHigh), now);
  group.add(finding(2, Severity::kCritical), now);
  group.add(finding(3, Severity::kLow), now);
  CHECK(group.due(now));
  const auto first = group.messages(FindingKind::kNotable, now, {}, nullptr);
  REQUIRE(shown(first) == std::vector<std::string>{"2-2 @ 2026-10-11T23:00:00Z", "1-1 3-3 @ 2026-10-12T07:00:00Z"});
  CHECK(first[0].key != first[1].key);

  group.clear();
  group.add(finding(4, Severity::kHigh), now + 1h);
  const auto more = group.messages(FindingKind::kNotable, now + 1h, {}, &first[1]);
  CHECK(shown(more) == std::vector<std::string>{"1-1 3-3 4-4 @ 2026-10-12T07:00:00Z"});
  CHECK(more[0].key == first[1].key);
  CHECK(more[0].findings == 3);

  // In the day all are one.
  group.clear();
  group.add(finding(5, Severity::kCritical), at("2026-10-12T08:00:00Z"));
  group.add(finding(6, Severity::kLow), at("2026-10-12T08:00:00Z"));
  group.add(finding(7, Severity::kCritical), at("2026-10-12T08:00:00Z"));
  const auto day = group.messages(FindingKind::kNotable, at("2026-10-12T08:00:00Z"), {}, nullptr);
  REQUIRE(shown(day) == std::vector<std::string>{"5-5 6-6 7-7 @ 2026-10-12T08:00:00Z"});
  CHECK(day[0].findings == 3);
}

TEST_CASE("without an exception quiet hours keep all") {
  ChannelOptions options = channel();
  options.quiet_hours = QuietHours{22h, 7h, {}};
  Group group(options);
  const core::Micros now = at("2026-10-11T23:00:00Z");
  group.add(finding(1, Severity::kCritical), now);
  CHECK(shown(group.messages(FindingKind::kNotable, now, {}, nullptr)) ==
        std::vector<std::string>{"1-1 @ 2026-10-12T07:00:00Z"});
}

TEST_CASE("pauses grow to an hour, and no two channels keep step") {
  std::vector<std::chrono::microseconds> pauses;
  for (int attempts = 1; attempts <= 11; ++attempts) pauses.push_back(pause_after(attempts, 0.5));
  CHECK(pauses ==
        std::vector<std::chrono::microseconds>{5s, 10s, 20s, 40s, 80s, 160s, 320s, 640s, 1280s, 2560s, 3600s});
  CHECK(pause_after(1, 0) == 3750ms);
  CHECK(pause_after(1, 1) == 6250ms);
  CHECK(pause_after(1000, 0.5) == 1h);
}

TEST_CASE("a message from attempt to attempt") {
  const core::Micros created = at("2026-10-11T21:00:00Z");
  ChannelOptions options = channel();
  storage::Notification message;
  message.key = "msg_1";
  message.created = created;
  message.next_attempt = created;
  const Delivery fails{Delivery::Outcome::kRetry, "answered 503"};

  message = after(message, fails, created + 1s, options, 0.5);
  CHECK(message.state == "waiting");
  CHECK(message.attempts == 1);
  CHECK(message.error == "answered 503");
  CHECK(message.next_attempt == created + 6s);

  SECTION("sent") {
    message = after(message, {}, created + 20s, options, 0.5);
    CHECK(message.state == "sent");
    CHECK(message.attempts == 2);
    CHECK(message.sent == created + 20s);
    CHECK(message.error.empty());
    CHECK_FALSE(message.next_attempt.has_value());
  }
  SECTION("refused") {
    message = after(message, {Delivery::Outcome::kRefused, "answered 404"}, created + 20s, options, 0.5);
    CHECK(message.state == "failed");
    CHECK(message.error == "answered 404");
    CHECK_FALSE(message.next_attempt.has_value());
    CHECK_FALSE(message.sent.has_value());
  }
  SECTION("the receiver says when") {
    message = after(message, {Delivery::Outcome::kRetry, "answered 429", 120s}, created + 20s, options, 0.5);
    CHECK(message.next_attempt == created + 140s);
    message = after(message, {Delivery::Outcome::kRetry, "answered 429", 1s}, created + 140s, options, 0.5);
    CHECK(message.next_attempt == created + 160s);  // not sooner than its pause
    options.give_up_after = 48h;
    message = after(message, {Delivery::Outcome::kRetry, "answered 429", std::chrono::hours(24 * 365)}, created + 200s,
                    options, 0.5);
    CHECK(message.next_attempt == created + 200s + 24h);
  }
  SECTION("given up when the next attempt would be too late") {
    message = after(message, fails, created + 24h - 30s, options, 0.5);
    CHECK(message.state == "waiting");
    CHECK(message.next_attempt == created + 24h - 20s);
    message = after(message, fails, created + 24h, options, 0.5);
    CHECK(message.state == "given_up");
    CHECK(message.attempts == 3);
    CHECK_FALSE(message.next_attempt.has_value());
  }
  SECTION("what quiet hours have kept has its time after them") {
    options.give_up_after = 1h;
    options.quiet_hours = QuietHours{22h, 7h, {}};
    message = after(message, fails, created + 10h - 30s, options, 0.5);
    CHECK(message.state == "waiting");
    message = after(message, fails, created + 10h, options, 0.5);
    CHECK(message.state == "given_up");
  }
  SECTION("nothing is left to tell") {
    message = skipped(message, created + 20s);
    CHECK(message.state == "skipped");
    CHECK_FALSE(message.next_attempt.has_value());
  }
}

}  // namespace rw::notify
