#include "daemon/ingest/syslog/header.h"

#include <catch2/catch.hpp>
#include <string>

namespace rw::ingest {
namespace {

constexpr const char* kReceived = "2026-10-11T20:15:00Z";

core::Micros at(const char* time) {
  const core::Result<core::Micros> parsed = core::parse_iso8601(time);
  REQUIRE(parsed.ok());
  return *parsed;
}

// "format facility.severity time|hostname|app_name|procid|msgid|structured_data|msg"
std::string parse(std::string_view text, const char* received = kReceived, const core::TimeZone& zone = {}) {
  const SyslogMessage m = parse_syslog(text, at(received), zone);
  static constexpr const char* kFormats[] = {"none", "3164", "5424"};
  std::string out = kFormats[static_cast<int>(m.format)];
  out += ' ' + std::to_string(m.facility) + '.' + std::to_string(m.severity) + ' ';
  if (m.timestamp) out += core::format_rfc3339(*m.timestamp);
  for (const std::string_view field : {m.hostname, m.app_name, m.procid, m.msgid, m.structured_data, m.msg}) {
    out += '|';
    out += field;
  }
  return out;
}

struct Case {
  std::string text;
  std::string expected;
};

}  // namespace

TEST_CASE("header variants a receiver meets") {
  const Case cases[] = {
      {"<14>Oct 11 22:14:15 WIN1 App[12]: text", "3164 1.6 2026-10-11T22:14:15Z|WIN1|App|12|||text"},
      {"<14>Oct  1 22:14:15 2026 WIN1 App: text", "3164 1.6 2026-10-01T22:14:15Z|WIN1|App||||text"},
      {"<14>2026-10-11T22:14:15.003+02:00 WIN1 App: text", "3164 1.6 2026-10-11T20:14:15.003000Z|WIN1|App||||text"},
      {"<14>2026-10-11T22:14:15 WIN1 App: text", "3164 1.6 2026-10-11T22:14:15Z|WIN1|App||||text"},
      {"<14>Oct 11 22:14:15.123 WIN1 App: text", "3164 1.6 2026-10-11T22:14:15.123000Z|WIN1|App||||text"},
      {"<14>Oct 11 22:14:15 WIN1 MSWinEventLog\t1\tSecurity\tx",
       "3164 1.6 2026-10-11T22:14:15Z|WIN1|MSWinEventLog||||MSWinEventLog\t1\tSecurity\tx"},
      {"WIN1\tMSWinEventLog\t1\tSecurity\tx", "none 1.5 ||||||WIN1\tMSWinEventLog\t1\tSecurity\tx"},
      {"<14>Oct 11 22:14:15 WIN1 {\"EventTime\":1}", "3164 1.6 2026-10-11T22:14:15Z|WIN1|||||{\"EventTime\":1}"},
      {"<14>Oct 11 22:14:15 WIN1 App: <Event xmlns='u'>",
       "3164 1.6 2026-10-11T22:14:15Z|WIN1|App||||<Event xmlns='u'>"},
      {"<14><Event xmlns='u'>", "none 1.6 ||||||<Event xmlns='u'>"},
      {"<14>{\"a\":1}", "none 1.6 ||||||{\"a\":1}"},
      {"{\"a\":1}", "none 1.5 ||||||{\"a\":1}"},
      {"<Event xmlns='u'>", "none 1.5 ||||||<Event xmlns='u'>"},
      {"<14>: 2026 Oct 11 22:14:15", "none 1.6 ||||||: 2026 Oct 11 22:14:15"},
      {"<14>1: seq: *Mar 1 00:00:01", "none 1.6 ||||||1: seq: *Mar 1 00:00:01"},
      {"<14>1 2026-10-11T22:14:15Z WIN1 App 12 - - text", "5424 1.6 2026-10-11T22:14:15Z|WIN1|App|12|||text"},
      {"<14>1 2026-10-11T22:14:15Z WIN1 App 12 - [NXLOG@14506 a=\"b\"] text",
       "5424 1.6 2026-10-11T22:14:15Z|WIN1|App|12||[NXLOG@14506 a=\"b\"]|text"},
      {"<14>1 2026-10-11T22:14:15Z WIN1 App 12 - - @cee: {\"a\":1}",
       "5424 1.6 2026-10-11T22:14:15Z|WIN1|App|12|||{\"a\":1}"},
      {"<14>Oct 11 22:14:15 WIN1 App: @cee:{\"a\":1}", "3164 1.6 2026-10-11T22:14:15Z|WIN1|App||||{\"a\":1}"},
      {"@cee: {\"a\":1}", "none 1.5 ||||||{\"a\":1}"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(parse(c.text) == c.expected);
  }
}

TEST_CASE("PRI") {
  const Case cases[] = {
      {"<0>x", "none 0.0 ||||||x"},
      {"<191>x", "none 23.7 ||||||x"},
      {"<192>x", "none 1.5 ||||||<192>x"},
      {"<013>x", "none 1.5 ||||||<013>x"},
      {"<>x", "none 1.5 ||||||<>x"},
      {"<1234>x", "none 1.5 ||||||<1234>x"},
      {"<13", "none 1.5 ||||||<13"},
      {"<13>", "none 1.5 ||||||"},
      {"", "none 1.5 ||||||"},
      {"<1a>x", "none 1.5 ||||||<1a>x"},
      {"\xef\xbb\xbf<14>x", "none 1.6 ||||||x"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(parse(c.text) == c.expected);
  }
}

TEST_CASE("RFC 5424") {
  const Case cases[] = {
      // The examples of RFC 5424 6.5.
      {"<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xef\xbb\xbf'su root' failed",
       "5424 4.2 2003-10-11T22:14:15.003000Z|mymachine.example.com|su||ID47||'su root' failed"},
      {"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time.",
       "5424 20.5 2003-08-24T12:14:15.000003Z|192.0.2.1|myproc|8710|||%% It's time."},
      {"<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [a@1 iut=\"3\" s=\"App\"][b@2 c=\"high\"]",
       "5424 20.5 2003-10-11T22:14:15.003000Z|h|evntslog||ID47|[a@1 iut=\"3\" s=\"App\"][b@2 c=\"high\"]|"},
      {"<14>1 - - - - - -", "5424 1.6 ||||||"},
      {"<14>1 - - - - - - ", "5424 1.6 ||||||"},
      {"<14>1 - h a p m [id] x", "5424 1.6 |h|a|p|m|[id]|x"},
      {"<14>1 - h a p m [id a=\"x\\]\\\"\\\\\"] x", "5424 1.6 |h|a|p|m|[id a=\"x\\]\\\"\\\\\"]|x"},
      {"<14>1 - h a p m [id p=\"C:\\Windows\"] x", "5424 1.6 |h|a|p|m|[id p=\"C:\\Windows\"]|x"},
      {"<14>1 - h a p m [id a=\"]\"] x", "5424 1.6 |h|a|p|m|[id a=\"]\"]|x"},
      // Lenient.
      {"<14>1 2026-10-11t22:14:15.123456789z h a p m - x", "5424 1.6 2026-10-11T22:14:15.123456Z|h|a|p|m||x"},
      {"<14>1 2026-10-11T22:14:15 h a p m - x", "5424 1.6 2026-10-11T22:14:15Z|h|a|p|m||x"},
      {"<14>1 2026-10-11T22:14:60Z h a p m - x", "5424 1.6 |h|a|p|m||x"},
      {"<14>1 - h a p m -   \xef\xbb\xbfx", "5424 1.6 |h|a|p|m||x"},
      // Without or with broken structured data the rest is payload.
      {"<14>1 - h a p m {\"a\":1}", "5424 1.6 |h|a|p|m||{\"a\":1}"},
      {"<14>1 - h a p m [open x=\"y\" text", "5424 1.6 |h|a|p|m||[open x=\"y\" text"},
      {"<14>1 - h a p m [id]text", "5424 1.6 |h|a|p|m||[id]text"},
      {"<14>1 - h a p m", "5424 1.6 |h|a|p|m||"},
      // Not a header after all: everything after PRI is content.
      {"<14>1 apples", "none 1.6 ||||||1 apples"},
      {"<14>1 - h a p", "none 1.6 ||||||1 - h a p"},
      {"<14>01 - h a p m - x", "none 1.6 ||||||01 - h a p m - x"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(parse(c.text) == c.expected);
  }
}

TEST_CASE("RFC 3164") {
  const Case cases[] = {
      {"<34>Oct 11 22:14:15 mymachine su: 'su root' failed",
       "3164 4.2 2026-10-11T22:14:15Z|mymachine|su||||'su root' failed"},
      {"<14>Oct 1 22:14:15 h a: x", "3164 1.6 2026-10-01T22:14:15Z|h|a||||x"},
      {"<14>Oct 01 2026 22:14:15 h a: x", "3164 1.6 2026-10-01T22:14:15Z|h|a||||x"},
      {"<14>Oct 11 22:14:15 fe80::1 a: x", "3164 1.6 2026-10-11T22:14:15Z|fe80::1|a||||x"},
      {"<134>Oct 11 22:14:15 win1 hello one", "3164 16.6 2026-10-11T22:14:15Z|win1|||||hello one"},
      {"<134>Oct 11 22:14:15 win1 Sysmon <Event/>", "3164 16.6 2026-10-11T22:14:15Z|win1|Sysmon||||<Event/>"},
      {"<134>Oct 11 22:14:15 win1 Sysmon[7] {}", "3164 16.6 2026-10-11T22:14:15Z|win1|Sysmon|7|||{}"},
      {"<14>Oct 11 22:14:15 App[12]: text", "3164 1.6 2026-10-11T22:14:15Z||App|12|||text"},
      {"<14>Oct 11 22:14:15 {\"a\": 1}", "3164 1.6 2026-10-11T22:14:15Z||||||{\"a\": 1}"},
      {"<14>Oct 11 22:14:15 <Event a='b'>", "3164 1.6 2026-10-11T22:14:15Z||||||<Event a='b'>"},
      {"<14>Oct 11 22:14:15 h", "3164 1.6 2026-10-11T22:14:15Z|h|||||"},
      {"<14>Oct 11 22:14:15 h Microsoft-Windows-Sysmon[2212]: {\"a\":\"b: c\"}",
       "3164 1.6 2026-10-11T22:14:15Z|h|Microsoft-Windows-Sysmon|2212|||{\"a\":\"b: c\"}"},
      {"<14>Oct 11 22:14:15 h C:\\a.exe x", "3164 1.6 2026-10-11T22:14:15Z|h|||||C:\\a.exe x"},
      {"<14>Oct 11 22:14:15 h a: \t x \t\r\n", "3164 1.6 2026-10-11T22:14:15Z|h|a||||\t x \t"},
      // No valid time: everything after PRI is content.
      {"<14>Oct 32 22:14:15 h a: x", "none 1.6 ||||||Oct 32 22:14:15 h a: x"},
      {"<14>Oct 11 25:14:15 h a: x", "none 1.6 ||||||Oct 11 25:14:15 h a: x"},
      {"<14>Oct 11 22:14:15: %SYS-5: x", "none 1.6 ||||||Oct 11 22:14:15: %SYS-5: x"},
      {"<14>h a: x", "none 1.6 ||||||h a: x"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(parse(c.text) == c.expected);
  }
}

TEST_CASE("a time without a year is near the arrival") {
  CHECK(parse("<14>Dec 31 23:59:59 h a: x", "2027-01-01T00:00:05Z") == "3164 1.6 2026-12-31T23:59:59Z|h|a||||x");
  CHECK(parse("<14>Jan  1 00:00:01 h a: x", "2026-12-31T23:59:58Z") == "3164 1.6 2027-01-01T00:00:01Z|h|a||||x");
  CHECK(parse("<14>Feb 29 12:00:00 h a: x", "2028-03-01T00:00:00Z") == "3164 1.6 2028-02-29T12:00:00Z|h|a||||x");
  CHECK(parse("<14>Feb 29 12:00:00 h a: x", "2026-03-01T00:00:00Z") == "none 1.6 ||||||Feb 29 12:00:00 h a: x");
}

TEST_CASE("a time without a zone is in the given one") {
  const core::Result<core::TimeZone> berlin = core::TimeZone::find("Europe/Berlin");
  REQUIRE(berlin.ok());
  CHECK(parse("<14>Oct 11 22:14:15 h a: x", kReceived, *berlin) == "3164 1.6 2026-10-11T20:14:15Z|h|a||||x");
  CHECK(parse("<14>2026-10-11T22:14:15 h a: x", kReceived, *berlin) == "3164 1.6 2026-10-11T20:14:15Z|h|a||||x");
  CHECK(parse("<14>1 2026-10-11T22:14:15Z h a p m - x", kReceived, *berlin) ==
        "5424 1.6 2026-10-11T22:14:15Z|h|a|p|m||x");
}

TEST_CASE("line ends and blanks go at the end of a message only") {
  CHECK(parse(std::string_view("<14>a\r\nb \r\n\0\n", 14)) == "none 1.6 ||||||a\r\nb");
  CHECK(parse("<14> a") == "none 1.6 |||||| a");
}

}  // namespace rw::ingest
