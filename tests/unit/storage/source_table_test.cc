#include "storage/sqlite/source_table.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kArrival = "2026-10-11T20:00:00Z";

// Events with these record ids, all written at one time.
SourceSeen seen_of(std::uint64_t first, std::uint64_t last, std::string_view received = kArrival,
                   std::chrono::microseconds delay = 250ms) {
  SourceSeen seen;
  seen.host = "ws1.corp.example";
  seen.channel = "Microsoft-Windows-Sysmon/Operational";
  seen.peer = "10.0.0.1";
  seen.input = "syslog/tcp";
  seen.format = "xml";
  seen.received = at(received);
  seen.events = last - first + 1;
  const core::Micros time = seen.received - delay;
  seen.first_event = time;
  seen.last_event = time;
  seen.last_delay = delay;
  seen.min_delay = delay;
  seen.runs = {{first, last, time, time}};
  return seen;
}

SourceSeen of_host(SourceSeen seen, std::string host) {
  seen.host = std::move(host);
  return seen;
}

Batch counts(std::vector<SourceSeen> sources) {
  Batch batch;
  batch.sources = std::move(sources);
  return batch;
}

std::vector<HostSeen> hosts_of(Database& database) { return must(database.reader()->hosts()); }

}  // namespace

TEST_CASE("counts of a source are those of its committed events") {
  Database database;
  auto session = database.writer();
  Batch first = batch_of({set_value(1), set_value(2), set_value(2)});
  first.sources.push_back(seen_of(1, 4));
  first.sources.back().taken = 3;
  Batch second = batch_of({set_value(5)});
  second.sources.push_back(of_host(seen_of(5, 5), "WS1.corp.EXAMPLE"));
  second.sources.back().taken = 1;
  std::vector<Batch> batches;
  batches.push_back(std::move(first));
  batches.push_back(std::move(second));
  must(session->commit(batches));
  commit(*session, counts({seen_of(7, 9)}));
  CHECK(database.rows("SELECT host, events, stored, duplicates, last_record_id, seen, missing, skips, complete"
                      " FROM log_source") == std::vector<std::string>{"ws1.corp.example|8|3|1|9|8|1|6-6|0"});
  check_references(database);
}

TEST_CASE("a commit that fails counts nothing") {
  Database database;
  auto session = database.writer();
  commit(*session, counts({seen_of(1, 10)}));
  Batch broken = counts({seen_of(11, 20)});
  broken.runs.emplace_back().status = static_cast<cim::RunStatus>(99);  // its CHECK fails
  const auto refused = session->commit({&broken, 1});
  REQUIRE_FALSE(refused.ok());
  CHECK(database.rows("SELECT events, last_record_id FROM log_source") == std::vector<std::string>{"10|10"});
}

TEST_CASE("delays are the last one, and the smallest of this hour and the one before") {
  Database database;
  auto session = database.writer();
  const struct {
    const char* received;
    std::chrono::milliseconds delay;
    const char* last_and_min;
  } steps[] = {
      {"2026-10-11T20:10:00Z", 900ms, "900|900"},    {"2026-10-11T20:20:00Z", 3'600'000ms, "3600000|900"},
      {"2026-10-11T21:10:00Z", 1500ms, "1500|900"},  {"2026-10-11T22:10:00Z", 2500ms, "2500|1500"},
      {"2026-10-12T08:00:00Z", 4000ms, "4000|4000"}, {"2026-10-12T08:00:01Z", -1500ms, "-1500|-1500"},
  };
  for (const auto& step : steps) {
    INFO(step.received);
    commit(*session, counts({seen_of(1, 1, step.received, step.delay)}));
    CHECK(database.rows("SELECT last_delay_ms, min_delay_ms FROM log_source") ==
          std::vector<std::string>{step.last_and_min});
  }
}

TEST_CASE("an import fills holes, and is neither arrival nor sender where there is one") {
  Database database;
  auto session = database.writer();
  const auto imported = [](SourceSeen seen) {
    seen.input = kImportInput;
    seen.peer = "/tmp/old.xml";
    return seen;
  };
  commit(*session, counts({seen_of(1, 10), seen_of(15, 20)}));
  commit(*session, counts({imported(seen_of(11, 14, "2026-10-12T20:00:00Z", 1h))}));
  const std::string live = "ws1.corp.example|10.0.0.1|syslog/tcp|250|20|0";
  CHECK(database.rows("SELECT host, peer, input, min_delay_ms, seen, missing FROM log_source") ==
        std::vector<std::string>{live});
  CHECK(hosts_of(database).at(0).last_received == at(kArrival));

  commit(*session, counts({imported(of_host(seen_of(1, 1), "old"))}));
  CHECK(hosts_of(database).size() == 1);
  CHECK(database.rows("SELECT peer, input, min_delay_ms FROM log_source WHERE host = 'old'") ==
        std::vector<std::string>{"/tmp/old.xml|import|-"});
  commit(*session, counts({of_host(seen_of(2, 2), "OLD")}));
  CHECK(hosts_of(database).size() == 2);
}

