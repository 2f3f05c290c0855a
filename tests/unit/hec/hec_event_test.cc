#include "daemon/ingest/http/hec_event.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace rw::ingest {
namespace {

// Each item as "payload@time host" or "!code", then "$" if what follows is not trusted.
std::string read_all(std::string_view body) {
  HecEventReader reader(body);
  std::string out;
  while (const std::optional<HecItem> item = reader.next()) {
    if (!out.empty()) out += " ; ";
    if (item->code != HecCode::kSuccess) {
      out += fmt::format("!{}", static_cast<int>(item->code));
      CHECK(!item->reason.empty());
      continue;
    }
    out += item->event.payload;
    if (item->event.time) out += fmt::format("@{}", core::to_us(*item->event.time));
    if (!item->event.host.empty()) out += fmt::format(" {}", item->event.host);
  }
  if (!reader.trusted()) out += " $";
  return out;
}

std::string nested(std::size_t levels) {
  return R"({"event":)" + std::string(levels, '[') + std::string(levels, ']') + "}";
}

TEST_CASE("bodies") {
  struct Row {
    std::string body;
    std::string expected;
  };
  const Row rows[] = {
      {"", ""},
      {" \r\n\t", ""},
      {"[]", ""},
      {"[] [ ]\n", ""},
      {"\xEF\xBB\xBF{\"event\":\"a\"}", "a"},
      {R"({"event":"a"}{"event":"b"})", "a ; b"},
      {R"({"event":"a"} )"
       "\n"
       R"({"event":"b"})"
       "\n",
       "a ; b"},
      {R"([{"event":"a"},{"event":"b"}])", "a ; b"},
      {R"([{"event":"a"}]{"event":"b"}[{"event":"c"}])", "a ; b ; c"},
      {R"({"event":"a}\"]{\\"})", R"(a}"]{\)"},
      {R"({"event":"é\u00e9\n"})", "éé\n"},
      {R"({"event":{"a" : 1.10, "b":[1,{"c":"}"}]}})", R"({"a" : 1.10, "b":[1,{"c":"}"}]})"},
      {R"({"event":[1, 2]})", "[1, 2]"},
      {R"({"event":1.10})", "1.10"},
      {R"({"event":true , "x":0})", "true"},
      {R"({"ev\u0065nt":"a"})", "a"},
      {R"({"event":"a","event":"b"})", "a"},
      {"{\"event\":\"caf\xe9\"}", "caf\xEF\xBF\xBD"},  // Latin-1
      {R"({"host":"h","time":1791749655.123,"event":"a","source":"s","x":{"event":"n"}})", "a@1791749655123000 h"},
      {R"({"time":"1791749655.123","event":"a"})", "a@1791749655123000"},
      {R"({"time":1791749655,"event":"a"}{"event":"b"})", "a@1791749655000000 ; b"},
      {R"({"time":1791749655123,"event":"a"})", "a@1791749655123000"},
      {R"({"time":null,"host":null,"fields":null,"event":"a"})", "a"},
      {R"({"host":7,"event":"a"})", "a 7"},
      {R"({"fields":{"a":"b","c":["d"]},"event":"a"})", "a"},

      {"{}", "!12"},
      {R"({"event":null})", "!12"},
      {R"({"Event":"a"})", "!12"},
      {R"({"event":""})", "!13"},
      {R"({"event":"  "})", "!13"},
      {R"({"event":"a","time":"soon"})", "!15"},
      {R"({"event":"a","time":""})", "!15"},
      {R"({"event":"a","time":true})", "!15"},
      {R"({"event":"a","time":{}})", "!15"},
      {R"({"event":"a","time":1.79E9})", "!15"},
      {R"({"event":"a","time":"1.79E9"})", "!15"},
      {R"({"event":"a","fields":"x"})", "!6"},
      {R"({"event":"a","fields":[]})", "!6"},
      {R"({"event":"a","fields":{"a":{}}})", "!15"},
      {R"({"event":"a"}{}{"event":"b"})", "a ; !12 ; b"},
      {R"([{"event":""},{"event":"b"}])", "!13 ; b"},

      {"x", "!6 $"},
      {"42", "!6 $"},
      {"\"text\"", "!6 $"},
      {"]", "!6 $"},
      {"[1]", "!6 $"},
      {"[[{}]]", "!6 $"},
      {R"([{"event":"a"})", "a ; !6 $"},
      {R"([{"event":"a"},])", "a ; !6 $"},
      {R"([{"event":"a"}{"event":"b"}])", "a ; !6 $"},
      {R"({"event":"a"},{"event":"b"})", "a ; !6 $"},
      {R"({"event":"a"})"
       "x"
       R"({"event":"b"})",
       "a ; !6 $"},
      {R"({"event":"a)", "!6 $"},
      {R"({"event":"a\)", "!6 $"},
      {R"({"event":)", "!6 $"},
      {R"({"event":}{"event":"b"})", "!6 $"},
      {R"({"event":"a"]})", "!6 $"},
      {R"({"event":01})", "!6 $"},
      {R"({"event":""}{bad)", "!13 ; !6 $"},
      {nested(63), std::string(63, '[') + std::string(63, ']')},
      {nested(64), "!6 $"},
      {nested(1'000'000), "!6 $"},
  };
  for (const Row& row : rows) {
    INFO(row.body.substr(0, 200));
    CHECK(read_all(row.body) == row.expected);
  }
}

TEST_CASE("times") {
  struct Row {
    std::string_view text;
    std::optional<std::int64_t> us;
  };
  const Row rows[] = {
      {"0", 0},
      {"1791749655", 1791749655000000},
      {"1791749655.5", 1791749655500000},
      {"1791749655.123456789", 1791749655123456},
      {"1791749655.", 1791749655000000},
      {" 1791749655 ", 1791749655000000},
      {"100000000000", 100000000000000000},
      {"100000000001", 100000000001000},
      {"1791749655123.25", 1791749655123250},
      {"-1.5", -1500000},
      {"999999999999999", 999999999999999000},
      {"1000000000000000", std::nullopt},
      {"", std::nullopt},
      {".5", std::nullopt},
      {"1e9", std::nullopt},
      {"1.5.5", std::nullopt},
      {"0x10", std::nullopt},
      {"+5", std::nullopt},
      {"now", std::nullopt},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const std::optional<core::Micros> time = parse_hec_time(row.text);
    CHECK(time.has_value() == row.us.has_value());
    if (time && row.us) CHECK(core::to_us(*time) == *row.us);
  }
}

}  // namespace
}  // namespace rw::ingest
