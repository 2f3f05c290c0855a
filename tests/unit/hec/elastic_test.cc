// Elasticsearch's protocol: request → exact status and body, and what is in the store afterwards.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/hec/gated_session.h"
#include "tests/unit/hec/hec_fixture.h"

namespace rw::ingest {
namespace {

using Rows = std::vector<std::string>;

const test::RawHeaders kBasic = {{"Authorization", "Basic dXNlcjpvdGhlcg=="}};  // user:other

// The reply without the time it took.
std::string without_took(const std::string& body) {
  constexpr std::string_view kTook = R"({"took":)";
  if (!body.starts_with(kTook)) return body;
  return body.substr(body.find_first_not_of("0123456789", kTook.size()) + 1);
}

std::string created(std::string_view action, std::string_view index, std::string_view id = "") {
  return fmt::format(R"({{"{}":{{"_index":"{}"{},"_version":1,"result":"created","status":201}}}})", action, index,
                     id.empty() ? "" : fmt::format(R"(,"_id":"{}")", id));
}

std::string refused(std::string_view action, std::string_view type, std::string_view reason, std::string_view id = "") {
  return fmt::format(R"({{"{}":{{"_index":"regwarden"{},"status":400,"error":{{"type":"{}","reason":"{}"}}}}}})",
                     action, id.empty() ? "" : fmt::format(R"(,"_id":"{}")", id), type, reason);
}

std::string bulk_reply(bool errors, const std::vector<std::string>& items) {
  std::string out = fmt::format(R"("errors":{},"items":[)", errors);
  for (std::size_t i = 0; i < items.size(); ++i) out += (i == 0 ? "" : ",") + items[i];
  return out + "]}";
}

std::string error_reply(int status, std::string_view type, std::string_view reason) {
  return fmt::format(
      R"({{"error":{{"root_cause":[{{"type":"{0}","reason":"{1}"}}],"type":"{0}","reason":"{1}"}},"status":{2}}})",
      type, reason, status);
}

TEST_CASE("bulk: every item has its answer, in order") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const std::string other_kind = R"({"EventID":9999,"Channel":"Application"})";
  const std::string body = "{\"create\":{\"_index\":\"win\",\"_id\":\"a\"}}\n" + sysmon_json(1) +
                           "\n{\"index\":{}}\nhello\n{\"delete\":{\"_id\":\"a\"}}\n{\"index\":{}}\n" + other_kind +
                           "\n{\"update\":{}}\n{\"doc\":{\"b\":1}}\n\n{\"index\":{}}\r\n" + sysmon_xml(2) +
                           "\r\n{\"index\":{}}";
  const test::RawReply reply = collector.post("/_bulk?filter_path=errors%2Citems&timeout=60s", body);
  CHECK(reply.status == 200);
  CHECK(reply.header("x-elastic-product") == "Elasticsearch");
  const Rows reasons = store.rows("SELECT reason FROM rejected ORDER BY id");
  REQUIRE(reasons.size() == 4);
  const std::string& reason = reasons[0];
  const std::string no_update = "update: events are stored and never changed: expected index or create";
  const std::string no_delete = "delete: events are stored and never changed: expected index or create";
  CHECK(
      without_took(reply.body) ==
      bulk_reply(true, {created("create", "win", "a"), refused("index", "document_parsing_exception", reason),
                        refused("delete", "illegal_argument_exception", no_delete, "a"), created("index", "regwarden"),
                        refused("update", "illegal_argument_exception", no_update), created("index", "regwarden"),
                        refused("index", "document_parsing_exception", "no document after the action")}));
  CHECK(store.rows("SELECT EventRecordID FROM Registry ORDER BY id") == Rows{"1", "2"});
  CHECK(store.rows("SELECT input, peer, sample FROM rejected ORDER BY id") ==
        Rows{"bulk|127.0.0.1|hello", R"(bulk|127.0.0.1|{"delete":{"_id":"a"}})", R"(bulk|127.0.0.1|{"doc":{"b":1}})",
             R"(bulk|127.0.0.1|{"index":{}})"});
  CHECK(collector.counters.value(core::Counter::kBulkDocuments) == 7);
  CHECK(collector.counters.value(core::Counter::kRejected) == 4);
  CHECK(collector.counters.skipped().size() == 1);
}

TEST_CASE("bulk: the event's own time and host, then the document's, then the arrival") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const auto indexed = [](const std::string& json, const std::string& more) {
    return "{\"index\":{}}\n{" + more + "," + json.substr(1) + "\n";
  };
  CHECK(
      without_took(collector
                       .post("/win/_bulk", indexed(sysmon_json(1), R"("@timestamp":"2026-10-11T20:14:15.25Z")") +
                                               indexed(sysmon_json(2), R"("@timestamp":"x","host":{"name":"till-2"})"))
                       .body) == bulk_reply(false, {created("index", "win"), created("index", "win")}));
  CHECK(store.rows("SELECT time, dest, EventRecordID FROM Registry ORDER BY id") ==
        Rows{"1791749655250000|unknown|1", "1800000000000000|till-2|2"});
}

