#include "daemon/ingest/http/elastic_bulk.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>

namespace rw::ingest {
namespace {

// Each item as "action index/id document", or "!error".
std::string read_bulk(std::string_view body) {
  ElasticBulkReader reader(body);
  std::string out;
  while (true) {
    const core::Result<std::optional<BulkItem>> item = reader.next();
    if (!out.empty() && (!item.ok() || *item)) out += " ; ";
    if (!item.ok()) return out + "!" + item.error().message;
    if (!*item) return out;
    out += fmt::format("{} {}/{} {}", name_of((*item)->action), (*item)->index, (*item)->id, (*item)->document);
  }
}

TEST_CASE("bulk bodies") {
  struct Row {
    std::string body;
    std::string expected;
  };
  const Row rows[] = {
      {"", ""},
      {"\n \r\n\t\n", ""},
      {"{\"index\":{\"_index\":\"x\",\"_id\":\"1\"}}\n{\"a\":1}\n", R"(index x/1 {"a":1})"},
      {"{\"create\":{}}\n{\"a\":1}", R"(create / {"a":1})"},
      {"\xEF\xBB\xBF{\"create\":{}}\r\n{\"a\":1}\r\n", R"(create / {"a":1})"},
      // omelasticsearch: a type, and an empty line after each document
      {"{\"index\":{\"_index\":\"s\",\"_type\":\"e\"}}\n{\"a\":1}\n\n{\"index\":{\"_index\":\"s\"}}\n{\"a\":2}\n\n",
       R"(index s/ {"a":1} ; index s/ {"a":2})"},
      {"{\"index\":{\"_id\":7,\"pipeline\":\"p\",\"routing\":null,\"require_alias\":false}}\n[]\n", "index /7 []"},
      {"{\"delete\":{\"_id\":\"1\"}}\n{\"index\":{}}\n{}\n{\"update\":{\"_id\":\"2\"}}\n{\"doc\":{}}\n",
       R"(delete /1  ; index / {} ; update /2 {"doc":{}})"},
      {"{\"ind\\u0065x\":{\"_index\":\"caf\xC3\xA9\"}}\nno JSON\n", "index caf\xC3\xA9/ no JSON"},
      {"{\"index\":{\"_index\":\"caf\xE9\"}}\n{}\n", "index caf\xEF\xBF\xBD/ {}"},
      {"{\"index\":{}}\n", "index / "},
      {"{\"index\":{}}", "index / "},
      // malformed
      {"{}", "!Malformed action/metadata line [1], expected FIELD_NAME but found [END_OBJECT]"},
      {"\n\n[1]\n", "!Malformed action/metadata line [3], expected START_OBJECT but found [START_ARRAY]"},
      {"\"index\"", "!Malformed action/metadata line [1], expected START_OBJECT but found [VALUE_STRING]"},
      {"1", "!Malformed action/metadata line [1], expected START_OBJECT but found [VALUE_NUMBER]"},
      {"{\"index\":1}", "!Malformed action/metadata line [1], expected START_OBJECT but found [VALUE_NUMBER]"},
      {"{\"index\":null}", "!Malformed action/metadata line [1], expected START_OBJECT but found [VALUE_NULL]"},
      {"{\"index\":{},\"create\":{}}\n{}",
       "!Malformed action/metadata line [1], expected END_OBJECT but found [FIELD_NAME]"},
      {"{\"EventID\":13}\n",
       "!Malformed action/metadata line [1], expected field [create], [delete], [index] or [update] but found "
       "['EventID']"},
      {"{\"index\":{}}\n{\"a\":1}\n{\"b\":2}\n",
       "index / {\"a\":1} ; !Malformed action/metadata line [3], expected field [create], [delete], [index] or "
       "[update] but found ['b']"},
  };
  for (const Row& row : rows) {
    INFO(row.body);
    CHECK(read_bulk(row.body) == row.expected);
  }
  for (const std::string& body : {std::string("bad"), std::string(R"({"index":{})"), std::string(R"({"index":{}}})"),
                                  std::string("\xFF\xFE{\0}\0", 6), std::string(1, '\0')}) {
    INFO(body);
    CHECK(read_bulk(body).starts_with(
        "!Malformed action/metadata line [1], expected START_OBJECT but found what is no JSON ("));
  }
  CHECK(read_bulk("{\"index\":" + std::string(100'000, '[')).starts_with("!Malformed action/metadata line [1], "));
}

TEST_CASE("a document's own time and host") {
  struct Row {
    std::string document;
    std::int64_t time_us;  // -1: none
    std::string host;
  };
  const Row rows[] = {
      {R"({"@timestamp":"2026-10-11T20:14:15.5Z","host":"h"})", 1791749655500000, "h"},
      {R"({"@timestamp":"2026-10-11T22:14:15.5+02:00","host":{"ip":[],"name":"h","hostname":"i"}})", 1791749655500000,
       "h"},
      {R"({"@timestamp":1791749655500,"host":{"hostname":"i"}})", 1791749655500000, "i"},
      {R"({"host.name":"h"})", -1, "h"},
      {R"({"@timestamp":"soon","host":5})", -1, ""},
      {R"({"@timestamp":-1,"host":{"name":""}})", -1, ""},
      {R"({"@timestamp":1e300,"host":null})", -1, ""},
      {R"({"@timestamp":9223372036854775807})", -1, ""},
      {"[]", -1, ""},
      {"", -1, ""},
      {"no JSON", -1, ""},
  };
  DocumentFallbackReader reader;
  for (const Row& row : rows) {
    INFO(row.document);
    reader.start(row.document);
    const Fallback got = reader.fallback();
    CHECK((got.time ? core::to_us(*got.time) : -1) == row.time_us);
    CHECK(got.host == row.host);
  }
}

}  // namespace
}  // namespace rw::ingest
