#include "web/search_request.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

using namespace rw;
using namespace std::chrono_literals;

namespace {

constexpr storage::SearchLimits kMost{.max_rows = 5000, .timeout = 2min};

core::Micros time_at(std::string_view text) { return core::parse_iso8601(text).value(); }

core::Result<web::SearchRequest> parse(std::string_view body, const storage::SearchLimits& most = kMost) {
  return web::parse_search_request(body, time_at("2026-10-11T12:30:00Z"), core::TimeZone(), most);
}

}  // namespace

TEST_CASE("a search that names nothing else takes the defaults") {
  const auto request = parse(R"({"search": "| makeresults"})");
  REQUIRE(request.ok());
  CHECK(request->search == "| makeresults");
  CHECK(request->id.empty());
  CHECK(request->window == cim::Window{time_at("2026-10-10T12:30:00Z"), time_at("2026-10-11T12:30:00Z")});
  CHECK(request->max_rows == 1000);
  CHECK(request->timeout == 30s);
}

TEST_CASE("the defaults are within the limits") {
  const auto request = parse(R"({"search": "| makeresults"})", {.max_rows = 10, .timeout = 5s});
  REQUIRE(request.ok());
  CHECK(request->max_rows == 10);
  CHECK(request->timeout == 5s);
}

TEST_CASE("a search that names everything") {
  const std::string id(64, 'x');
  const auto request = parse(R"( {"id": ")" + id +
                             R"(", "timeout": "2m", "max_rows": 5000, "latest": "-1h@h",)"
                             R"( "earliest": "1760000000", "search": " x\n\u00e4"} )");
  REQUIRE(request.ok());
  CHECK(request->search == " x\n\xc3\xa4");
  CHECK(request->id == id);
  CHECK(request->window == cim::Window{time_at("2025-10-09T08:53:20Z"), time_at("2026-10-11T11:00:00Z")});
  CHECK(request->max_rows == 5000);
  CHECK(request->timeout == 2min);
}

TEST_CASE("the time zone is the one given") {
  const core::TimeZone berlin = core::TimeZone::find("Europe/Berlin").value();
  const auto request = web::parse_search_request(R"({"search": "x", "earliest": "2026-10-01", "latest": "2026-10-02"})",
                                                 time_at("2026-10-11T12:30:00Z"), berlin, kMost);
  REQUIRE(request.ok());
  CHECK(request->window == cim::Window{time_at("2026-09-30T22:00:00Z"), time_at("2026-10-01T22:00:00Z")});
}

