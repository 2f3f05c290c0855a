#include "daemon/ingest/decode/snare.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "daemon/core/text.h"
#include "tests/unit/ingest/decoded_line.h"

namespace rw::ingest {
namespace {

using Columns = std::vector<std::string>;

const std::string kHeader = "<14>Oct 11 22:14:15 till-1.shop.lan ";

// The columns from the marker to the record number, of which there are 15.
Columns columns_of(const RenderedEvent& event) {
  const Columns who =
      event.sysmon() ? Columns{"SYSTEM", "User", "Information"} : Columns{"N/A", "N/A", "Success Audit"};
  return {"MSWinEventLog",
          "1",
          event.channel(),
          "77",
          "Sun Oct 11 22:14:15 2026",
          std::to_string(event.id),
          event.provider(),
          who[0],
          who[1],
          who[2],
          "till-1.shop.lan",
          "Registry",
          "",
          flat(event.message),
          "90123"};
}

std::string joined(const Columns& columns, const std::string& delimiter = "\t") {
  std::string line;
  for (const std::string& column : columns) line += (line.empty() ? "" : delimiter) + column;
  return line;
}

TextEvent snare_event(const RenderedEvent& event) {
  return {.event = event,
          .format = "snare",
          .level = event.sysmon() ? kInformation : kAuditSuccess,
          .time = {},
          .record_id = true,
          .data = std::string(event.sysmon() ? "data.AccountName=SYSTEM\ndata.AccountType=User\n" : "") +
                  "data.Category=Registry\n",
          .message = std::string(core::trim(flat(event.message)))};
}

}  // namespace

TEST_CASE("Snare: every event that is stored, with every delimiter and header") {
  for (const RenderedEvent* event : kRenderedEvents) {
    const std::string expected = snare_event(*event).text();
    const Columns columns = columns_of(*event);
    for (const char* delimiter : {"\t", "#011", ";"}) {
      INFO(delimiter);
      CHECK(decode_line(kHeader + joined(columns, delimiter)) == expected);
    }
    CHECK(decode_line("till-1.shop.lan\t" + joined(columns)) == expected);
    CHECK(decode_line("<14>till-1.shop.lan\t" + joined(columns)) == expected);
    // A relay's RFC 5424: the columns up to the first blank became APP-NAME.
    CHECK(decode_line("<14>1 2026-10-11T22:14:15Z relay " +
                      replaced(joined(columns, "#011"), "#011Sun ", "#011Sun - - - ")) == expected);
  }
  for (const char* delimiter : {",", "|", "\\t"}) {
    INFO(delimiter);
    CHECK(decode_line(kHeader + joined(columns_of(kValueSet), delimiter)) == snare_event(kValueSet).text());
  }
}

TEST_CASE("Snare: columns that are missing, swapped, or more than there should be") {
  TextEvent plain = snare_event(kValueSet);
  TextEvent without_number = plain;
  without_number.record_id = false;
  const Columns columns = columns_of(kValueSet);
  const std::string message = columns[13];
  const auto with_tail = [&](const Columns& tail) {
    Columns changed(columns.begin(), columns.begin() + 12);
    changed.insert(changed.end(), tail.begin(), tail.end());
    return decode_line(kHeader + joined(changed));
  };
  const std::string md5 = "d41d8cd98f00b204e9800998ecf8427e";
  struct Row {
    const char* what;
    Columns tail;  // from the data string on
    const TextEvent& expected;
  };
  const Row rows[] = {
      {"as it should be", {"", message, "90123"}, plain},
      {"message and data string swapped", {message, "", "90123"}, plain},
      {"a data string", {"short", message, "90123"}, plain},
      {"no data string", {message, "90123"}, plain},
      {"no record number", {"", message}, without_number},
      {"an empty record number", {"", message, ""}, without_number},
      {"neither data string nor record number", {message}, without_number},
      {"a digest", {"", message, "90123", md5}, plain},
      {"a digest of digits", {"", message, "90123", "12345678901234567890123456789012"}, plain},
      {"an id of the source", {"", message, "90123", "EventSourceId=12"}, plain},
      {"a digest without record number", {"", message, md5}, without_number},
      {"a digest behind an empty record number", {"", message, "", md5}, without_number},
      {"an empty column at the end", {"", message, "90123", ""}, plain},
      {"blanks around the record number", {"", message, " 90123 "}, plain},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(with_tail(row.tail) == row.expected.text());
  }
}

TEST_CASE("Snare: columns before the date that a relay has cut") {
  Columns columns = columns_of(kValueSet);
  columns.erase(columns.begin() + 3);  // the counter
  CHECK(decode_line(kHeader + joined(columns)) == snare_event(kValueSet).text());
  columns = columns_of(kValueModified);
  columns.erase(columns.begin() + 1, columns.begin() + 4);
  CHECK(decode_line(kHeader + joined(columns)) == snare_event(kValueModified).text());
}

TEST_CASE("Snare: delimiters in the message") {
  // More of them than columns are looked at one by one.
  std::string command = "cmd";
  for (int i = 0; i < 100; ++i) command += ",a";
  RenderedEvent event = kOldProcessCreate;
  event.message = replaced(event.message, "reg query HKLM", command);
  event.fields = replaced(event.fields, "reg query HKLM", command);
  CHECK(decode_line(kHeader + joined(columns_of(event), ",")) == snare_event(event).text());
  // A path is no TAB that is written out.
  event = kValueSet;
  event.message = replaced(event.message, "Shop\\A", "Shop\\temp\\A");
  event.fields = replaced(event.fields, "Shop\\A", "Shop\\temp\\A");
  CHECK(decode_line(kHeader + joined(columns_of(event), "\\t")) == snare_event(event).text());
  CHECK(decode_line(kHeader + joined(columns_of(event), "#011")) == snare_event(event).text());
}

TEST_CASE("Snare: a line that is cut off") {
  const Columns columns = columns_of(kValueSet);
  const std::string date = "Snare: expected a column like 'Sun Oct 11 22:14:15 2026'";
  struct Row {
    std::size_t columns;
    std::string error;
  };
  const Row rows[] = {
      {2, date},
      {4, date},
      {5, "Snare: expected at least 13 columns, found 5"},
      {6, "Snare: expected at least 13 columns, found 6"},
      {12, "Snare: expected at least 13 columns, found 12"},
  };
  for (const Row& row : rows) {
    const Columns cut(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(row.columns));
    CHECK(decode_line(kHeader + joined(cut)) == "error: " + row.error + "\n");
  }
  Columns bad_id = columns;
  bad_id[5] = "13x";
  CHECK(decode_line(kHeader + joined(bad_id)) == "error: event id: expected a number, got '13x'\n");
  // In the message: what came before the cut is there.
  const std::string line = kHeader + joined(columns);
  TextEvent cut = snare_event(kValueSet);
  cut.record_id = false;
  cut.message = cut.message.substr(0, cut.message.find("  User:"));
  const RenderedEvent without_user = {kValueSet.id, kValueSet.message,
                                      replaced(kValueSet.fields, "User=TILL-1\\admin\n", "")};
  const TextEvent expected = {.event = without_user,
                              .format = "snare",
                              .level = kInformation,
                              .time = {},
                              .data = cut.data,
                              .message = cut.message};
  CHECK(decode_line(line.substr(0, line.find("  User:"))) == expected.text());
}

TEST_CASE("Snare: audits, users and hosts") {
  Columns columns = columns_of(kValueModified);
  columns[7] = "TILL-1\\admin";
  columns[8] = "User";
  columns[9] = "Failure Audit";
  columns[10] = "N/A";
  TextEvent expected = snare_event(kValueModified);
  expected.level = kAuditFailure;
  expected.data = "data.AccountName=TILL-1\\admin\ndata.AccountType=User\n" + expected.data;
  CHECK(decode_line(kHeader + joined(columns)) == replaced(expected.text(), "computer=till-1.shop.lan\n", ""));
}

TEST_CASE("Snare: what is none") {
  const std::string not_an_event =
      "error: not a Windows event: expected Windows Event XML, JSON, or the text of a Windows log forwarder\n";
  CHECK(decode_line("MSWinEventLog") == not_an_event);
  CHECK(decode_line("MSWinEventLog 1 x") == not_an_event);
  CHECK(decode_line("x=MSWinEventLog\t1\tx") == not_an_event);
  CHECK(decode_line(std::string(400, 'x') + "\tMSWinEventLog\t1") == not_an_event);
}

}  // namespace rw::ingest
