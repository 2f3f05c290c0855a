#include "daemon/ingest/pipeline.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/ingest/recording_session.h"

namespace rw::ingest {
namespace {

MessageContext context(std::uint64_t cut_bytes = 0) {
  return {.received = core::from_us(1'790'000'000'000'000),
          .input = "test",
          .peer = "here",
          .fallback = {.time = core::from_us(1'780'000'000'000'000), .host = "relay"},
          .cut_bytes = cut_bytes};
}

std::string event(const std::string& system, const std::string& data) {
  return "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/>" + system + "</System><EventData>" + data +
         "</EventData></Event>";
}

std::string set_value(const std::string& target) {
  return event("<EventID>13</EventID><Computer>ws1</Computer>", "<Data Name='TargetObject'>" + target + "</Data>");
}

// What a pipeline that was fed so gives to the store.
struct Fixture {
  core::Counters counters;
  std::shared_ptr<Recorded> recorded = std::make_shared<Recorded>();
  std::unique_ptr<storage::Writer> writer = std::make_unique<storage::Writer>(
      std::make_unique<RecordingSession>(recorded), storage::Writer::Options{}, counters);
  KeyDeletions key_deletions;
  Pipeline pipeline{*writer, counters, key_deletions};

  const Recorded& flush() {
    CHECK(pipeline.flush());
    writer.reset();
    return *recorded;
  }
};

}  // namespace

TEST_CASE("a bad event among several is rejected alone") {
  Fixture fixture;
  const std::string bad = event("<EventID>x</EventID>", "");
  const auto events = fixture.pipeline.add(set_value("HKLM\\a\\1") + bad + set_value("HKLM\\a\\2"), context());
  REQUIRE(events.ok());
  CHECK(*events == 2);
  const Recorded& recorded = fixture.flush();
  CHECK(recorded.registry == std::vector<std::string>{"ws1 HKLM\\a 1", "ws1 HKLM\\a 2"});
  CHECK(recorded.rejected ==
        std::vector<std::string>{"event 2 of the message: EventID: expected a number, got 'x' [" + bad + "]"});
  CHECK(fixture.counters.value(core::Counter::kRejected) == 1);
}

TEST_CASE("what is not an event is rejected with a reason") {
  const struct {
    std::string payload;
    const char* reason;
  } cases[] = {
      {"", "empty message: expected Windows Event XML, JSON, or the text of a Windows log forwarder"},
      {"hello", "not a Windows event: expected Windows Event XML, JSON, or the text of a Windows log forwarder"},
      {"{\"a\":1}", "no EventID: expected the fields of a Windows event"},
      {"<Events/>", "no <Event> in the message"},
      {event("<EventID>13</EventID>", ""), "Sysmon registry event without TargetObject"},
      {event("<EventID>\xff\xff</EventID>", ""), "EventID: expected a number, got '\xef\xbf\xbd\xef\xbf\xbd'"},
  };
  for (const auto& c : cases) {
    INFO(c.payload);
    Fixture fixture;
    const auto events = fixture.pipeline.add(c.payload, context());
    REQUIRE_FALSE(events.ok());
    CHECK(events.error().message == c.reason);
    CHECK(fixture.flush().rejected.size() == 1);
    CHECK(fixture.counters.value(core::Counter::kRejected) == 1);
  }
}

TEST_CASE("a cut message is stored as far as it goes, and noted") {
  Fixture fixture;
  CHECK(fixture.pipeline.add(set_value("HKLM\\a\\1") + "<Event><System>", context(10)).ok());
  CHECK(fixture.pipeline.add(set_value("HKLM\\a\\2"), context(20)).ok());
  const Recorded& recorded = fixture.flush();
  CHECK(recorded.registry.size() == 2);
  REQUIRE(recorded.rejected.size() == 2);
  CHECK(recorded.rejected[0].starts_with("longer than the message limit by 10 bytes; event 2 of the message: "));
  CHECK(recorded.rejected[1].starts_with(
      "longer than the message limit by 20 bytes; what came before the cut was stored"));
}

TEST_CASE("kinds that are not stored are counted and leave nothing behind") {
  Fixture fixture;
  const std::string other = event("<EventID>3</EventID><Channel>C</Channel>", std::string(10'000, ' '));
  for (int i = 0; i < 1000; ++i) CHECK(fixture.pipeline.add(other, context()).ok());
  CHECK(fixture.pipeline.empty());
  CHECK_FALSE(fixture.pipeline.large());
  CHECK(fixture.counters.skipped() == std::map<std::pair<std::string, std::uint32_t>, std::uint64_t>{{{"C", 3}, 1000}});
}

TEST_CASE("what the event lacks comes from the transport") {
  Fixture fixture;
  CHECK(fixture.pipeline
            .add("{\"EventID\":13,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"TargetObject\":\"HKLM\\\\k\\\\v\"}",
                 context())
            .ok());
  const Recorded& recorded = fixture.flush();
  CHECK(recorded.registry == std::vector<std::string>{"relay HKLM\\k v"});
  CHECK(recorded.times == std::vector<std::int64_t>{1'780'000'000'000'000});
}

TEST_CASE("a host of the transport's is text, whatever its bytes were") {
  Fixture fixture;
  MessageContext from_bytes = context();
  from_bytes.fallback.host = std::string_view("k\xe9\0x", 4);
  CHECK(fixture.pipeline
            .add("{\"EventID\":13,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"TargetObject\":\"HKLM\\\\k\\\\v\"}",
                 from_bytes)
            .ok());
  CHECK(fixture.flush().registry == std::vector<std::string>{"k\xef\xbf\xbd\xef\xbf\xbdx HKLM\\k v"});
}

TEST_CASE("Security events are taken from flat JSON as from XML") {
  Fixture fixture;
  const char* const events[] = {
      R"({"EventID":4657,"Channel":"security","SourceName":"Microsoft-Windows-Security-Auditing","Hostname":"ws1",)"
      R"("EventType":"AUDIT_SUCCESS","ObjectName":"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\X",)"
      R"("ObjectValueName":"Start","OperationType":"%%1905","NewValueType":"%%1876","NewValue":"4","ProcessID":4,)"
      R"("ProcessId":"0xa5c"})",
      R"({"EventID":4657,"Channel":"Security","Hostname":"ws1","ObjectName":"\\REGISTRY\\MACHINE\\SOFTWARE\\K"})",
      R"({"EventID":4663,"Channel":"Security","Hostname":"ws1","ObjectType":"Key","AccessMask":"0x2",)"
      R"("Keywords":-9214364837600034816,"ObjectName":"\\REGISTRY\\USER\\S-1-5-18\\K"})",
      // An audit of failure.
      R"({"EventID":4656,"Channel":"Security","Hostname":"ws1","ObjectType":"Key","AccessMask":"0x2",)"
      R"("Keywords":-9218868437227405312,"ObjectName":"\\REGISTRY\\USER\\S-1-5-18\\K"})",
      R"({"EventID":4657,"Channel":"Application","SourceName":"Microsoft-Windows-Security-Auditing","Hostname":"ws1",)"
      R"("ObjectName":"\\REGISTRY\\MACHINE\\SOFTWARE\\K"})",
      R"({"EventID":4688,"Channel":"Security","Hostname":"ws1","NewProcessName":"C:\\a.exe","NewProcessId":"0x7d8"})",
  };
  for (const char* json : events) CHECK(fixture.pipeline.add(json, context()).ok());
  const Recorded& recorded = fixture.flush();
  CHECK(recorded.registry == std::vector<std::string>{"ws1 HKLM\\System\\CurrentControlSet\\Services\\X Start",
                                                      "ws1 HKLM\\SOFTWARE\\K (Default)", "ws1 HKU\\S-1-5-18\\K "});
  CHECK(recorded.processes == std::vector<std::string>{"ws1 C:\\a.exe 2008"});
  CHECK(fixture.counters.skipped() == std::map<std::pair<std::string, std::uint32_t>, std::uint64_t>{
                                          {{"Application", 4657}, 1}, {{"Security", 4656}, 1}});
}

TEST_CASE("the two events of a key's deletion may come by different pipelines of an input") {
  Fixture fixture;
  // The first one must be gone before the fixture's writer.
  auto other = std::make_unique<Pipeline>(*fixture.writer, fixture.counters, fixture.key_deletions);
  const auto security = [](const std::string& fields) {
    return R"({"Channel":"Security","Hostname":"ws1","ProcessId":"0x5a8","HandleId":"0x468",)" + fields + "}";
  };
  CHECK(other
            ->add(security(R"("EventID":4663,"RecordNumber":1,"ObjectType":"Key","AccessMask":"0x10000",)"
                           R"("ObjectName":"\\REGISTRY\\MACHINE\\SOFTWARE\\K")"),
                  context())
            .ok());
  CHECK(fixture.pipeline.add(security(R"("EventID":4660,"RecordNumber":2)"), context()).ok());
  CHECK(fixture.pipeline.add(security(R"("EventID":4660,"RecordNumber":3)"), context()).ok());
  other.reset();
  CHECK(fixture.flush().registry == std::vector<std::string>{"ws1 HKLM\\SOFTWARE\\K "});
  CHECK(fixture.counters.skipped() ==
        std::map<std::pair<std::string, std::uint32_t>, std::uint64_t>{{{"Security", 4660}, 1}});
}

TEST_CASE("many rejected payloads make a batch large, too") {
  Fixture fixture;
  const std::string noise(4096, 'x');
  int count = 0;
  while (!fixture.pipeline.large() && count < 10'000) {
    CHECK_FALSE(fixture.pipeline.add(noise, context()).ok());
    ++count;
  }
  CHECK(count < 300);
}

namespace {

std::string numbered(int event_id, int record_id, const std::string& computer = "ws1",
                     const std::string& time = "2026-09-21T13:00:00Z") {
  return event("<EventID>" + std::to_string(event_id) + "</EventID><TimeCreated SystemTime='" + time +
                   "'/><EventRecordID>" + std::to_string(record_id) +
                   "</EventRecordID><Channel>Ops</Channel><Computer>" + computer + "</Computer>",
               "<Data Name='TargetObject'>HKLM\\a\\b</Data>");
}

MessageContext from(const std::string_view peer, std::string_view input = "syslog/tcp") {
  MessageContext message = context();
  message.peer = peer;
  message.input = input;
  return message;
}

}  // namespace

TEST_CASE("sources are counted with the batch, kinds that are not stored as well") {
  Fixture fixture;
  Pipeline& pipeline = fixture.pipeline;
  CHECK(pipeline.add(numbered(13, 7) + numbered(3, 8) + numbered(13, 9), from("10.0.0.1:5140")).ok());
  CHECK(pipeline.add(numbered(13, 1, "ws2"), from("[::1]:99")).ok());
  CHECK(pipeline.add(numbered(13, 11), from("10.0.0.2:5140", "syslog/udp")).ok());
  CHECK(pipeline.add(numbered(13, 5, "-"), from("files/a.xml", "import")).ok());  // the relay's name
  // Decoded but not normalised: it did arrive. Its time is no time, so that nothing can be said of its id.
  CHECK_FALSE(pipeline
                  .add(event("<EventID>13</EventID><EventRecordID>12</EventRecordID><Channel>Ops</Channel>"
                             "<Computer>ws1</Computer>",
                             ""),
                       from("10.0.0.3:1"))
                  .ok());
  CHECK(fixture.flush().sources == std::vector<std::string>{"ws1 Ops 10.0.0.3 syslog/tcp xml 5/3 7-9 11-11",
                                                            "ws2 Ops ::1 syslog/tcp xml 1/1 1-1",
                                                            "relay Ops files/a.xml import xml 1/1 5-5"});
}

TEST_CASE("counts without a batch are handed over by flush, by the next event a second later, and at the end") {
  Fixture fixture;
  CHECK(fixture.pipeline.add(numbered(3, 1), from("a")).ok());
  CHECK(fixture.pipeline.empty());
  CHECK(fixture.pipeline.has_counts());
  SECTION("flush") {
    CHECK(fixture.pipeline.flush([](const auto&) { FAIL("there is no batch"); }));
    CHECK_FALSE(fixture.pipeline.has_counts());
    CHECK(fixture.flush().sources == std::vector<std::string>{"ws1 Ops a syslog/tcp xml 1/0 1-1"});
  }
  SECTION("a second later") {
    MessageContext later = from("a");
    later.received += std::chrono::seconds(1);
    CHECK(fixture.pipeline.add(numbered(3, 2), later).ok());
    CHECK_FALSE(fixture.pipeline.has_counts());
    CHECK(fixture.flush().sources == std::vector<std::string>{"ws1 Ops a syslog/tcp xml 2/0 1-2"});
  }
  SECTION("the end") {
    {
      Pipeline request(*fixture.writer, fixture.counters, fixture.key_deletions);
      CHECK(request.add(numbered(3, 5), from("b", "hec")).ok());
    }
    CHECK(fixture.flush().sources ==
          std::vector<std::string>{"ws1 Ops b hec xml 1/0 5-5", "ws1 Ops a syslog/tcp xml 1/0 1-1"});
  }
}

TEST_CASE("a sender that makes up sources costs bounded memory, and what is not counted is told") {
  Fixture fixture;
  fixture.recorded->hold(true);
  std::size_t sent = 0;
  // Far more than the writer notes while it cannot commit.
  for (; sent < 20'000; ++sent) {
    CHECK(fixture.pipeline.add(numbered(3, 1, std::string(250, 'x') + std::to_string(sent)), from("a")).ok());
  }
  CHECK(fixture.writer->queued_bytes() < 32 * 1024 * 1024);
  fixture.recorded->hold(false);
  const std::size_t told = fixture.flush().sources.size();
  CHECK(told + fixture.counters.value(core::Counter::kSourceOverflow) == sent);
}

}  // namespace rw::ingest