TEST_CASE("what is wrong with the body of a search is named: member, value, what was expected") {
  const std::string no_object = "the body: expected a JSON object in UTF-8";
  const std::string rows = "expected a number from 1 to 5000";
  const std::string timeout = "expected a duration from 1ms to 2m, such as \"30s\"";
  const std::string id = "expected 1 to 64 letters, digits, '_' or '-'";
  const struct {
    std::string body;
    std::string message;
  } cases[] = {
      {"", no_object},
      {"search=x", no_object},
      {"null", no_object},
      {"\"x\"", no_object},
      {R"([{"search": "x"}])", no_object},
      {R"({"search": "x"} {})", no_object},
      {R"({"search": "x")", no_object},
      {R"({'search': 'x'})", no_object},
      {"{\"search\": \"\xff\"}", no_object},
      {"{\"search\": \"a\nb\"}", no_object},
      {std::string(100'000, '['), no_object},
      {"{}", "search: expected SPL, found nothing"},
      {R"({"search": " \n"})", "search: expected SPL, found nothing"},
      {R"({"search": 1})", "search: '1': expected a text"},
      {R"({"search": null})", "search: 'null': expected a text"},
      {R"({"search": ["x"]})", "search: '[\"x\"]': expected a text"},
      {R"({"search": "x", "search": "y"})", "'search': given more than once"},
      {R"({"Search": "x"})",
       "unknown member 'Search': expected one of search, earliest, latest, max_rows, timeout, id"},
      {R"({"search": "x", "limit": 5})",
       "unknown member 'limit': expected one of search, earliest, latest, max_rows, timeout, id"},
      {R"({"search": "x", "": 5})",
       "unknown member '': expected one of search, earliest, latest, max_rows, timeout, id"},
      {R"({"search": "x", "earliest": 0})", "earliest: '0': expected a text"},
      {R"({"search": "x", "earliest": ""})",
       "earliest: time '': expected ISO 8601, epoch seconds or a relative time such as -1d@d"},
      {R"({"search": "x", "latest": ""})",
       "latest: time '': expected ISO 8601, epoch seconds or a relative time such as -1d@d"},
      {R"({"search": "x", "latest": true})", "latest: 'true': expected a text"},
      {R"({"search": "x", "earliest": "now"})", "earliest: expected a time before latest"},
      {R"({"search": "x", "earliest": "-1h", "latest": "-2h"})", "earliest: expected a time before latest"},
      {R"({"search": "x", "max_rows": 0})", "max_rows: '0': " + rows},
      {R"({"search": "x", "max_rows": 5001})", "max_rows: '5001': " + rows},
      {R"({"search": "x", "max_rows": -1})", "max_rows: '-1': " + rows},
      {R"({"search": "x", "max_rows": -9223372036854775808})", "max_rows: '-9223372036854775808': " + rows},
      {R"({"search": "x", "max_rows": 18446744073709551615})", "max_rows: '18446744073709551615': " + rows},
      {R"({"search": "x", "max_rows": 99999999999999999999})", "max_rows: '1e+20': " + rows},
      {R"({"search": "x", "max_rows": 10.0})", "max_rows: '10.0': " + rows},
      {R"({"search": "x", "max_rows": "10"})", "max_rows: '10': " + rows},
      {R"({"search": "x", "max_rows": {"a": [1]}})", "max_rows: '{\"a\":[1]}': " + rows},
      {R"({"search": "x", "timeout": 30})", "timeout: '30': " + timeout},
      {R"({"search": "x", "timeout": "30"})", "timeout: '30': " + timeout},
      {R"({"search": "x", "timeout": ""})", "timeout: '': " + timeout},
      {R"({"search": "x", "timeout": "0"})", "timeout: '0': " + timeout},
      {R"({"search": "x", "timeout": "999us"})", "timeout: '999us': " + timeout},
      {R"({"search": "x", "timeout": "-1s"})", "timeout: '-1s': " + timeout},
      {R"({"search": "x", "timeout": "121s"})", "timeout: '121s': " + timeout},
      {R"({"search": "x", "id": ""})", "id: '': " + id},
      {R"({"search": "x", "id": null})", "id: 'null': " + id},
      {R"({"search": "x", "id": 7})", "id: '7': " + id},
      {R"({"search": "x", "id": "a b"})", "id: 'a b': " + id},
      {R"({"search": "x", "id": "a/b"})", "id: 'a/b': " + id},
      {R"({"search": "x", "id": "\u00e4"})", "id: '\xc3\xa4': " + id},
      {R"({"search": "x", "id": ")" + std::string(65, 'x') + "\"}", "id: '" + std::string(60, 'x') + "…': " + id},
  };
  for (const auto& test : cases) {
    INFO(test.body.substr(0, 100));
    const auto request = parse(test.body);
    REQUIRE_FALSE(request.ok());
    CHECK(request.error().code == core::ErrorCode::kInvalidInput);
    CHECK(request.error().message == test.message);
  }
}

TEST_CASE("a time of a search that is none is told with its member") {
  const auto request = parse(R"({"search": "x", "earliest": "yesterday"})");
  REQUIRE_FALSE(request.ok());
  CHECK(request.error().message.starts_with("earliest: "));
  CHECK(request.error().message.find("yesterday") != std::string::npos);
}
