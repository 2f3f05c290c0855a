#include "daemon/notify/message.h"

#include "tests/unit/notify/fixtures.h"

namespace rw::notify {
namespace {

using test::at;
using test::finding;
using test::message_of;

std::vector<std::int64_t> ids_of(const Message& message) {
  std::vector<std::int64_t> ids;
  for (const Finding& finding : message.findings) ids.push_back(finding.id);
  return ids;
}

}  // namespace

TEST_CASE("a message lists the worst findings, the newest of them first, and counts all") {
  Digest digest;
  for (int i = 1; i <= 500; ++i) {
    Finding one = finding(i, i % 100 == 0 ? Severity::kHigh : Severity::kLow, i <= 300 ? "WS1" : "WS2");
    if (i > 490) one.detection = "Another";
    digest.add(one);
  }
  const Message message = digest.message();
  CHECK(message.count == 500);
  CHECK(message.severity == Severity::kHigh);
  CHECK(ids_of(message) == std::vector<std::int64_t>{500, 400, 300, 200, 100, 499, 498, 497, 496, 495});
  CHECK(message.by_detection == std::vector<Count>{{"Disable AMSI Through Registry", 490}, {"Another", 10}});
  CHECK(message.by_dest == std::vector<Count>{{"WS1", 300}, {"WS2", 200}});
  CHECK(headline(message) == "500 findings, high at most: Disable AMSI Through Registry (490), Another (10)");
}

TEST_CASE("a message goes by urgency, and knows the severities") {
  Finding lab = finding(1, Severity::kCritical, "LAB1");
  lab.urgency = Severity::kLow;
  const Message message = message_of({lab, finding(2, Severity::kMedium)});
  CHECK(ids_of(message) == std::vector<std::int64_t>{2, 1});
  CHECK(message.severity == Severity::kCritical);
  CHECK(message.urgency == Severity::kMedium);
  CHECK(headline(message) == "2 findings, medium at most: Disable AMSI Through Registry (2)");
  CHECK(headline(message_of({lab})) == "Low: Disable AMSI Through Registry on LAB1");
}

TEST_CASE("counts: the ten largest, and memory for so many names") {
  Digest digest(1);
  for (std::size_t i = 0; i < Digest::kMaxNames + 50; ++i) {
    digest.add(finding(static_cast<std::int64_t>(i), Severity::kLow, "host-" + std::to_string(i)));
  }
  digest.add(finding(1, Severity::kLow, ""));
  const Message message = digest.message();
  CHECK(message.count == Digest::kMaxNames + 51);
  REQUIRE(message.by_dest.size() == Digest::kListed);
  CHECK(message.by_dest[0] == Count{"(others)", 50});
  CHECK(message.by_dest[1].count == 1);
  CHECK(message.findings.size() == 1);
}

TEST_CASE("a headline, and the line of a finding") {
  CHECK(headline(message_of({finding(1, Severity::kCritical)})) == "Critical: Disable AMSI Through Registry on WS1");
  Finding named = finding(2, Severity::kLow, "WS2");
  named.title = "AMSI disabled on WS2 by ann";
  CHECK(headline(message_of({named})) == "Low: AMSI disabled on WS2 by ann");
  CHECK(line_of(named, test::kUtc) == "2026-10-11 20:14:15 UTC  low  AMSI disabled on WS2 by ann");
  CHECK(line_of(finding(1), test::zone("Europe/Berlin")) ==
        "2026-10-11 22:14:15 CEST  medium  Disable AMSI Through Registry on WS1 (ann)");
  Message tested = message_of({finding(1)});
  tested.test = true;
  CHECK(headline(tested) == "Test: Medium: Disable AMSI Through Registry on WS1");
  Message risk = message_of({finding(1), finding(2)});
  risk.kind = FindingKind::kRiskEvent;
  CHECK(headline(risk) == "2 risk events, medium at most: Disable AMSI Through Registry (2)");
}

TEST_CASE("findings are read from rows, each text on one line and cut") {
  storage::ListPage page;
  page.table.columns = {"id",       "time",    "created",          "detection_id",    "detection", "rule_title",
                        "severity", "urgency", "rule_description", "security_domain", "status",    "annotations",
                        "dest",     "user"};
  const auto row = [&](std::int64_t id, const std::string& status, const storage::Value& dest,
                       const storage::Value& user) {
    page.table.rows.push_back({id, core::to_us(at("2026-10-11T20:14:15Z")), core::to_us(at("2026-10-11T21:00:00Z")),
                               std::string("id1"), std::string("Detection"), std::string("Title\r\nBcc: x"),
                               std::string("critical"), std::string("low"), std::string(64 * 1024, 'd'),
                               std::string("endpoint"), status, std::string(R"({"mitre_attack":["T1112", 5]})"), dest,
                               user});
  };
  row(8, "in_progress", std::string("WS1\nWS2"), storage::Value());
  row(7, "new", std::string("\u202EWS"), std::string("\xff"));
  row(6, "new", storage::Value(), storage::Value());
  const auto findings = findings_of(FindingKind::kNotable, page);
  REQUIRE(findings.size() == 3);
  CHECK(findings[0].id == 6);
  CHECK(findings[0].dest.empty());
  CHECK(findings[0].title == "Title  Bcc: x");
  CHECK(findings[0].description == std::string(599, 'd') + "…");
  CHECK(findings[0].severity == Severity::kCritical);
  CHECK(findings[0].urgency == Severity::kLow);
  CHECK(findings[0].techniques == std::vector<std::string>{"T1112"});
  CHECK(findings[0].is_new);
  CHECK(findings[1].dest == "\uFFFDWS");
  CHECK(findings[1].user == "\uFFFD");
  CHECK(findings[2].dest == "WS1, WS2");
  CHECK(findings[2].user.empty());
  CHECK_FALSE(findings[2].is_new);
}

TEST_CASE("risk events have a severity by their score") {
  storage::ListPage page;
  page.table.columns = {"id",           "time",        "created",          "detection_id",
                        "detection",    "risk_object", "risk_object_type", "risk_score",
                        "risk_message", "annotations"};
  const auto add = [&](std::int64_t id, const std::string& type, std::int64_t score) {
    page.table.rows.push_back({id, std::int64_t{1}, std::int64_t{2}, std::string("id1"), std::string("Detection"),
                               std::string("ann"), type, score, std::string("message"), std::string("{}")});
  };
  add(1, "user", 80);
  add(2, "system", 19);
  const auto findings = findings_of(FindingKind::kRiskEvent, page);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].user == "ann");
  CHECK(findings[0].dest.empty());
  CHECK(findings[0].severity == Severity::kCritical);
  CHECK(findings[0].urgency == Severity::kCritical);
  CHECK(findings[1].dest == "ann");
  CHECK(findings[1].severity == Severity::kInformational);
  CHECK(severity_of_score(79) == Severity::kHigh);
  CHECK(severity_of_score(59) == Severity::kMedium);
  CHECK(severity_of_score(39) == Severity::kLow);
}

}  // namespace rw::notify
