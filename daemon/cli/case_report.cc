#include "daemon/cli/case_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/cli/render.h"
#include "daemon/core/text.h"

namespace rw::cli {
namespace {

using Json = nlohmann::ordered_json;

// An attribute's or element's text; what XML 1.0 cannot hold becomes U+FFFD.
std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : core::to_valid_utf8(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\xEF\xBF\xBD";
        } else {
          out += c;
        }
    }
  }
  return out;
}

double seconds_of(std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; }

}  // namespace

std::size_t count_of(const std::vector<CaseResult>& results, Verdict verdict) {
  return static_cast<std::size_t>(std::ranges::count(results, verdict, &CaseResult::verdict));
}

void print_cases(std::ostream& out, const std::vector<CaseResult>& results) {
  std::vector<std::vector<std::string>> rows;
  for (const CaseResult& result : results) {
    rows.push_back({std::string(verdict_name(result.verdict)), result.test.detection->name, result.test.name,
                    std::to_string(result.matches), std::to_string(result.also_fired.size())});
  }
  print_table(out, {"RESULT", "DETECTION", "TEST", "MATCHES", "ALSO FIRED"}, rows);
  out << '\n';
  for (const CaseResult& result : results) {
    if (result.verdict == Verdict::kPass) continue;
    out << verdict_name(result.verdict) << ": " << result.test.detection->name << ": " << result.reason << '\n';
  }
  out << count_of(results, Verdict::kPass) << " passed, " << count_of(results, Verdict::kFail) << " failed, "
      << count_of(results, Verdict::kSkip) << " skipped\n";
}

void print_cases_json(std::ostream& out, const std::vector<CaseResult>& results) {
  Json tests = Json::array();
  for (const CaseResult& result : results) {
    Json test = {{"detection", result.test.detection->name},
                 {"id", result.test.detection->id},
                 {"source", result.test.detection->source},
                 {"test", result.test.name},
                 {"result", verdict_name(result.verdict)}};
    if (!result.reason.empty()) test["reason"] = result.reason;
    test["matches"] = result.matches;
    if (result.test.match_count) test["match_count"] = *result.test.match_count;
    test["files"] = result.test.files;
    test["also_fired"] = result.also_fired;
    test["seconds"] = seconds_of(result.took);
    tests.push_back(std::move(test));
  }
  const Json document = {{"passed", count_of(results, Verdict::kPass)},
                         {"failed", count_of(results, Verdict::kFail)},
                         {"skipped", count_of(results, Verdict::kSkip)},
                         {"tests", std::move(tests)}};
  out << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

std::string junit_of(const std::vector<CaseResult>& results) {
  std::chrono::milliseconds all{0};
  for (const CaseResult& result : results) all += result.took;
  const std::string counts =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3f}\"", results.size(),
                  count_of(results, Verdict::kFail), count_of(results, Verdict::kSkip), seconds_of(all));
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites " + counts +
                    ">\n  <testsuite name=\"regwarden\" " + counts + ">\n";
  for (const CaseResult& result : results) {
    xml += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">\n",
                       xml_text(result.test.detection->source + "." + result.test.detection->name),
                       xml_text(result.test.name), seconds_of(result.took));
    if (result.verdict == Verdict::kFail) {
      xml += fmt::format("      <failure message=\"{}\"/>\n", xml_text(result.reason));
    } else if (result.verdict == Verdict::kSkip) {
      xml += fmt::format("      <skipped message=\"{}\"/>\n", xml_text(result.reason));
    }
    if (!result.also_fired.empty()) {
      xml += fmt::format("      <system-out>also fired: {}</system-out>\n",
                         xml_text(fmt::format("{}", fmt::join(result.also_fired, ", "))));
    }
    xml += "    </testcase>\n";
  }
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace rw::cli
