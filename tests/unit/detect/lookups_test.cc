// Lookup tables: CSV files, their definitions, and where detections find them.
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include <string>

#include "daemon/detect/compile.h"
#include "daemon/detect/csv.h"
#include "daemon/detect/load.h"
#include "tests/unit/detect/content_folder.h"

namespace rw::detect {
namespace {

using Row = std::vector<std::string>;

TEST_CASE("CSV: quotes, line breaks, a byte order mark, short rows") {
  const auto csv = parse_csv("\xef\xbb\xbf a ,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n\r\n2\nlast,\"q\"tail");
  REQUIRE(csv.ok());
  CHECK(csv->columns == Row{"a", "b"});
  CHECK(csv->rows == std::vector<Row>{{"1", "x, \"y\"\nz"}, {"2", ""}, {"last", "qtail"}});
}

TEST_CASE("CSV: faults say where") {
  const auto fault = [](const std::string& text) {
    const auto csv = parse_csv(text);
    return csv.ok() ? "" : csv.error().message;
  };
  CHECK(fault("") == "1:1: expected a header line");
  CHECK(fault("a,b\n1,2,3\n") == "2:1: 3 cells, expected 2 as in the header");
  CHECK(fault("a,b\n1,\"2\n\n") == "2:1: a quote is never closed");
  CHECK(fault("a,a\n") == "1:1: the column 'a' twice");
  CHECK(fault("a" + std::string(600, ',') + "\n") == "1:1: more than 500 cells");
  std::string rows = "a\n";
  for (std::size_t i = 0; i <= kMaxCsvRows; ++i) rows += "1\n";
  CHECK(fault(rows) == "500002:1: more than 500000 rows");
  CHECK(load_csv("/nowhere/x.csv").error().code == core::ErrorCode::kNotFound);
}

TEST_CASE("load: definitions and CSV files are lookups of the detections beside them") {
  test::ContentFolder folder;
  folder.write("lookups/old.yml",
               "name: tools\nfilename: t.csv\ndefault_match: 'false'\nmatch_type: WILDCARD(process)\n"
               "case_sensitive_match: 'false'\nmin_matches: 1\nmax_matches: 1\n");
  folder.write("lookups/t.csv", "process,bad\n*x.exe,true\n");
  folder.write("lookups/new20260101.yml", "name: newer\nlookup_type: csv\nmatch_type:\n- WILDCARD(a)\n- CIDR(b)\n");
  folder.write("lookups/new20260101.csv", "a,b,c\n*,10.0.0.0/8,1\n");
  folder.write("lookups/kv.yml", "name: kv\nlookup_type: kvstore\ncollection: c\n");
  folder.write("lookups/missing.yml", "name: missing\nlookup_type: csv\nfilename: nowhere.csv\n");
  folder.write("lookups/waits.yml", "name: waits\nlookup_type: csv\nfilename: waits.csv\n");
  REQUIRE(::mkfifo(folder.path("lookups/waits.csv").c_str(), 0600) == 0);
  folder.write("lookups/bare.csv", "k\nv\n");
  folder.write("lookups/.hidden.csv", "k\nv\n");
  core::Problems problems;
  LoadOptions options;
  options.paths = {folder.path()};
  options.builtin = false;
  const auto catalogue = load(options, problems);
  CHECK(folder.rendered(problems).empty());
  const Lookups& lookups = catalogue->knowledge().lookups;
  const auto tools = lookups.find("tools");
  REQUIRE(tools.ok());
  CHECK((*tools)->match_types.at("process") == LookupMatch::kWildcard);
  CHECK_FALSE((*tools)->case_sensitive);
  CHECK((*tools)->max_matches == 1);
  CHECK((*tools)->default_match == "false");
  REQUIRE(lookups.find("newer").ok());
  CHECK((*lookups.find("newer"))->match_types.at("b") == LookupMatch::kCidr);
  CHECK(lookups.find("bare").ok());
  CHECK(lookups.find("bare.csv").ok());
  CHECK(lookups.find("t.csv").ok());
  CHECK_FALSE(lookups.find(".hidden.csv").ok());
  const auto reason = [&](const std::string& name) {
    const auto search = compile_spl("| inputlookup " + name, catalogue->knowledge());
    return search.ok() ? "" : search.error().message;
  };
  CHECK(reason("tools") == "");
  CHECK(reason("kv") == "1:15: the lookup `kv`: " + folder.path("lookups/kv.yml") + ": it is no CSV file");
  CHECK(reason("missing") == "1:15: the lookup `missing`: " + folder.path("lookups/nowhere.csv") +
                                 ": cannot open: No such file or directory");
  CHECK(reason("waits") == "1:15: the lookup `waits`: " + folder.path("lookups/waits.csv") + ": is no regular file");
}

TEST_CASE("load: a wrong lookup definition is a problem") {
  test::ContentFolder folder;
  folder.write("l.yml", "name: l\nfilename: l.csv\nmatch_type: FUZZY(a)\nmax_matches: few\n");
  core::Problems problems;
  LoadOptions options;
  options.paths = {folder.path()};
  options.builtin = false;
  const auto catalogue = load(options, problems);
  CHECK(problems.size() == 2);
  CHECK(problems[0].message == "match_type 'FUZZY(a)': expected WILDCARD(column), CIDR(column) or EXACT(column)");
  CHECK(problems[1].message == "max_matches 'few': expected a whole number from 0");
  CHECK_FALSE(catalogue->knowledge().lookups.find("l").ok());
}

}  // namespace
}  // namespace rw::detect
