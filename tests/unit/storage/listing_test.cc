// Lists in other orders than that of ids, and counts.
#include "storage/listing.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

cim::RiskEvent risk(std::string identity, std::string object, std::int64_t score, std::string_view time,
                    std::string hash = {}) {
  return {.origin = {.detection_id = "d" + identity.substr(0, 1),
                     .detection = "Detection " + identity.substr(0, 1),
                     .detection_version = 1,
                     .window = {at("2026-10-11T10:00:00Z"), at("2026-10-11T11:00:00Z")},
                     .created = at("2026-10-11T12:00:00Z"),
                     .detection_hash = std::move(hash)},
          .identity = identity,
          .time = at(time),
          .risk_object = std::move(object),
          .risk_object_type = "system",
          .risk_object_field = "dest",
          .risk_score = score,
          .risk_message = "m",
          .threat_objects = "[]",
          .annotations = "{}",
          .row = "{}"};
}

// Three detections, two objects; two rows have no hash.
Batch risks() {
  Batch batch;
  batch.risk_events = {
      risk("a1", "WS1", 64, "2026-10-11T10:10:00Z", "h2"), risk("a2", "WS2", 64, "2026-10-11T10:40:00Z"),
      risk("b1", "WS1", 20, "2026-10-11T09:30:00Z", "h1"), risk("c1", "WS1", 80, "2026-10-11T10:05:00Z"),
      risk("c2", "WS2", 64, "2026-10-11T10:05:00Z", "h2")};
  return batch;
}

// The ids of all pages.
std::vector<std::int64_t> all_ids(Reader& reader, ListRequest request) {
  std::vector<std::int64_t> ids;
  for (int pages = 0; pages < 100; ++pages) {
    const ListPage page = must(reader.list(request));
    for (const auto& row : page.table.rows) ids.push_back(std::get<std::int64_t>(row[0]));
    if (!page.next) return ids;
    request.after = page.next;
  }
  FAIL("the list does not end");
  return ids;
}

std::string show(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return "-";
}

// "bucket values count sum", sorted.
std::vector<std::string> tallied(Reader& reader, const TallyRequest& request) {
  std::vector<std::string> lines;
  for (const TallyGroup& group : must(reader.tally(request))) {
    std::string line = group.bucket ? core::format_rfc3339(*group.bucket).substr(11, 5) + " " : "";
    for (const Value& value : group.values) line += show(value) + " ";
    line += std::to_string(group.count);
    if (!request.sum.empty()) line += " " + std::to_string(group.sum);
    lines.push_back(line);
  }
  std::ranges::sort(lines);
  return lines;
}

using Ids = std::vector<std::int64_t>;
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("lists are sorted by a column, page by page, whatever the size of a page") {
  Database database;
  commit(*database.writer(), risks());
  const auto reader = database.reader();
  const struct {
    std::string column;
    bool descending;
    Ids ids;
  } cases[] = {{"id", true, {5, 4, 3, 2, 1}},
               {"id", false, {1, 2, 3, 4, 5}},
               {"risk_score", true, {4, 5, 2, 1, 3}},
               {"risk_score", false, {3, 1, 2, 5, 4}},
               {"risk_object", false, {1, 3, 4, 2, 5}},
               {"time", true, {2, 1, 5, 4, 3}},
               {"time", false, {3, 4, 5, 1, 2}},
               {"detection_hash", true, {5, 1, 3, 4, 2}},  // nulls are lowest
               {"detection_hash", false, {2, 4, 3, 1, 5}}};
  for (const auto& expected : cases) {
    for (const int limit : {1, 2, 3, 100}) {
      INFO(expected.column << (expected.descending ? " descending " : " ascending ") << limit);
      ListRequest request;
      request.order = {expected.column, expected.descending};
      request.limit = limit;
      CHECK(all_ids(*reader, request) == expected.ids);
    }
  }
  ListRequest request;
  request.order = {"annotations", true};
  const auto refused = reader->list(request);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == core::ErrorCode::kInvalidInput);
}

