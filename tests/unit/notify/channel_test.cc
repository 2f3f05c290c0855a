#include "daemon/notify/channel.h"

#include <stdlib.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daemon/notify/notifier.h"
#include "storage/sqlite/store.h"
#include "tests/unit/notify/fixtures.h"

namespace rw::notify {
namespace {

using namespace std::chrono_literals;
using test::at;
using Texts = std::vector<std::string>;

class TestClock final : public core::Clock {
 public:
  core::Micros now() const override { return now_; }
  core::Micros now_ = at("2026-10-11T12:00:00Z");
};

// What the receiver does, and has seen.
struct Receiver {
  std::deque<Delivery> answers;  // then all is taken
  std::vector<Message> messages;
};

class TestSender final : public Sender {
 public:
  explicit TestSender(Receiver& receiver) : receiver_(receiver) {}
  Delivery send(const Message& message, core::Micros, const std::atomic<bool>&) override {
    receiver_.messages.push_back(message);
    if (receiver_.answers.empty()) return {};
    Delivery answer = receiver_.answers.front();
    receiver_.answers.pop_front();
    return answer;
  }

 private:
  Receiver& receiver_;
};

// Longer than the pauses of the first attempts, which chance decides.
const Delivery kBusy{Delivery::Outcome::kRetry, "answered 503", 60s};

// A store, and a channel that can be started anew over it, as after kill -9.
class World {
 public:
  World() {
    options_.name = "soc";
    std::string name = (std::filesystem::temp_directory_path() / "regwarden_notify_XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    dir_ = name;
    store_ = storage::sqlite::open({.data_dir = dir_.string()}).value();
    session_ = store_->open_writer().value();
    reader_ = store_->open_reader().value();
  }
  ~World() {
    channel_.reset();
    reader_.reset();
    session_.reset();
    store_.reset();
    std::filesystem::remove_all(dir_);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void start() {
    channel_ = std::make_unique<Channel>(options_, core::TimeZone(), "https://siem/#/findings",
                                         std::make_unique<TestSender>(receiver_),
                                         Channel::Sources{*reader_, commit_, counters_, clock_});
  }
  void look() { REQUIRE(channel_->look(stopping_).ok()); }
  void pass(std::chrono::microseconds time) {
    clock_.now_ += time;
    look();
  }

  void add(const std::string& identity, const std::string& severity = "high", const std::string& urgency = "") {
    storage::Batch batch;
    batch.notables.push_back({.origin = {.detection_id = "id1",
                                         .detection = "Detection",
                                         .detection_version = 1,
                                         .window = {clock_.now_ - 1h, clock_.now_},
                                         .created = clock_.now_},
                              .identity = identity,
                              .time = clock_.now_ - 1min,
                              .rule_title = "Title " + identity,
                              .rule_description = "Description",
                              .security_domain = "endpoint",
                              .severity = severity,
                              .nes_fields = "[]",
                              .drilldown_searches = "[]",
                              .annotations = "{}",
                              .row = R"({"dest":"WS1"})",
                              .urgency = urgency,
                              .dest = "WS1"});
    REQUIRE(session_->commit({&batch, 1}).ok());
  }
  void add_risk(const std::string& identity) {
    storage::Batch batch;
    batch.risk_events.push_back({.origin = {.detection_id = "id1",
                                            .detection = "Detection",
                                            .detection_version = 1,
                                            .window = {clock_.now_ - 1h, clock_.now_},
                                            .created = clock_.now_},
                                 .identity = identity,
                                 .time = clock_.now_,
                                 .risk_object = "WS1",
                                 .risk_object_type = "system",
                                 .risk_object_field = "dest",
                                 .risk_score = 64,
                                 .risk_message = "Risk " + identity,
                                 .threat_objects = "[]",
                                 .annotations = "{}",
                                 .row = "{}"});
    REQUIRE(session_->commit({&batch, 1}).ok());
  }
  void set_status(std::int64_t notable, const std::string& status) {
    storage::Edits edits;
    edits.notables.push_back({.notable = notable, .time = clock_.now_, .actor = "user ann", .status = status});
    REQUIRE(commit_(std::move(edits), stopping_).ok());
  }

  // Titles of the findings of each message that came, in the order of their ids.
  std::vector<Texts> told() {
    std::vector<Texts> told;
    for (Message message : receiver_.messages) {
      std::ranges::sort(message.findings, {}, &Finding::id);
      Texts& titles = told.emplace_back();
      for (const Finding& finding : message.findings) titles.push_back(finding.title);
    }
    receiver_.messages.clear();
    return told;
  }
  // "state attempts findings error" of each message, oldest first.
  Texts outbox() {
    storage::ListRequest request;
    request.listing = storage::Listing::kNotifications;
    const auto page = reader_->list(request);
    REQUIRE(page.ok());
    const auto& columns = page->table.columns;
    const auto column = [&](std::string_view name) {
      return static_cast<std::size_t>(std::ranges::find(columns, name) - columns.begin());
    };
    Texts lines;
    for (const auto& row : page->table.rows) {
      const auto* error = std::get_if<std::string>(&row[column("error")]);
      lines.insert(lines.begin(), std::get<std::string>(row[column("state")]) + " " +
                                      std::to_string(std::get<std::int64_t>(row[column("attempts")])) + " " +
                                      std::to_string(std::get<std::int64_t>(row[column("findings")])) +
                                      (error == nullptr ? "" : " " + *error));
    }
    return lines;
  }

  ChannelOptions options_;
  Receiver receiver_;
  TestClock clock_;
  core::Counters counters_;
  std::unique_ptr<Channel> channel_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::Reader> reader_;
  bool store_fails_ = false;
  std::atomic<bool> stopping_{false};
  CommitEdits commit_ = [this](storage::Edits edits, const std::atomic<bool>&) -> core::Result<void> {
    if (store_fails_) return core::Error{core::ErrorCode::kBusy, "the store has not written it yet"};
    storage::Batch batch;
    batch.edits = std::make_shared<const storage::Edits>(std::move(edits));
    const auto committed = session_->commit({&batch, 1});
    return committed.ok() ? core::Result<void>() : core::Result<void>(committed.error());
  };

 private:
  std::filesystem::path dir_;
  std::unique_ptr<storage::WriteSession> session_;
};

}  // namespace

TEST_CASE("a new channel tells what is found from now on, together") {
  World world;
  world.add("before");
  world.start();
  world.look();
  world.add("a");
  world.add("b");
  world.pass(10s);
  world.add("c");
  world.pass(49s);
  CHECK(world.told().empty());
  CHECK(world.outbox().empty());
  world.pass(1s);
  CHECK(world.told() == std::vector<Texts>{{"Title a", "Title b", "Title c"}});
  CHECK(world.outbox() == Texts{"sent 1 3"});
  CHECK(world.counters_.value(core::Counter::kNotificationsSent) == 1);
  world.pass(1h);
  CHECK(world.told().empty());
}

TEST_CASE("a message says what it is about") {
  World world;
  world.start();
  world.look();
  world.add("a");
  world.pass(1min);
  REQUIRE(world.receiver_.messages.size() == 1);
  const Message& message = world.receiver_.messages[0];
  CHECK(message.channel == "soc");
  CHECK(message.kind == FindingKind::kNotable);
  CHECK(message.count == 1);
  CHECK(message.severity == Severity::kHigh);
  CHECK(message.url == "https://siem/#/findings");
  CHECK(message.created == world.clock_.now_);
  CHECK_FALSE(message.test);
  CHECK(message.findings[0].dest == "WS1");
}

TEST_CASE("what was found while the daemon was down, or just before it was killed, is told after the start") {
  World world;
  world.start();
  world.look();
  world.add("a");
  world.look();  // in the group, in memory
  world.start();
  world.add("b");
  world.pass(1min);
  CHECK(world.told() == std::vector<Texts>{{"Title a", "Title b"}});
  // Killed after it was sent and before that was stored: it comes once more, under the same key.
  world.add("c");
  world.receiver_.answers = {kBusy};
  world.pass(1min);
  REQUIRE(world.receiver_.messages.size() == 1);
  const std::string key = world.receiver_.messages[0].id;
  world.told();
  world.start();
  world.pass(1s);
  CHECK(world.told().empty());  // its pause lasts
  world.pass(1min);
  REQUIRE(world.receiver_.messages.size() == 1);
  CHECK(world.receiver_.messages[0].id == key);
  CHECK(world.outbox() == Texts{"sent 1 2", "sent 2 1"});
}

TEST_CASE("while a receiver takes nothing what comes is gathered") {
  World world;
  world.options_.group_for = 0s;
  world.start();
  world.look();
  world.receiver_.answers = {kBusy, kBusy, kBusy};
  world.add("a");
  world.look();
  CHECK(world.outbox() == Texts{"waiting 1 1 answered 503"});
  CHECK_FALSE(world.channel_->failing().has_value());
  world.add("b");
  world.pass(5s);
  world.add("c");
  world.pass(5s);
  CHECK(world.told().size() == 1);
  world.pass(50s);
  world.pass(1min);
  CHECK(world.told().size() == 2);
  CHECK(world.channel_->failing() == FailingChannel{"soc", at("2026-10-11T12:00:00Z"), "answered 503"});
  CHECK(world.counters_.value(core::Counter::kNotificationsFailed) == 3);
  world.pass(1min);
  world.look();
  CHECK(world.told() == std::vector<Texts>{{"Title a"}, {"Title b", "Title c"}});
  CHECK(world.outbox() == Texts{"sent 4 1", "sent 1 2"});
  CHECK_FALSE(world.channel_->failing().has_value());
}

TEST_CASE("a message that is refused is lost, shown, and makes a failing channel at once") {
  World world;
  world.options_.group_for = 0s;
  world.start();
  world.look();
  world.receiver_.answers = {{Delivery::Outcome::kRefused, "answered 404"}};
  world.add("a");
  world.look();
  CHECK(world.outbox() == Texts{"failed 1 1 answered 404"});
  CHECK(world.channel_->failing() == FailingChannel{"soc", at("2026-10-11T12:00:00Z"), "answered 404"});
  world.add("b");
  world.pass(1s);
  CHECK(world.told() == std::vector<Texts>{{"Title a"}, {"Title b"}});
  CHECK_FALSE(world.channel_->failing().has_value());
}

TEST_CASE("a message is given up when it is too old") {
  World world;
  world.options_.group_for = 0s;
  world.options_.give_up_after = 1min;
  world.start();
  world.look();
  world.receiver_.answers = std::deque<Delivery>(10, kBusy);
  world.add("a");
  for (int i = 0; i < 10; ++i) world.pass(20s);
  const Texts outbox = world.outbox();
  REQUIRE(outbox.size() == 1);
  CHECK(outbox[0].starts_with("given_up "));
  CHECK(world.channel_->failing().has_value());
}

TEST_CASE("a message that is lost and waits again is sent, also while the receiver takes nothing") {
  World world;
  world.options_.group_for = 0s;
  world.start();
  world.look();
  world.receiver_.answers = {{Delivery::Outcome::kRefused, "answered 404"}, kBusy};
  world.add("a");
  world.look();
  world.add("b");
  world.pass(1s);
  CHECK(world.outbox() == Texts{"failed 1 1 answered 404", "waiting 1 1 answered 503"});
  world.told();

  storage::Edits edits;
  edits.retries = {{1, world.clock_.now_}};
  REQUIRE(world.commit_(std::move(edits), world.stopping_).ok());
  world.look();
  CHECK(world.told().empty());  // nobody has said so
  world.channel_->look_again();
  world.look();
  CHECK(world.told() == std::vector<Texts>{{"Title a"}});
  world.pass(60s);
  CHECK(world.told() == std::vector<Texts>{{"Title b"}});
  CHECK(world.outbox() == Texts{"sent 2 1", "sent 2 1"});
}

TEST_CASE("what waits again is found after a restart, too, and is given up again when it is too old") {
  World world;
  world.options_.group_for = 0s;
  world.options_.give_up_after = 1min;
  world.start();
  world.look();
  world.receiver_.answers = {{Delivery::Outcome::kRefused, "answered 404"}, kBusy};
  world.add("a");
  world.look();
  world.clock_.now_ += 1h;
  storage::Edits edits;
  edits.retries = {{1, world.clock_.now_}};
  REQUIRE(world.commit_(std::move(edits), world.stopping_).ok());
  CHECK(world.outbox() == Texts{"waiting 1 1 answered 404"});
  world.start();
  world.look();
  CHECK(world.outbox() == Texts{"given_up 2 1 answered 503"});
}

TEST_CASE("what somebody has taken up is not told any more") {
  World world;
  world.start();
  world.look();
  world.add("a");
  world.add("b");
  world.pass(1s);
  world.set_status(1, "in_progress");
  world.pass(1min);
  CHECK(world.told() == std::vector<Texts>{{"Title b"}});
  world.add("c");
  world.pass(1s);
  world.set_status(3, "closed");
  world.pass(1min);
  CHECK(world.told().empty());
  CHECK(world.outbox() == Texts{"sent 1 1", "skipped 0 1"});
}

TEST_CASE("a store that does not write holds a message back, and makes none twice") {
  World world;
  world.options_.group_for = 0s;
  world.start();
  world.look();
  world.add("a");
  world.store_fails_ = true;
  CHECK_FALSE(world.channel_->look(world.stopping_).ok());
  CHECK(world.told().empty());
  world.store_fails_ = false;
  world.look();
  CHECK(world.told() == std::vector<Texts>{{"Title a"}});
  CHECK(world.outbox() == Texts{"sent 1 1"});
}

TEST_CASE("quiet hours: what is critical at once, the rest together in the morning") {
  World world;
  world.options_.group_for = 0s;
  world.options_.quiet_hours = QuietHours{22h, 7h, Severity::kCritical};
  world.clock_.now_ = at("2026-10-11T22:30:00Z");
  world.start();
  world.look();
  world.add("a");
  world.add("b", "critical");
  world.look();
  CHECK(world.told() == std::vector<Texts>{{"Title b"}});
  world.add("c");
  world.pass(4h);
  world.start();
  world.add("d");
  world.pass(1h);
  CHECK(world.told().empty());
  CHECK(world.outbox() == Texts{"sent 1 1", "waiting 0 3"});
  world.clock_.now_ = at("2026-10-12T07:00:00Z");
  world.look();
  CHECK(world.told() == std::vector<Texts>{{"Title a", "Title c", "Title d"}});
}

TEST_CASE("a channel goes by urgency, not by severity") {
  World world;
  world.options_.severity = Severity::kHigh;
  world.start();
  world.look();
  world.add("a", "critical", "low");
  world.add("b", "low", "high");
  world.look();
  world.pass(1h);
  CHECK(world.told() == std::vector<Texts>{{"Title b"}});
}

TEST_CASE("findings that the channel does not tell move its cursor on") {
  World world;
  world.options_.severity = Severity::kHigh;
  world.start();
  world.look();
  world.add("a", "low");
  world.pass(1s);
  CHECK(world.outbox().empty());
  world.options_.severity = Severity::kLow;
  world.start();
  world.pass(1h);
  CHECK(world.told().empty());
}

TEST_CASE("risk events are told where they are asked for, in messages of their own") {
  World world;
  world.options_.group_for = 0s;
  SECTION("not asked for") {
    world.start();
    world.look();
    world.add_risk("r");
    world.pass(1s);
    CHECK(world.told().empty());
  }
  SECTION("asked for") {
    world.options_.risk_events = true;
    world.start();
    world.look();
    world.add_risk("r");
    world.add("a");
    world.pass(1s);
    CHECK(world.told() == std::vector<Texts>{{"Title a"}, {"Risk r"}});
  }
}

TEST_CASE("many findings are one message; more than it may have are several") {
  World world;
  world.start();
  world.look();
  for (int i = 0; i < 450; ++i) world.add(std::to_string(i));
  world.pass(1min);
  REQUIRE(world.receiver_.messages.size() == 1);
  CHECK(world.receiver_.messages[0].count == 450);
  CHECK(world.receiver_.messages[0].findings.size() == 10);
}

TEST_CASE("channels that are gone are forgotten, and come back as new ones") {
  World world;
  world.options_.group_for = 0s;
  world.receiver_.answers = {kBusy};
  world.start();
  world.look();
  world.add("a");
  world.look();
  CHECK(world.outbox() == Texts{"waiting 1 1 answered 503"});
  {
    const auto notifier = Notifier::start({}, {*world.store_, world.commit_, world.counters_, world.clock_});
    REQUIRE(notifier.ok());
    CHECK((*notifier)->failing().empty());
  }
  CHECK(world.outbox() == Texts{"given_up 1 1 the channel is no longer configured"});
  world.told();
  world.add("b");
  world.start();
  world.pass(1h);
  CHECK(world.told().empty());
}

}  // namespace rw::notify
