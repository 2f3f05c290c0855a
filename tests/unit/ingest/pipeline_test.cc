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
          .fallback_time = core::from_us(1'780'000'000'000'000),
          .fallback_host = "relay",
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
  Pipeline other(*fixture.writer, fixture.counters, fixture.key_deletions);
  const auto security = [](const std::string& fields) {
    return R"({"Channel":"Security","Hostname":"ws1","ProcessId":"0x5a8","HandleId":"0x468",)" + fields + "}";
  };
  CHECK(other
            .add(security(R"("EventID":4663,"RecordNumber":1,"ObjectType":"Key","AccessMask":"0x10000",)"
                          R"("ObjectName":"\\REGISTRY\\MACHINE\\SOFTWARE\\K")"),
                 context())
            .ok());
  CHECK(fixture.pipeline.add(security(R"("EventID":4660,"RecordNumber":2)"), context()).ok());
  CHECK(fixture.pipeline.add(security(R"("EventID":4660,"RecordNumber":3)"), context()).ok());
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

}  // namespace rw::ingest
