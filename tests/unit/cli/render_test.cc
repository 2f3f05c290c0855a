#include "daemon/cli/render.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <sstream>
#include <string>
#include <utility>

namespace rw::cli {
namespace {

std::string printed(OutputFormat format, const storage::Table& table) {
  std::ostringstream out;
  print_rows(out, format, table);
  return out.str();
}

storage::Table one_cell(storage::Value value) {
  storage::Table table;
  table.columns = {"x"};
  table.rows = {{std::move(value)}};
  return table;
}

}  // namespace

TEST_CASE("a table tells the terminal nothing that a monitored host has written") {
  const struct {
    std::string text;
    std::string shown;
  } cases[] = {
      {"caf\u00e9 \u20ac", "caf\u00e9 \u20ac"}, {"a\nb\tc\r", "a\\nb\\tc\\r"},
      {"\x1b[31m\x7f", "\\x1b[31m\\x7f"},       {"\u009b31m", "\\xc2\\x9b31m"},
      {"\u00a0\u00bf", "\u00a0\u00bf"},         {"exe.\u202etxt\u2066", "exe.\\xe2\\x80\\xaetxt\\xe2\\x81\\xa6"},
      {"\u2014\u2026", "\u2014\u2026"},
  };
  for (const auto& test : cases) {
    CHECK(printed(OutputFormat::kTable, one_cell(test.text)) == "x\n" + test.shown + "\n");
  }
}

TEST_CASE("CSV holds no formulas") {
  CHECK(printed(OutputFormat::kCsv, one_cell("=1+1")) == "x\r\n'=1+1\r\n");
  CHECK(printed(OutputFormat::kCsv, one_cell("@SUM(A1,A2)")) == "x\r\n\"'@SUM(A1,A2)\"\r\n");
  CHECK(printed(OutputFormat::kCsv, one_cell("-")) == "x\r\n'-\r\n");
  CHECK(printed(OutputFormat::kCsv, one_cell(std::int64_t{-1})) == "x\r\n-1\r\n");
  CHECK(printed(OutputFormat::kCsv, one_cell(-0.5)) == "x\r\n-0.5\r\n");
  CHECK(printed(OutputFormat::kCsv, one_cell("a=1")) == "x\r\na=1\r\n");
}

}  // namespace rw::cli
