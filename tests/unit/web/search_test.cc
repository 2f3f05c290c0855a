#include <future>
#include <optional>
#include <string>
#include <thread>

#include "fixture.h"
#include "storage/forwarding_reader.h"

using namespace rw;
using namespace rw::web::test;

namespace {

constexpr const char* kEndless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

// Its searches find no end by themselves while `endless` is set.
class SlowReader final : public storage::ForwardingReader {
 public:
  SlowReader(std::unique_ptr<Reader> inner, const std::atomic<bool>& endless)
      : ForwardingReader(*inner), inner_(std::move(inner)), endless_(endless) {}

  core::Result<void> scan(const storage::Query& query, std::chrono::milliseconds timeout,
                          const storage::RowSink& sink) override {
    return inner().scan(endless_ ? storage::Query{kEndless, {}} : query, timeout, sink);
  }

 private:
  const std::unique_ptr<Reader> inner_;
  const std::atomic<bool>& endless_;
};

class SlowStore final : public storage::Store {
 public:
  SlowStore(std::unique_ptr<Store> inner, const std::atomic<bool>& endless)
      : inner_(std::move(inner)), endless_(endless) {}
  core::Result<std::unique_ptr<storage::WriteSession>> open_writer() override { return inner_->open_writer(); }
  core::Result<std::unique_ptr<storage::Reader>> open_reader() override {
    RW_TRY(auto reader, inner_->open_reader());
    return std::unique_ptr<storage::Reader>(std::make_unique<SlowReader>(std::move(reader), endless_));
  }
  const storage::Dialect& dialect() const override { return inner_->dialect(); }

 private:
  const std::unique_ptr<Store> inner_;
  const std::atomic<bool>& endless_;
};

// An API whose searches run until they are stopped, while `endless` is set.
class SlowFixture {
 public:
  SlowFixture()
      : fixture({}, {}, [this](std::unique_ptr<storage::Store> store) {
          return std::make_unique<SlowStore>(std::move(store), endless);
        }) {}
  ~SlowFixture() { fixture.api().begin_shutdown(); }  // what still runs ends, and its thread can be joined

  // Begins a search on a thread of its own, and comes back when it is listed.
  std::future<http::Response> begin(const std::string& id) {
    const json body = {{"search", "| tstats count from datamodel=Endpoint.Registry"}, {"id", id}, {"timeout", "2m"}};
    auto answer = std::async(std::launch::async, [this, body] { return fixture.search(body); });
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!is_listed(id) && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    REQUIRE(is_listed(id));
    return answer;
  }
  http::Response cancel(const std::string& id) {
    return fixture.ask(make_request("/api/v1/searches/" + id, {}, "DELETE"));
  }
  bool is_listed(const std::string& id) {
    const json body = fixture.get_json("/api/v1/searches");
    for (const json& item : body.at("items")) {
      if (item.at("id") == id) return true;
    }
    return false;
  }