TEST_CASE("hosts and users of notables are asked for one by one") {
  Database database;
  Batch batch;
  for (const char* dest : {"WS1", "ws1.corp.example\nDC1", "DC1\nWS1", ""}) {
    cim::Notable& notable = batch.notables.emplace_back();
    notable.identity = std::to_string(batch.notables.size());
    notable.severity = "low";
    notable.dest = dest;
    notable.row = "{}";
  }
  commit(*database.writer(), batch);
  const auto reader = database.reader();
  const auto with = [&](const std::string& dest) {
    ListRequest request;
    request.listing = Listing::kNotables;
    request.order = {"id", false};
    request.filters = {{"dest", dest}};
    return all_ids(*reader, request);
  };
  CHECK(with("ws1") == Ids{1, 3});
  CHECK(with("dc1") == Ids{2, 3});
  CHECK(with("ws1*") == Ids{1, 2, 3});
  CHECK(with("WS1*DC1").empty());  // each by itself
  CHECK(with("*") == Ids{1, 2, 3});
  CHECK(with("").empty());
}

TEST_CASE("severities and urgencies are in the order of their weight") {
  Database database;
  Batch batch;
  for (const char* severity : {"low", "critical", "informational", "medium", "high"}) {
    cim::Notable& notable = batch.notables.emplace_back();
    notable.identity = severity;
    notable.severity = severity;
    notable.nes_fields = notable.drilldown_searches = "[]";
    notable.annotations = notable.row = "{}";
  }
  commit(*database.writer(), batch);
  ListRequest request;
  request.listing = Listing::kNotables;
  request.limit = 2;
  for (const char* column : {"severity", "urgency"}) {  // which is the severity where none is said
    request.order = {column, true};
    CHECK(all_ids(*database.reader(), request) == Ids{2, 5, 4, 1, 3});
  }
}

TEST_CASE("a list reads the columns it is asked for") {
  Database database;
  commit(*database.writer(), risks());
  ListRequest request;
  request.columns = {"risk_score", "id", "time"};
  request.order = {"risk_object", false};
  request.limit = 1;
  const ListPage page = must(database.reader()->list(request));
  CHECK(page.table.columns == Lines{"id", "risk_score", "time"});
  CHECK(page.table.rows.at(0).size() == 3);
  request.columns = {"nothing"};
  CHECK_FALSE(database.reader()->list(request).ok());
}

TEST_CASE("events are listed by time, late ones in their place") {
  Database database;
  commit(*database.writer(), batch_of({set_value(1, "2026-10-11T10:00:00Z"), set_value(2, "2026-10-11T12:00:00Z"),
                                       set_value(3, "2026-10-11T11:00:00Z"), set_value(4, "2026-10-11T11:00:00Z")}));
  ListRequest request;
  request.listing = Listing::kRegistryEvents;
  request.order = {"time", true};
  request.limit = 1;
  CHECK(all_ids(*database.reader(), request) == Ids{2, 4, 3, 1});
  request.earliest = at("2026-10-11T11:00:00Z");
  CHECK(all_ids(*database.reader(), request) == Ids{2, 4, 3});
  request.order = {"dest", true};
  CHECK_FALSE(database.reader()->list(request).ok());
}

