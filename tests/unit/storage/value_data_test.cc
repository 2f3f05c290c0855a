// Data and Details of registry values: stored once where one tells the other, and read as they came.
#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "daemon/cim/fields.h"
#include "daemon/cim/value_data.h"
#include "storage/sqlite/columns.h"
#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

using Rows = std::vector<std::string>;

cim::RegistryRecord with_data(std::uint64_t id, std::string_view data, std::string_view details) {
  cim::RegistryRecord record = set_value(id);
  record.value_data = data;
  record.details = details;
  return record;
}

sqlite::Column column_of_data() {
  return sqlite::column_of(cim::Dataset::kRegistry, *cim::find_field(cim::Dataset::kRegistry, "registry_value_data"));
}

TEST_CASE("SQL unwraps data as the data model does") {
  Database database;
  const std::string long_digits(200, '0');
  const std::string texts[] = {
      "DWORD (0x00000001)",
      "QWORD (0x01d63ed1-0x0000002f)",
      "DWORD (0x)",
      "DWORD (0xABCdef-x)",
      "DWORD (0x" + long_digits + ")",
      "DWORD (0x00000001) ",
      "DWORD (0x00000001",
      "DWORD (0x0000000g)",
      "DWORD (0x0)(0x0)",
      "DWORD (1)",
      "dword (0x00000001)",
      "WORD (0x00000001)",
      "SWORD (0x00000001)",
      "QWORD(0x00000001)",
      "DWORD (0x1\u00e9)",
      "DWORD (",
      "Binary Data",
      "(Empty)",
      "0x00000001",
      "D",
      "",
  };
  for (const std::string& text : texts) {
    INFO(text);
    const std::string sql = sqlite::part_of(column_of_data(), "text");
    CHECK(database.rows("SELECT " + sql + " FROM (SELECT '" + text + "' AS text)") ==
          Rows{std::string(cim::value_data_of(text).data)});
  }
}

TEST_CASE("data and Details are stored once, and read as they came") {
  const std::string wrapped_long = "DWORD (0x" + std::string(200, '1') + ")";
  const std::string data_long = wrapped_long.substr(7, wrapped_long.size() - 8);
  Database database;
  const auto session = database.writer();
  commit(*session, batch_of({
                       with_data(1, "0x00000001", "DWORD (0x00000001)"),
                       with_data(2, "0x00000000-0x00000001", "QWORD (0x00000000-0x00000001)"),
                       with_data(3, "Binary Data", {}),
                       with_data(4, {}, "(Empty)"),
                       with_data(5, data_long, wrapped_long),
                       with_data(6, "0x00000001", {}),
                       with_data(7, "one", "DWORD (0x00000001)"),
                       with_data(8, "DWORD (0x00000001)", {}),
                   }));
  CHECK(database.rows("SELECT registry_value_data, Details FROM Registry ORDER BY id") ==
        Rows{"0x00000001|DWORD (0x00000001)", "0x00000000-0x00000001|QWORD (0x00000000-0x00000001)",
             "Binary Data|Binary Data", "unknown|(Empty)", data_long + "|" + wrapped_long, "0x00000001|0x00000001",
             "one|DWORD (0x00000001)", "DWORD (0x00000001)|DWORD (0x00000001)"});
  CHECK(database.rows("SELECT (SELECT text FROM term WHERE id = value_data), details IS NULL FROM registry_event"
                      " WHERE id <= 2") == Rows{"DWORD (0x00000001)|1", "QWORD (0x00000000-0x00000001)|1"});

  std::vector<Value> binds;
  const Dialect& dialect = database.store().dialect();
  const cim::Window day{at("2026-10-11T00:00:00Z"), at("2026-10-12T00:00:00Z")};
  const cim::Field& data = *cim::find_field(cim::Dataset::kRegistry, "registry_value_data");
  const std::string from = dialect.from(cim::Dataset::kRegistry, day, binds);
  const std::string one =
      dialect.matches(cim::Dataset::kRegistry, data, core::TextPattern::with_stars("0x00000001"), binds);
  const auto found =
      must(database.reader()->query({"SELECT e.id " + from + " AND " + one + " ORDER BY e.id", binds}, SearchLimits()));
  CHECK(found.rows == std::vector<std::vector<Value>>{{std::int64_t{1}}, {std::int64_t{6}}});
}

}  // namespace
}  // namespace rw::storage::test