TEST_CASE("elasticsearch: requests and replies") {
  TemporaryStore store;
  Collector collector(store.session(), with_token(), {.max_body_bytes = 1'000'000});
  const std::string good = "{\"index\":{}}\n" + sysmon_json(1) + "\n";
  const std::string ok = bulk_reply(false, {created("index", "regwarden")});
  const std::string license =
      R"({"license":{"status":"active","uid":"regwarden","type":"basic","issue_date_in_millis":1,)"
      R"("expiry_date_in_millis":4102444800000}})";
  const std::string acknowledged = R"({"acknowledged":true})";
  const std::string malformed = "Malformed action/metadata line [1], expected FIELD_NAME but found [END_OBJECT]";
  const RequestRow rows[] = {
      // what clients ask before they send
      {"GET", "/_license?human=false", kBasic, "", 200, license},
      {"GET", "/_cluster/health", kBasic, "", 200,
       R"({"cluster_name":"regwarden","status":"green","timed_out":false})"},
      {"GET", "/_nodes/_all/http", kBasic, "", 200, R"({"cluster_name":"regwarden","nodes":{}})"},
      {"GET", "/_nodes/http", kBasic, "", 200, R"({"cluster_name":"regwarden","nodes":{}})"},
      {"GET", "/_ilm/policy/winlogbeat", kBasic, "", 200, "{}"},
      {"PUT", "/_ilm/policy/winlogbeat", kBasic, "{}", 200, acknowledged},
      {"GET", "/_index_template/winlogbeat-8.17.0", kBasic, "", 200, "{}"},
      {"PUT", "/_index_template/winlogbeat-8.17.0", kBasic, "{}", 200, acknowledged},
      {"PUT", "/_template/x", kBasic, "{}", 200, acknowledged},
      {"PUT", "/_component_template/x", kBasic, "{}", 200, acknowledged},
      {"PUT", "/_data_stream/winlogbeat-8.17.0", kBasic, "", 200, acknowledged},
      {"GET", "/_ingest/pipeline/winlogbeat-8.17.0-routing", kBasic, "", 200, "{}"},
      {"PUT", "/_ingest/pipeline/x", kBasic, "{}", 200, acknowledged},
      {"GET", "/_cat/indices?format=json", kBasic, "", 200, "{}"},
      {"GET", "/_alias/winlogbeat-8.17.0", kBasic, "", 200, "{}"},
      {"DELETE", "/_index_template/x", kBasic, "", 405,
       error_reply(405, "illegal_argument_exception", "The path does not take this method")},
      // bulk
      {"POST", "/_bulk", kBasic, good, 200, ok},
      {"PUT", "/_bulk", kBasic, good, 200, ok},
      {"POST", "/winlogbeat-8/_bulk", kBasic, good, 200, bulk_reply(false, {created("index", "winlogbeat-8")})},
      {"PUT", "/win/_doc/_bulk", kBasic, good, 200, bulk_reply(false, {created("index", "win")})},
      {"POST", "/%FF/_bulk", kBasic, good, 200, bulk_reply(false, {created("index", "\xEF\xBF\xBD")})},
      {"POST", "/_bulk", with(kBasic, "Content-Type", "text/plain"), good, 200, ok},
      {"POST", "/_bulk", with(kBasic, "Content-Type", "application/vnd.elasticsearch+x-ndjson; compatible-with=8"),
       good, 200, ok},
      {"POST", "/_bulk", with(kBasic, "Content-Encoding", "gzip"), test::compressed(good, test::Compression::kGzip),
       200, ok},
      {"POST", "/_bulk", kBasic, good.substr(0, good.size() - 1), 200, ok},
      {"POST", "/_bulk", kBasic, "", 400, error_reply(400, "parse_exception", "request body is required")},
      {"POST", "/_bulk", kBasic, "\n\r\n", 400, error_reply(400, "parse_exception", "request body is required")},
      {"POST", "/_bulk", kBasic, "{}\n", 400, error_reply(400, "illegal_argument_exception", malformed)},
      {"GET", "/win/_bulk", kBasic, "", 405,
       error_reply(405, "illegal_argument_exception", "The path does not take this method")},
      {"POST", "/_bulk", with(kBasic, "Content-Encoding", "snappy"), good, 415,
       error_reply(415, "illegal_argument_exception",
                   "Content-Encoding not supported: send gzip, deflate, zstd or none")},
      {"POST", "/win/_bulk", kBasic, std::string(1'000'001, ' '), 413,
       error_reply(413, "content_too_long_exception",
                   "Content too large: the limit counts after decompression; send smaller batches")},
      // who may
      {"POST", "/_bulk", {{"Authorization", "ApiKey aWQ6b3RoZXI="}}, good, 200, ok},  // id:other
      {"POST", "/_bulk", {{"Authorization", "ApiKey id:other"}}, good, 200, ok},
      {"POST", "/_bulk", {{"Authorization", "Bearer other"}}, good, 200, ok},
      {"POST",
       "/_bulk",
       {},
       good,
       401,
       error_reply(401, "security_exception", "missing authentication credentials for REST request [/_bulk]")},
      {"POST",
       "/_bulk",
       {{"Authorization", "Basic dXNlcjp3cm9uZw=="}},
       good,
       401,
       error_reply(401, "security_exception",
                   "unable to authenticate with provided credentials for REST request [/_bulk]")},
      {"GET",
       "/_license",
       {{"Authorization", "Digest x"}},
       "",
       401,
       error_reply(401, "security_exception",
                   "Authorization: expected Basic (any user, the token as password), ApiKey or Bearer")},
      {"GET",
       "/",
       {},
       "",
       401,
       error_reply(401, "security_exception", "missing authentication credentials for REST request [/]")},
      {"GET",
       "/?token=other",
       {},
       "",
       401,
       error_reply(401, "security_exception", "?token= is not enabled on this input")},
  };
  for (const RequestRow& row : rows) {
    INFO(row.method << " " << row.target << " " << row.body.substr(0, 100));
    const test::RawReply got = collector.exchange(row);
    CHECK(got.status == row.status);
    CHECK(without_took(got.body) == row.expected);
    CHECK(got.header("content-type") == "application/json");
    CHECK(got.header("content-length") == std::to_string(got.body.size()));
    CHECK(got.header("x-elastic-product") == "Elasticsearch");
    CHECK(got.header("www-authenticate") == (row.status == 401 ? R"(Basic realm="regwarden" charset="UTF-8")" : ""));
  }
  CHECK(store.rows("SELECT count(*) FROM Registry") == Rows{"1"});
  CHECK(store.rows("SELECT reason, sample FROM rejected") == Rows{"_bulk: " + malformed + "|{}"});

  for (const std::string path : {"/", "/_index_template/x"}) {
    test::RawClient client(collector.port());
    client.send(test::raw_request("HEAD", path, kBasic));
    const test::RawReply head = client.receive(false);
    CHECK(head.status == 200);
    CHECK(head.header("x-elastic-product") == "Elasticsearch");
  }

  collector.input.begin_shutdown();
  const test::RawReply stopping = test::raw_exchange(collector.port(), "POST", "/_bulk", kBasic, good);
  CHECK(stopping.status == 503);
  CHECK(stopping.header("retry-after") == "1");
}