TEST_CASE("events of one second and of several are listed by time, page by page") {
  Database database;
  // Microseconds of three seconds, in no order, some twice.
  const std::int64_t times[] = {2'500'000, 999'999,   1'000'000, 2'000'000, 500'000, 1'999'999,
                                1'000'000, 2'500'000, 2'999'999, 1'000'001, 0,       500'000};
  const core::Micros start = at("2026-10-11T20:14:15Z");
  std::vector<cim::RegistryRecord> records;
  std::vector<std::pair<std::int64_t, std::int64_t>> sorted;  // time and id
  for (const std::int64_t time : times) {
    cim::RegistryRecord& record = records.emplace_back(set_value(100 + records.size()));
    record.time = start + std::chrono::microseconds(time);
    sorted.emplace_back(time, std::ssize(records));
  }
  commit(*database.writer(), batch_of(std::move(records)));
  std::ranges::sort(sorted);
  const auto ids_of = [&](std::int64_t earliest, std::int64_t latest) {
    Ids ids;
    for (const auto& [time, id] : sorted) {
      if (time >= earliest && time < latest) ids.push_back(id);
    }
    return ids;
  };
  const auto reader = database.reader();
  for (const int limit : {1, 2, 5, 100}) {
    INFO("pages of " << limit);
    ListRequest request;
    request.listing = Listing::kRegistryEvents;
    request.order = {"time", false};
    request.limit = limit;
    Ids expected = ids_of(0, 3'000'000);
    CHECK(all_ids(*reader, request) == expected);
    request.order.descending = true;
    std::ranges::reverse(expected);
    CHECK(all_ids(*reader, request) == expected);
    request.order.descending = false;
    request.earliest = start + std::chrono::microseconds(999'999);
    CHECK(all_ids(*reader, request) == ids_of(999'999, 3'000'000));
    request.latest = start + std::chrono::microseconds(2'500'000);
    CHECK(all_ids(*reader, request) == ids_of(999'999, 2'500'000));
    request.earliest.reset();
    CHECK(all_ids(*reader, request) == ids_of(0, 2'500'000));
  }
}

// The views show what the filters are about: a filter with the very text that a row shows must find that row.
TEST_CASE("a filter finds the events that show its text, whichever column it is") {
  Database database;
  const auto session = database.writer();
  cim::RegistryRecord key = set_value(2, "2026-10-11T20:15:00Z");
  key.source.event_id = 12;
  key.source.event_type = "CreateKey";
  key.value_name = key.value_data = key.value_type = key.details = {};
  key.user = {};
  cim::RegistryRecord other = set_value(3, "2026-10-11T20:16:00Z");
  other.source.computer = "WS2";
  other.utc_time = at("2026-10-11T20:14:15.099Z");
  other.extra = R"({"ActivityID":"{1}"})";
  other.value_data = "C:\\x.dll";
  other.details = {};
  Batch batch = batch_of({set_value(1), key, other});
  batch.processes = {process(4), process(5)};
  batch.processes[1].user = {};
  batch.processes[1].process = "cmd.exe /c whoami";
  batch.processes[1].parent_process_path = "C:\\Windows\\explorer.exe";
  batch.processes[1].session = R"({"LogonId":"0x3e7"})";
  commit(*session, batch);

  const auto reader = database.reader();
  for (const Listing listing : {Listing::kRegistryEvents, Listing::kProcessEvents}) {
    ListRequest all;
    all.listing = listing;
    const ListPage page = must(reader->list(all));
    REQUIRE(page.table.rows.size() == (listing == Listing::kRegistryEvents ? 3 : 2));
    for (std::size_t column = 1; column < page.table.columns.size(); ++column) {
      const std::string& name = page.table.columns[column];
      std::map<std::string, Ids> by_text;
      Ids with_any;
      for (const auto& row : page.table.rows) {
        if (row[column].is_null()) continue;
        const bool is_time = name == "time" || name == "received";
        const std::string text =
            is_time ? core::format_rfc3339(core::from_us(std::get<std::int64_t>(row[column]))) : show(row[column]);
        by_text[text].push_back(std::get<std::int64_t>(row[0]));
        with_any.push_back(std::get<std::int64_t>(row[0]));
      }
      for (const auto& [text, ids] : by_text) {
        INFO(name << " = " << text);
        ListRequest filtered = all;
        filtered.filters = {{name, text}};
        CHECK(all_ids(*reader, filtered) == ids);
        filtered.earliest = at("2026-10-11T00:00:00Z");
        filtered.order = {"time", true};
        CHECK(all_ids(*reader, filtered).size() == ids.size());
      }
      INFO(name << " = *");
      ListRequest any = all;
      any.filters = {{name, "*"}};
      CHECK(all_ids(*reader, any) == with_any);
    }
  }
}

TEST_CASE("rows are counted by columns, summed, and put into buckets of time") {
  Database database;
  commit(*database.writer(), risks());
  const auto reader = database.reader();
  TallyRequest request;
  CHECK(tallied(*reader, request) == Lines{"5"});
  request.by = {"risk_object"};
  request.sum = "risk_score";
  CHECK(tallied(*reader, request) == Lines{"WS1 3 164", "WS2 2 128"});
  request.by = {"detection_hash", "risk_object"};
  CHECK(tallied(*reader, request) == Lines{"- WS1 1 80", "- WS2 1 64", "h1 WS1 1 20", "h2 WS1 1 64", "h2 WS2 1 64"});
  request.filters = {{"risk_object", "ws1"}};
  request.by = {"risk_score"};
  request.sum = "";
  CHECK(tallied(*reader, request) == Lines{"20 1", "64 1", "80 1"});

  request = {};
  request.buckets = {at("2026-10-11T10:00:00Z"), at("2026-10-11T10:30:00Z")};
  CHECK(tallied(*reader, request) == Lines{"10:00 3", "10:30 1"});  // that of 09:30 is in none
  request.earliest = at("2026-10-11T10:06:00Z");
  request.latest = at("2026-10-11T10:40:00Z");
  CHECK(tallied(*reader, request) == Lines{"10:00 1"});
  request.latest.reset();
  request.by = {"risk_object"};
  CHECK(tallied(*reader, request) == Lines{"10:00 WS1 1", "10:30 WS2 1"});

  const auto groups = must(reader->tally({.by = {"detection_id"}}));
  const auto c = std::ranges::find(groups, std::vector<Value>{Value(std::string("dc"))}, &TallyGroup::values);
  REQUIRE(c != groups.end());
  CHECK(c->newest_id == 5);
  CHECK(c->first == at("2026-10-11T10:05:00Z"));
  CHECK(c->last == at("2026-10-11T10:05:00Z"));

  for (const TallyRequest& wrong :
       {TallyRequest{.by = {"row"}}, TallyRequest{.sum = "risk_object"}, TallyRequest{.filters = {{"nothing", "1"}}}}) {
    const auto refused = reader->tally(wrong);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == core::ErrorCode::kInvalidInput);
  }
}

TEST_CASE("events are counted by what the views show") {
  Database database;
  cim::RegistryRecord other = set_value(3, "2026-10-11T20:16:00Z");
  other.source.computer = "WS2";
  other.user = {};
  Batch batch = batch_of({set_value(1), set_value(2), other});
  batch.processes = {process(4)};
  commit(*database.writer(), batch);
  const auto reader = database.reader();
  for (const Listing listing : {Listing::kRegistryEvents, Listing::kProcessEvents}) {
    for (const std::string_view column : tally_columns(listing)) {
      INFO(column);
      ListRequest list;
      list.listing = listing;
      list.columns = {std::string(column)};
      std::map<std::string, int> expected;
      for (const auto& row : must(reader->list(list)).table.rows) ++expected[show(row.at(1))];
      Lines lines;
      for (const auto& [text, count] : expected) lines.push_back(text + " " + std::to_string(count));
      std::ranges::sort(lines);
      TallyRequest request;
      request.listing = listing;
      request.by = {std::string(column)};
      CHECK(tallied(*reader, request) == lines);
    }
  }
  TallyRequest request;
  request.listing = Listing::kRegistryEvents;
  request.by = {"dest"};
  request.filters = {{"user", "unknown"}};
  CHECK(tallied(*reader, request) == Lines{"WS2 1"});
}

}  // namespace rw::storage::test
