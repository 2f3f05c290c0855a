#include "daemon/ingest/decode/event_xml.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/ingest/decoded_text.h"

namespace rw::ingest {
namespace {

// Each piece as its decoded text or "error: …", with "--" between them.
std::string decode(std::string_view xml) {
  core::Arena arena;
  WindowsEvent event;
  std::string text;
  const auto pieces = decode_event_xml(xml, arena, event, [&](std::string_view, const core::Result<void>& decoded) {
    if (!text.empty()) text += "--\n";
    text += decoded.ok() ? text_of(event) : "error: " + decoded.error().message + "\n";
  });
  return pieces.ok() ? text : "error: " + pieces.error().message;
}

std::string event(int id, const std::string& data = "") {
  return "<Event><System><EventID>" + std::to_string(id) + "</EventID></System><EventData>" + data +
         "</EventData></Event>";
}

}  // namespace

TEST_CASE("one bad event does not cost the others") {
  const struct {
    const char* what;
    std::string xml;
    const char* expected;
  } cases[] = {
      {"two back to back", event(1) + event(2), "event_id=1\n--\nevent_id=2\n"},
      {"in a wrapper",
       "\xef\xbb\xbf<?xml version='1.0'?><!-- c -->\n<Events>" + event(1) + "\r\n" + event(2) + "</Events>",
       "event_id=1\n--\nevent_id=2\n"},
      {"prefixed", "<e:Events><e:Event xmlns:e='u'><e:System><e:EventID>3</e:EventID></e:System></e:Event></e:Events>",
       "event_id=3\n"},
      {"not well-formed in the middle", event(1) + "<Event><System><EventID>2</System></Event>" + event(3),
       "event_id=1\n--\nerror: not well-formed XML at byte 27 of the event: Start-end tags mismatch\n--\nevent_id=3\n"},
      {"no EventID first", "<Event><System/></Event>" + event(2), "error: System: no EventID\n--\nevent_id=2\n"},
      {"cut off before another", "<Event><System><EventID>1</EventID>" + event(2),
       "error: offset 0: <Event> without </Event>: the event is cut off\n--\nevent_id=2\n"},
      {"something else between", event(1) + "garbage <x>" + event(2),
       "event_id=1\n--\nerror: offset 75: expected <Event>, found 'garbage <x>'\n--\nevent_id=2\n"},
      {"DOCTYPE", "<!DOCTYPE a [<!ENTITY x 'y'>]>" + event(2), "error: offset 0: a DOCTYPE is not allowed\n"},
      {"cut off in RenderingInfo", event(1).substr(0, 67) + "<RenderingInfo Culture='en'><Message>abc", "event_id=1\n"},
      {"cut off in the end tag", event(1).substr(0, 70), "event_id=1\n"},
      {"cut off in the data", "<Event><System><EventID>1</EventID></System><EventData><Data Name='A'>x",
       "error: offset 0: <Event> without </Event>: the event is cut off\n"},
      {"nothing", "<Events></Events>", "error: no <Event> in the message"},
  };
  for (const auto& c : cases) {
    INFO(c.what);
    CHECK(decode(c.xml) == c.expected);
  }
}

TEST_CASE("texts of XML events") {
  const struct {
    const char* what;
    std::string data;
    const char* expected;
  } cases[] = {
      {"entities, blanks and line ends as written", "<Data Name=\"A\"> a&amp;b&#xD;&#10;c\r\n</Data>",
       "data.A= a&b\r\nc\r\n\n"},
      {"a comment or CDATA does not end a text", "<Data Name='A'>a<!-- x -->b<![CDATA[<c>]]>d</Data>",
       "data.A=ab<c>d\n"},
      {"ComplexData", "<ComplexData Name='A'><b>1</b><c><d>2</d></c></ComplexData>", "data.A=12\n"},
      {"control characters", "<Data Name='A'>a\x01&#2;&#x0;b</Data>",
       "data.A=a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
       "b\n"},
      {"unnamed and repeated", "<Data>1</Data><Data>2</Data><Data Name='A'/><Data Name='A'>x</Data><Binary>ff</Binary>",
       "data.param1=1\ndata.param2=2\ndata.A=\ndata.Binary=ff\n"},
  };
  for (const auto& c : cases) {
    INFO(c.what);
    CHECK(decode(event(1, c.data)) == std::string("event_id=1\n") + c.expected);
  }
}

TEST_CASE("user data and the bookmark's event") {
  CHECK(
      decode("<Event><System><EventID>1</EventID></System><UserData><p:Own xmlns:p='u'><p:A>1</p:A><p:B>2</p:B></p:Own>"
             "</UserData></Event>") == "event_id=1\ndata.A=1\ndata.B=2\n");
  CHECK(decode("<Event><System><Provider Name='Microsoft-Windows-EventForwarder'/><EventID>111</EventID>"
               "<TimeCreated SystemTime='2026-10-11T20:14:15Z'/><Computer>ws1</Computer></System>"
               "<SubscriptionBookmarkEvent><SubscriptionId/></SubscriptionBookmarkEvent></Event>") ==
        "provider=Microsoft-Windows-EventForwarder\nevent_id=111\ntime=2026-10-11T20:14:15Z\ncomputer=ws1\n");
}

TEST_CASE("times of XML events") {
  const auto with_time = [](const std::string& time) {
    return decode("<Event><System><EventID>1</EventID>" + time + "</System></Event>");
  };
  CHECK(with_time("<TimeCreated SystemTime='2026-10-11T20:14:15.1234567Z'/>") ==
        "event_id=1\ntime=2026-10-11T20:14:15.123456Z\n");
  CHECK(with_time("<TimeCreated SystemTime='2026-10-11 20:14:15.5'/>") ==
        "event_id=1\ntime=2026-10-11T20:14:15.500000Z\n");
  CHECK(with_time("<TimeCreated/>") == "event_id=1\n");
  CHECK(with_time("<TimeCreated SystemTime='x'/>").starts_with("error: TimeCreated: "));
}

TEST_CASE("deep and wide XML stays bounded") {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (int i = 0; i < 100'000; ++i) deep += "</a>";
  CHECK(decode(event(1, deep)) == "event_id=1\ndata.a=\n");
  std::string wide;
  for (int i = 0; i < 5000; ++i) wide += "<Data Name='f" + std::to_string(i) + "'/>";
  CHECK(decode(event(1, wide)) == "error: more than 1024 fields\n");
}

}  // namespace rw::ingest