TEST_CASE("a host is silent until anything of it arrives, on whatever channel") {
  Database database;
  auto session = database.writer();
  SourceSeen security = seen_of(1, 1, "2026-10-11T21:00:00Z");
  security.channel = "Security";
  commit(*session, counts({seen_of(1, 1), security}));
  const auto say_silent = [&](std::optional<core::Micros> since) {
    Batch batch;
    batch.silences.push_back({"WS1.corp.example", since});
    CHECK_FALSE(batch.empty());
    commit(*session, batch);
  };
  const auto silent = [&] { return hosts_of(database).at(0).silent_since; };

  say_silent(at(kArrival));  // something came since
  CHECK_FALSE(silent());
  say_silent(at("2026-10-11T21:00:00Z"));
  CHECK(silent() == at("2026-10-11T21:00:00Z"));
  CHECK(database.rows("SELECT count(*) FROM log_source WHERE silent_since IS NOT NULL") ==
        std::vector<std::string>{"2"});

  SECTION("a channel that it had") { commit(*session, counts({seen_of(2, 2, "2026-10-12T00:00:00Z")})); }
  SECTION("a new one") {
    SourceSeen other = seen_of(2, 2, "2026-10-12T00:00:00Z");
    other.channel = "Application";
    commit(*session, counts({other}));
  }
  SECTION("or until that is taken back") { say_silent(std::nullopt); }
  CHECK_FALSE(silent());
  CHECK(database.rows("SELECT count(*) FROM log_source WHERE silent_since IS NOT NULL") ==
        std::vector<std::string>{"0"});
}

TEST_CASE("there are at most ten thousand sources; events of others are counted") {
  Database database;
  auto session = database.writer();
  std::vector<SourceSeen> many;
  for (std::size_t i = 0; i < kMaxSources; ++i) many.push_back(of_host(seen_of(1, 1), "h" + std::to_string(i)));
  CHECK(commit(*session, counts(std::move(many))).source_overflow == 0);
  CHECK(commit(*session, counts({of_host(seen_of(1, 7), "one-more"), of_host(seen_of(2, 2), "h1")})).source_overflow ==
        7);
  CHECK(database.count("log_source") == static_cast<std::int64_t>(kMaxSources));
  auto restarted = database.writer();
  CHECK(commit(*restarted, counts({of_host(seen_of(1, 1), "one-more")})).source_overflow == 1);
  CHECK(database.rows("SELECT last_record_id FROM log_source WHERE host = 'h1'") == std::vector<std::string>{"2"});
}

TEST_CASE("a host that is forgotten is no source any more, and a new one when it comes back") {
  Database database;
  auto session = database.writer();
  SourceSeen security = seen_of(1, 5);
  security.channel = "Security";
  commit(*session, counts({seen_of(1, 10), security, of_host(seen_of(1, 3), "ws2")}));
  Batch silent;
  silent.silences = {{"ws1.corp.example", at(kArrival)}};
  commit(*session, silent);

  Batch batch;
  batch.forgotten_hosts = {"WS1.corp.example", "nobody"};
  CHECK_FALSE(batch.empty());
  CHECK(commit(*session, batch).sources_forgotten == 2);
  CHECK(commit(*session, batch).sources_forgotten == 0);
  CHECK(database.rows("SELECT host FROM log_source") == std::vector<std::string>{"ws2"});
  REQUIRE(hosts_of(database).size() == 1);
  CHECK(hosts_of(database)[0].host == "ws2");

  commit(*session, counts({seen_of(11, 12)}));
  CHECK(database.rows("SELECT events, seen, silent_since FROM log_source WHERE host LIKE 'ws1%'") ==
        std::vector<std::string>{"2|2|-"});
  // Seen and forgotten in one transaction: gone.
  std::vector<Batch> both(2);
  both[0].forgotten_hosts = {"ws2"};
  both[1] = counts({of_host(seen_of(4, 4), "ws2")});
  CHECK(must(session->commit(both))[0].sources_forgotten == 1);
  CHECK(database.rows("SELECT host FROM log_source") == std::vector<std::string>{"ws1.corp.example"});
}

TEST_CASE("hosts that are forgotten make room for others") {
  Database database;
  auto session = database.writer();
  std::vector<SourceSeen> many;
  for (std::size_t i = 0; i < kMaxSources; ++i) many.push_back(of_host(seen_of(1, 1), "h" + std::to_string(i)));
  CHECK(commit(*session, counts(std::move(many))).source_overflow == 0);
  CHECK(commit(*session, counts({of_host(seen_of(1, 2), "new")})).source_overflow == 2);
  Batch batch;
  batch.forgotten_hosts = {"h7"};
  commit(*session, batch);
  CHECK(commit(*session, counts({of_host(seen_of(1, 2), "new")})).source_overflow == 0);
  CHECK(commit(*session, counts({of_host(seen_of(1, 2), "newer")})).source_overflow == 2);
}

}  // namespace rw::storage::test