  std::atomic<bool> endless{true};
  Fixture fixture;
};

std::optional<std::string> header(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

json problem(int status, const std::string& title, const std::string& detail, const std::string& hint = {},
             const std::string& instance = "/api/v1/search") {
  json body = {
      {"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}, {"instance", instance}};
  if (!hint.empty()) body["hint"] = hint;
  return body;
}

void check_problem(const http::Response& response, const json& expected) {
  CHECK(response.status == expected.at("status").get<int>());
  CHECK(response.content_type == "application/problem+json");
  CHECK(json::parse(response.body) == expected);
}

void write_events(Fixture& fixture) {
  storage::Batch batch;
  batch.registry.push_back(registry_record(1, "2026-10-11T11:02:03.5Z", "AmsiEnable", "ann"));
  batch.registry.push_back(registry_record(2, "2026-10-11T11:02:04Z", "Other", "ann"));
  batch.registry.push_back(registry_record(3, "2026-10-11T11:02:05Z", "AmsiEnable", "bob"));
  batch.registry.push_back(registry_record(4, "2026-10-10T11:02:05Z", "AmsiEnable", "old"));
  fixture.write(std::move(batch));
}

// Its rows, or what was answered instead.
json rows_of(const http::Response& response) {
  const json body = json::parse(response.body);
  return response.status == 200 ? body.at("rows") : body;
}

}  // namespace

TEST_CASE("a search answers its rows with all that it was") {
  Fixture fixture;
  write_events(fixture);
  const http::Response response =
      fixture.search({{"search",
                       "| tstats count min(_time) as _time values(Registry.registry_value_name) as names"
                       " from datamodel=Endpoint.Registry by Registry.user | eval none=null(), half=count/4"},
                      {"id", "Search_1-a"}});
  INFO(response.body);
  CHECK(response.status == 200);
  CHECK(response.content_type == "application/json");
  const std::regex took(R"("took_ms":(\d+))");
  std::smatch found;
  REQUIRE(std::regex_search(response.body, found, took));
  CHECK(
      std::regex_replace(response.body, took, R"("took_ms":0)") ==
      R"({"id":"Search_1-a","earliest":"2026-10-10T12:30:00Z","latest":"2026-10-11T12:30:00Z","took_ms":0,)"
      R"("warnings":[],"columns":["Registry.user","count","_time","names","none","half"],"rows":[)"
      R"({"Registry.user":"ann","count":2,"_time":"2026-10-11T11:02:03.500000Z","names":["AmsiEnable","Other"],"half":0.5},)"
      R"({"Registry.user":"bob","count":1,"_time":"2026-10-11T11:02:05Z","names":"AmsiEnable","half":0.25}]})");
}

TEST_CASE("a search looks at its range of time") {
  Fixture fixture;
  write_events(fixture);
  const auto users = [&](const std::string& earliest, const std::string& latest) {
    return rows_of(fixture.search({{"search", "| tstats count from datamodel=Endpoint.Registry by Registry.user"},
                                   {"earliest", earliest},
                                   {"latest", latest}}));
  };
  const json ann = {{"Registry.user", "ann"}, {"count", 2}};
  const json bob = {{"Registry.user", "bob"}, {"count", 1}};
  const json old = {{"Registry.user", "old"}, {"count", 1}};
  CHECK(users("-2d", "now") == json({ann, bob, old}));
  CHECK(users("2026-10-11T11:02:03.5Z", "2026-10-11T11:02:05Z") == json::array({ann}));
  CHECK(users("-30m", "now") == json::array());
}

TEST_CASE("a search that finds nothing has no rows, and an id that was made for it") {
  Fixture fixture;
  const http::Response response = fixture.search({{"search", "| from datamodel:Endpoint.Registry | table user, dest"}});
  const json body = json::parse(response.body);
  CHECK(body.at("rows") == json::array());
  CHECK(body.at("columns") == json({"user", "dest"}));
  CHECK(std::regex_match(body.at("id").get<std::string>(), std::regex("[0-9a-f]{16}")));
}

TEST_CASE("a search knows the macros in service") {
  Fixture fixture;
  write_events(fixture);
  const json search = {{"search", "| from datamodel:Endpoint.Registry | `of_bob` | table user"}};
  check_problem(fixture.search(search), problem(400, "Bad Request", "search: 1:38: macro `of_bob` is not defined",
                                                "define it in a macro file"));
  detect::Macros macros;
  macros.add({"of_bob", {}, "search user=bob"});
  fixture.catalogue().set(
      std::make_shared<detect::Catalogue>(std::vector<std::shared_ptr<const detect::Detection>>{}, std::move(macros)));
  CHECK(rows_of(fixture.search(search)) == json::parse(R"([{"user": "bob"}])"));
}

TEST_CASE("warnings come with the rows") {
  Fixture fixture;
  const http::Response response = fixture.search(
      {{"search", "| makeresults | eval k=1 | search [| makeresults count=10001 | eval k=1 | table k] | table k"}});
  CHECK(rows_of(response) == json::parse(R"([{"k": 1}])"));
  CHECK(json::parse(response.body).at("warnings") ==
        json::array({"the subsearch of a search term gave 10001 rows, only the first 10000 were used"}));
}

TEST_CASE("a body that is none is a problem that says what was expected") {
  Fixture fixture;
  http::Request request = make_request("/api/v1/search", {}, "POST");
  request.body = R"({"search": "x", "limit": 3})";
  check_problem(fixture.ask(request),
                problem(400, "Bad Request",
                        "unknown member 'limit': expected one of search, earliest, latest, max_rows, timeout, id"));
  request.body = "search=x";
  check_problem(fixture.ask(request),
                problem(400, "Bad Request", "the body: expected a JSON object in UTF-8",
                        R"(such as {"search": "| tstats count from datamodel=Endpoint.Registry by Registry.dest"})"));
  const std::string too_long = R"({"search": ")" + std::string(256 * 1024, 'x') + R"("})";
  request.body = too_long;
  check_problem(fixture.ask(request), problem(413, "Content Too Large", "the body: expected at most 256KiB"));
  request.body = R"({"search": "| makeresults"})";
  request.query = {{"timeout", "1s"}};
  check_problem(fixture.ask(request),
                problem(400, "Bad Request", "unknown parameter 'timeout': this resource takes none"));
}

TEST_CASE("SPL that cannot be run is a bad request with its place") {
  Fixture fixture;
  const struct {
    std::string search;
    std::string detail;
    std::string hint = {};
  } cases[] = {
      {"| tstats count from", "1:20: expected datamodel=… after FROM, found the end of the search"},
      {"| makeresults\n| nosuch x", "2:3: the command `nosuch` is not supported"},
      {"| makeresults | transaction user", "1:17: the command `transaction` is not supported",
       "stats by the same fields groups events too"},
      {std::string(70'000, 'x'), "1:1: the search is 70000 bytes long, expected at most 65536"},
      {"| makeresults | eval <script>alert(1)</script>", "1:22: expected a field to assign to, found `<`"},
  };
  for (const auto& test : cases) {
    INFO(test.search.substr(0, 100));
    check_problem(fixture.search({{"search", test.search}}),
                  problem(400, "Bad Request", "search: " + test.detail, test.hint));
  }
}

TEST_CASE("a search over a limit is told which, and what to do") {
  Fixture fixture;
  write_events(fixture);
  const auto limited = [&](json body, const std::string& search) {
    body["search"] = search;
    return fixture.search(body);
  };
  const std::string title = "Unprocessable Content";
  const std::string users = "| tstats count from datamodel=Endpoint.Registry by Registry.user";
  check_problem(limited({{"max_rows", 1}}, users),
                problem(422, title, "the search gave 2 rows, more than 1",
                        "narrow the search or its time range, or raise max_rows (at most 20000)"));
  CHECK(rows_of(limited({{"max_rows", 2}}, users)).size() == 2);
  // Only what comes out counts.
  CHECK(rows_of(limited({{"max_rows", 1}}, users + " | stats sum(count) as n")) == json::parse(R"([{"n": 3}])"));
  check_problem(limited({}, "| makeresults count=1001"),
                problem(422, title, "the search gave 1001 rows, more than 1000",
                        "narrow the search or its time range, or raise max_rows (at most 20000)"));
  CHECK(rows_of(limited({{"max_rows", 20000}}, "| makeresults count=20000")).size() == 20000);
  check_problem(limited({{"max_rows", 20000}}, "| makeresults count=20001"),
                problem(422, title, "makeresults: more than 20000 rows", "narrow the search or its time range"));
}

TEST_CASE("a search over its time is told so") {
  SlowFixture slow;
  const json search = {{"search", "| tstats count from datamodel=Endpoint.Registry"}, {"timeout", "50ms"}};
  check_problem(slow.fixture.search(search),
                problem(422, "Unprocessable Content", "the search took longer than 50ms",
                        "narrow the search or its time range, or raise timeout (at most 2m)"));
  CHECK(slow.fixture.get_json("/api/v1/searches").at("items") == json::array());
}

TEST_CASE("a search that runs is listed, and can be cancelled") {
  SlowFixture slow;
  auto answer = slow.begin("my-search");
  CHECK(slow.fixture.get("/api/v1/searches").body ==
        R"({"items":[{"id":"my-search","search":"| tstats count from datamodel=Endpoint.Registry",)"
        R"("earliest":"2026-10-10T12:30:00Z","latest":"2026-10-11T12:30:00Z","started":"2026-10-11T12:30:00Z"}]})");
  CHECK(slow.cancel("My-search").status == 404);
  const http::Response cancelled = slow.cancel("my-search");
  CHECK(cancelled.status == 204);
  CHECK(cancelled.body.empty());
  check_problem(answer.get(), problem(409, "Conflict", "the search was cancelled"));
  CHECK(slow.fixture.get_json("/api/v1/searches").at("items") == json::array());
  check_problem(slow.cancel("my-search"), problem(404, "Not Found", "no search with the id 'my-search' is running", {},
                                                  "/api/v1/searches/my-search"));
  // Its reader does not come back: the next ones read, under the same name too.
  slow.endless = false;
  CHECK(slow.fixture.get("/api/v1/runs").status == 200);
  CHECK(rows_of(slow.fixture.search({{"search", "| tstats count from datamodel=Endpoint.Registry"},
                                     {"id", "my-search"}})) == json::parse(R"([{"count": 0}])"));
}

TEST_CASE("an id is that of one search at a time: the second is told, the first goes on") {
  SlowFixture slow;
  auto answer = slow.begin("a");
  check_problem(slow.fixture.search({{"search", "| makeresults"}, {"id", "a"}}),
                problem(409, "Conflict", "a search with the id 'a' is running", "choose another, or leave it out"));
  CHECK(slow.is_listed("a"));
  CHECK(slow.cancel("a").status == 204);
  CHECK(answer.get().status == 409);
}

TEST_CASE("four searches at a time: the fifth is to come again later, everything else is answered") {
  SlowFixture slow;
  std::vector<std::future<http::Response>> answers;
  for (const char* id : {"a", "b", "c", "d"}) answers.push_back(slow.begin(id));
  const http::Response fifth = slow.fixture.search({{"search", "| makeresults"}});
  check_problem(fifth, problem(503, "Service Unavailable", "4 searches are running, as many as may",
                               "wait, or cancel one of GET /api/v1/searches"));
  CHECK(header(fifth, "Retry-After") == "5");
  CHECK(slow.fixture.get("/api/v1/notables").status == 200);
  CHECK(slow.cancel("c").status == 204);
  CHECK(answers[2].get().status == 409);
  CHECK(slow.fixture.search({{"search", "| makeresults"}}).status == 200);
  for (const char* id : {"a", "b", "d"}) CHECK(slow.cancel(id).status == 204);
  for (const std::size_t i : {0U, 1U, 3U}) CHECK(answers[i].get().status == 409);
}

TEST_CASE("when the daemon stops, searches end and none begins") {
  SlowFixture slow;
  auto first = slow.begin("a");
  auto second = slow.begin("b");
  slow.fixture.api().begin_shutdown();
  const json stopping = problem(503, "Service Unavailable", "the daemon is stopping");
  const http::Response ended = first.get();
  check_problem(ended, stopping);
  CHECK(header(ended, "Retry-After") == "5");
  check_problem(second.get(), stopping);
  check_problem(slow.fixture.search({{"search", "| makeresults"}}), stopping);
  CHECK(slow.fixture.get_json("/api/v1/searches").at("items") == json::array());
}

TEST_CASE("hostile texts come out as JSON") {
  Fixture fixture;
  storage::Batch batch;
  const std::string hostile = "<script>\"\\\x01\xff\xe2\x82</script>";
  batch.registry.push_back(registry_record(1, "2026-10-11T11:02:03Z", hostile, "ann"));
  fixture.write(std::move(batch));
  const std::string shown = "<script>\"\\\x01\xef\xbf\xbd\xef\xbf\xbd</script>";
  CHECK(rows_of(fixture.search(
            {{"search", "| from datamodel:Endpoint.Registry | eval \"<b>\"=registry_value_name | table \"<b>\""}})) ==
        json::array({{{"<b>", shown}}}));
  // In an id of a path, decoded.
  const http::Response missing = fixture.ask(make_request("/api/v1/searches/<script>\xff", {}, "DELETE"));
  CHECK(missing.status == 404);
  CHECK(json::parse(missing.body).at("detail") == "no search with the id '<script>\xef\xbf\xbd' is running");
}

TEST_CASE("searching and cancelling are not for pages of other sites, and need a token where there are any") {
  const auto status = [](std::vector<std::string> tokens, std::string method, std::string path, const char* name,
                         const char* value) {
    Fixture fixture({}, std::move(tokens));
    http::Request request = make_request(std::move(path), {}, std::move(method));
    request.body = R"({"search": "| makeresults"})";
    if (name != nullptr) request.headers.emplace(name, value);
    return fixture.ask(request).status;
  };
  const struct {
    std::string method;
    std::string path;
    int good;
  } cases[] = {{"POST", "/api/v1/search", 200}, {"DELETE", "/api/v1/searches/x", 404}};
  for (const auto& test : cases) {
    INFO(test.method);
    CHECK(status({}, test.method, test.path, nullptr, nullptr) == test.good);
    CHECK(status({}, test.method, test.path, "origin", "http://127.0.0.1:8089") == test.good);
    CHECK(status({}, test.method, test.path, "origin", "https://evil.example") == 403);
    CHECK(status({}, test.method, test.path, "origin", "null") == 403);
    CHECK(status({"secret"}, test.method, test.path, nullptr, nullptr) == 401);
    CHECK(status({"secret"}, test.method, test.path, "authorization", "Bearer secret") == test.good);
  }
  CHECK(status({"secret"}, "GET", "/api/v1/searches", nullptr, nullptr) == 401);
  CHECK(status({}, "GET", "/api/v1/search", nullptr, nullptr) == 405);
  CHECK(status({}, "POST", "/api/v1/searches", nullptr, nullptr) == 405);
  CHECK(status({}, "GET", "/api/v1/searches/x", nullptr, nullptr) == 405);
}
