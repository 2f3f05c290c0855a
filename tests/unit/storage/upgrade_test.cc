// A database of every earlier schema, with rows in every table, as data/versionN.sql has it: after the upgrade all rows
// are there, searches give what they gave, and what is known is known.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "storage/sqlite/check.h"
#include "storage/sqlite/schema.h"
#include "tests/unit/storage/database.h"
#include "tests/unit/storage/predicate_sql.h"

namespace rw::storage::test {
namespace {

using Rows = std::vector<std::string>;

std::string stored(int version) {
  std::ifstream file(std::string(REGWARDEN_SOURCE_DIR) + "/tests/unit/storage/data/version" + std::to_string(version) +
                     ".sql");
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

Rows tables_of(sqlite::Connection& connection) {
  return rows_of(connection,
                 "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'schema_version'"
                 " ORDER BY name");
}

Rows schema_of(sqlite::Connection& connection) {
  return rows_of(connection, "SELECT type, name, sql FROM sqlite_master ORDER BY name");
}

// An event that the database has, as its sender would send it again.
cim::RegistryRecord seen_before(sqlite::Connection& connection, std::string& computer, std::string& channel) {
  auto row = must(connection.prepare("SELECT dest, Channel, EventRecordID, time FROM Registry ORDER BY id LIMIT 1"));
  REQUIRE(must(row.step()));
  computer = row.text(0);
  channel = row.text(1);
  cim::RegistryRecord record = set_value(static_cast<std::uint64_t>(row.integer(2)));
  record.source.computer = computer;
  record.source.channel = channel;
  record.time = core::from_us(row.integer(3));
  return record;
}

}  // namespace

TEST_CASE("a database of an earlier schema keeps all it has") {
  const int version = GENERATE(1, 2, 3, 4);
  INFO("version " << version);
  const Folder folder;
  auto connection = must(sqlite::Connection::open(folder.database(), sqlite::Connection::Mode::kReadWrite));
  must(connection.execute(stored(version).c_str()));
  REQUIRE(rows_of(connection, "SELECT max(version) FROM schema_version") == Rows{std::to_string(version)});
  const Rows tables = tables_of(connection);
  CHECK(tables.size() == (version < 4 ? 12 : 13));
  Rows selects;  // of the columns that there are now: later versions have more
  for (const std::string& table : tables) {
    selects.push_back(
        "SELECT " + rows_of(connection, "SELECT group_concat(name, ', ') FROM pragma_table_info('" + table + "')")[0] +
        " FROM " + table);
  }
  const auto contents = [&] {
    Rows all;
    for (const std::string& select : selects) {
      const Rows rows = rows_of(connection, select);
      CHECK_FALSE(rows.empty());
      all.insert(all.end(), rows.begin(), rows.end());
    }
    return all;
  };
  const Rows before = contents();

  const auto store = must(sqlite::open({.data_dir = folder.path()}));
  CHECK(contents() == before);
  {
    const Folder fresh;
    auto newest = must(sqlite::Connection::open(fresh.database(), sqlite::Connection::Mode::kReadWrite));
    must(sqlite::migrate(newest));
    CHECK(schema_of(connection) == schema_of(newest));
  }
  for (const sqlite::Examined& item : must(sqlite::check(folder.path()))) {
    INFO(item.check << ": " << item.detail);
    CHECK(item.outcome == sqlite::Examined::Outcome::kOk);
  }

  CHECK(rows_of(connection,
                "SELECT dest, registry_path, registry_value_data, action, vendor_product FROM Registry"
                " ORDER BY EventRecordID") ==
        Rows{R"(WS1.example.test|HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Windows Script\Settings\AmsiEnable|)"
             "0x00000000|modified|Microsoft Sysmon",
             R"(WS2.example.test|HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Windows Script\Settings\AmsiEnable|)"
             "0x00000000|modified|Microsoft Sysmon",
             R"(WS0.example.test|HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Windows Script\Settings\AmsiEnable|)"
             "0x00000000|modified|Microsoft Sysmon",
             R"(ws1.example.test|HKLM\SOFTWARE\Größe\Key|unknown|created|Microsoft Sysmon)",
             R"(ws1.example.test|HKLM\SOFTWARE\Old|HKLM\SOFTWARE\New|modified|Microsoft Sysmon)",
             R"(ws1.example.test|HKLM\SOFTWARE\Long|)" + std::string(200, 'x') + "|modified|Microsoft Sysmon"});
  CHECK(rows_of(connection, "SELECT process, process_name, dest FROM Processes ORDER BY EventRecordID") ==
        Rows{"cmd /c echo 1|cmd.exe|ws1.example.test", "a.exe " + std::string(150, 'y') + "|a.exe|ws1.EXAMPLE.test"});

  // A search, and the ledger.
  const auto reader = must(store->open_reader());
  const Dialect& dialect = store->dialect();
  const cim::Window always_window{core::from_us(0), core::from_us(4'000'000'000'000'000)};
  const Predicate amsi{Matches{cim::find_field(cim::Dataset::kRegistry, "registry_path"),
                               core::TextPattern::with_stars("*\\amsienable")}};
  CHECK(rows_of(*reader, query_of(dialect, cim::Dataset::kRegistry, always_window, amsi, "count(*)")) ==
        std::vector<std::vector<Value>>{{std::int64_t{3}}});
  const auto sifted =
      must(must(reader->open_sieve({{cim::Dataset::kRegistry, amsi}}))->sift(always_window, std::chrono::minutes(1)));
  REQUIRE(sifted[0].dialect != nullptr);
  CHECK(rows_of(*reader, query_of(*sifted[0].dialect, cim::Dataset::kRegistry, always_window, amsi, "count(*)")) ==
        std::vector<std::vector<Value>>{{std::int64_t{3}}});
  const auto ledger = must(reader->ledger());
  REQUIRE(ledger.size() == 1);
  REQUIRE(ledger[0].last_run.has_value());
  CHECK(ledger[0].last_run->result_count == 3);

  // What is stored is not stored again; what is new takes the next id.
  const auto session = must(store->open_writer());
  std::string computer;
  std::string channel;
  cim::RegistryRecord again = seen_before(connection, computer, channel);
  CHECK(commit(*session, batch_of({again})).duplicates == 1);
  std::transform(computer.begin(), computer.end(), computer.begin(), [](unsigned char c) { return std::toupper(c); });
  again.source.computer = computer;
  CHECK(commit(*session, batch_of({again})).duplicates == 1);
  again.record_id = 1000;
  CHECK(commit(*session, batch_of({again})).registry_stored == 1);
  CHECK(rows_of(connection, "SELECT max(id) FROM registry_event") == Rows{"7"});
}

}  // namespace rw::storage::test