TEST_CASE("the version is the client's own") {
  TemporaryStore store;
  Collector collector(store.session(), {});
  struct Row {
    std::string user_agent, version;
  };
  const Row rows[] = {
      {"Elastic-Winlogbeat/8.11.3 (windows; amd64; x)", "8.11.3"},
      {"Elastic-winlogbeat/7.17.0 (windows)", "7.17.0"},
      {"Elastic-filebeat/9.1.0-SNAPSHOT (linux)", "9.1.0"},
      {"elasticsearch-py/7.17.6 (Python 3.11.2)", "7.17.6"},
      {"Vector/0.40.0 (x86_64)", "8.17.0"},
      {"Elastic-Winlogbeat/x", "8.17.0"},
      {"Elastic-Winlogbeat/99999.1.1", "8.17.0"},
      {"Elastic/8.1", "8.17.0"},
      {"\"/1.2.3", "8.17.0"},
      {"", "8.17.0"},
  };
  for (const Row& row : rows) {
    INFO(row.user_agent);
    const test::RawReply got = test::raw_exchange(collector.port(), "GET", "/", {{"User-Agent", row.user_agent}});
    CHECK(got.status == 200);
    CHECK(got.body.find(R"("version":{"number":")" + row.version + R"(","build_flavor":"default")") !=
          std::string::npos);
    CHECK(got.body.ends_with(R"("tagline":"You Know, for Search"})"));
  }
}

TEST_CASE("bulk: busy is 503, never 429, and no item is told a success before the commit") {
  GatedSession::Gate gate;
  {
    Collector collector(std::make_unique<GatedSession>(gate), impatient(std::chrono::milliseconds(100)));
    const test::RawReply reply = collector.post("/_bulk", "{\"index\":{}}\n" + sysmon_json(1) + "\n");
    CHECK(reply.status == 503);
    CHECK(reply.header("retry-after") == "1");
    CHECK(reply.body == error_reply(503, "es_rejected_execution_exception", "The server is busy; send again"));
    CHECK(collector.counters.value(core::Counter::kHttpBusy) == 1);
    gate.let_through();
  }
}

}  // namespace
}  // namespace rw::ingest
