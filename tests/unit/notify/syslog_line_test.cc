#include "daemon/notify/syslog_line.h"

#include "daemon/core/version.h"
#include "daemon/notify/text.h"
#include "tests/unit/notify/fixtures.h"

namespace rw::notify {
namespace {

using test::at;
using test::finding;

std::string line(SyslogFormat format, const Finding& finding, bool test = false, std::string_view host = "siem") {
  return syslog_line(format, finding, test, at("2026-10-11T21:01:02.5Z"), host, "4711", "");
}

const std::string kVersionField(core::kVersion);

}  // namespace

TEST_CASE("RFC 5424 with CEF, byte by byte") {
  CHECK(line(SyslogFormat::kCef, finding(7, Severity::kHigh)) ==
        "<107>1 2026-10-11T21:01:02.500000Z siem regwarden 4711 notable - CEF:0|regwarden|regwarden|" + kVersionField +
            "|9c27ec40|Disable AMSI Through Registry|8|rt=1791752401000 start=1791749655500 externalId=7 cat=notable "
            "dhost=WS1 duser=ann cs1Label=detection cs1=Disable AMSI Through Registry cs2Label=mitre_attack "
            "cs2=T1562.001 T1562 msg=AMSI was switched off");
}

TEST_CASE("RFC 5424 with JSON") {
  Finding risk = finding(9, Severity::kCritical);
  risk.kind = FindingKind::kRiskEvent;
  risk.risk_score = 80;
  risk.techniques.clear();
  risk.description.clear();
  risk.security_domain.clear();
  CHECK(
      line(SyslogFormat::kJson, risk, true) ==
      "<106>1 2026-10-11T21:01:02.500000Z siem regwarden 4711 risk_event - "
      R"({"kind":"risk_event","id":9,"time":"2026-10-11T20:14:15.500000Z","created":"2026-10-11T21:00:01Z",)"
      R"("severity":"critical","urgency":"critical","detection_id":"9c27ec40","detection":"Disable AMSI Through Registry",)"
      R"("title":"Test: Disable AMSI Through Registry","dest":"WS1","user":"ann","risk_score":80})");
}

TEST_CASE("CEF: a value ends no field and begins none") {
  Finding bad = finding(1);
  bad.detection_id = R"(a|b\c=d)";
  bad.title = plain("pipe| back\\ equals= line\nCEF:0|x", 200);
  bad.description = plain("cat=evil dhost=dc\\1\r\nnext", 200);
  bad.dest = "";
  bad.techniques.clear();
  CHECK(cef(bad, false, "https://siem/#/x?a=b") ==
        "CEF:0|regwarden|regwarden|" + kVersionField +
            R"(|a\|b\\c=d|pipe\| back\\ equals= line CEF:0\|x|5|rt=1791752401000 start=1791749655500 externalId=1 )"
            R"(cat=notable duser=ann cs1Label=detection cs1=Disable AMSI Through Registry )"
            R"(msg=cat\=evil dhost\=dc\\1  next request=https://siem/#/x?a\=b)");
}

TEST_CASE("syslog severities, and a host name that is none") {
  const auto start = [](Severity severity) { return line(SyslogFormat::kCef, finding(1, severity)).substr(0, 6); };
  CHECK(start(Severity::kInformational) == "<110>1");
  CHECK(start(Severity::kLow) == "<109>1");
  CHECK(start(Severity::kMedium) == "<108>1");
  CHECK(start(Severity::kHigh) == "<107>1");
  CHECK(start(Severity::kCritical) == "<106>1");
  CHECK(line(SyslogFormat::kCef, finding(1), false, "").find("Z - regwarden ") != std::string::npos);
  CHECK(line(SyslogFormat::kCef, finding(1), false, "a b\n<c>").find("Z ab<c> regwarden ") != std::string::npos);
}

TEST_CASE("a syslog line is bounded, whatever the values") {
  Finding large = finding(1);
  for (std::string* text : {&large.title, &large.detection, &large.dest, &large.user, &large.detection_id}) {
    *text = plain(std::string(64 * 1024, '|'), 200);
  }
  large.description = plain(std::string(64 * 1024, '='), 600);
  CHECK(line(SyslogFormat::kCef, large).size() < 6 * 1024);
  CHECK(line(SyslogFormat::kJson, large).size() < 6 * 1024);
}

}  // namespace rw::notify
