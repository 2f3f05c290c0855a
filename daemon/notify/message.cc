#include "daemon/notify/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/notify/text.h"

namespace rw::notify {
namespace {

// In characters.
constexpr std::size_t kName = 200;
constexpr std::size_t kText = 600;
constexpr std::size_t kMostTechniques = 20;

// A row of a list, by the names of its columns.
class ListedRow {
 public:
  ListedRow(const storage::Table& table, const std::vector<storage::Value>& row) : table_(table), row_(row) {}

  std::string text(std::string_view column) const {
    const auto* text = std::get_if<std::string>(find(column));
    return text == nullptr ? std::string() : *text;
  }
  std::int64_t integer(std::string_view column) const {
    const auto* number = std::get_if<std::int64_t>(find(column));
    return number == nullptr ? 0 : *number;
  }
  core::Micros time(std::string_view column) const { return core::from_us(integer(column)); }
  nlohmann::json json(std::string_view column) const {
    return nlohmann::json::parse(core::to_valid_utf8(text(column)), nullptr, /*allow_exceptions=*/false);
  }

 private:
  const storage::Value* find(std::string_view column) const {
    const auto found = std::ranges::find(table_.columns, column);
    RW_ASSERT(found != table_.columns.end());
    return &row_[static_cast<std::size_t>(found - table_.columns.begin())];
  }

  const storage::Table& table_;
  const std::vector<storage::Value>& row_;
};

// A column with a line for each of its values.
std::string joined(std::string_view lines) {
  std::string text;
  for (const char c : lines.substr(0, kText * 4)) {
    if (c == '\n') {
      text += ", ";
    } else {
      text += c;
    }
  }
  return text;
}

std::vector<std::string> techniques_of(const nlohmann::json& annotations) {
  std::vector<std::string> techniques;
  if (!annotations.is_object()) return techniques;
  const auto listed = annotations.find("mitre_attack");
  if (listed == annotations.end() || !listed->is_array()) return techniques;
  for (const auto& technique : *listed) {
    if (!technique.is_string() || techniques.size() == kMostTechniques) continue;
    techniques.push_back(plain(technique.get_ref<const std::string&>(), 20));
  }
  return techniques;
}

Finding notable_of(const ListedRow& row) {
  Finding finding;
  finding.title = plain(row.text("rule_title"), kName);
  finding.description = plain(row.text("rule_description"), kText);
  finding.security_domain = plain(row.text("security_domain"), kName);
  finding.severity = severity_of(row.text("severity"));
  finding.urgency = severity_of(row.text("urgency"));
  finding.dest = plain(joined(row.text("dest")), kName);
  finding.user = plain(joined(row.text("user")), kName);
  finding.is_new = row.text("status") == "new";
  return finding;
}

Finding risk_event_of(const ListedRow& row) {
  Finding finding;
  const std::string object = plain(row.text("risk_object"), kName);
  finding.title = plain(row.text("risk_message"), kText);
  finding.risk_score = row.integer("risk_score");
  finding.severity = finding.urgency = severity_of_score(*finding.risk_score);
  (row.text("risk_object_type") == "user" ? finding.user : finding.dest) = object;
  return finding;
}

std::vector<Count> most_of(const std::map<std::string, std::uint64_t>& counted) {
  std::vector<Count> counts;
  for (const auto& [name, count] : counted) counts.push_back({name, count});
  std::ranges::stable_sort(counts, [](const Count& a, const Count& b) { return a.count > b.count; });
  if (counts.size() > Digest::kListed) counts.resize(Digest::kListed);
  return counts;
}

void count_name(std::map<std::string, std::uint64_t>& counted, const std::string& name) {
  if (name.empty()) return;
  const bool full = counted.size() >= Digest::kMaxNames && !counted.contains(name);
  ++counted[full ? std::string("(others)") : name];
}

std::string capitalized(std::string_view word) {
  std::string out(word);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - ('a' - 'A'));
  return out;
}

std::string titled(const Finding& finding) {
  std::string text = finding.title.empty() ? finding.detection : finding.title;
  // Many titles name the host themselves.
  if (!finding.dest.empty() && text.find(finding.dest) == std::string::npos) text += " on " + finding.dest;
  return text;
}

}  // namespace

std::string_view kind_name(FindingKind kind) { return kind == FindingKind::kNotable ? "notables" : "risk_events"; }

FindingKind kind_of(std::string_view name) {
  return name == "risk_events" ? FindingKind::kRiskEvent : FindingKind::kNotable;
}

std::vector<Finding> findings_of(FindingKind kind, const storage::ListPage& page) {
  std::vector<Finding> findings;
  findings.reserve(page.table.rows.size());
  for (const auto& values : page.table.rows) {
    const ListedRow row(page.table, values);
    Finding finding = kind == FindingKind::kNotable ? notable_of(row) : risk_event_of(row);
    finding.kind = kind;
    finding.id = row.integer("id");
    finding.time = row.time("time");
    finding.created = row.time("created");
    finding.detection_id = plain(row.text("detection_id"), kName);
    finding.detection = plain(row.text("detection"), kName);
    finding.techniques = techniques_of(row.json("annotations"));
    findings.push_back(std::move(finding));
  }
  std::ranges::sort(findings, {}, &Finding::id);
  return findings;
}

std::string headline(const Message& message) {
  const std::string prefix = message.test ? "Test: " : "";
  if (message.count == 1 && message.findings.size() == 1) {
    const Finding& only = message.findings.front();
    return prefix + capitalized(severity_name(only.urgency)) + ": " + titled(only);
  }
  std::string text =
      fmt::format("{}{} {}, {} at most", prefix, message.count,
                  message.kind == FindingKind::kNotable ? "findings" : "risk events", severity_name(message.urgency));
  if (!message.by_detection.empty()) text += ": " + counts_line(message.by_detection);
  return plain(text, kName);
}

std::string line_of(const Finding& finding, const core::TimeZone& zone) {
  std::string line = fmt::format("{}  {}  {}", core::format_time("%Y-%m-%d %H:%M:%S %Z", finding.time, zone),
                                 severity_name(finding.urgency), titled(finding));
  if (!finding.user.empty() && line.find(finding.user) == std::string::npos) line += " (" + finding.user + ")";
  return line;
}

std::string counts_line(const std::vector<Count>& counts) {
  std::string line;
  for (const Count& count : counts) {
    if (!line.empty()) line += ", ";
    line += fmt::format("{} ({})", count.name, count.count);
  }
  return line;
}

void Digest::add(Finding finding) {
  ++count_;
  severity_ = std::max(severity_, finding.severity);
  urgency_ = std::max(urgency_, finding.urgency);
  count_name(detections_, finding.detection);
  count_name(dests_, finding.dest);
  const auto before = [](const Finding& a, const Finding& b) {
    return std::tuple(a.urgency, a.time, a.id) > std::tuple(b.urgency, b.time, b.id);
  };
  if (worst_.size() == listed_ && !before(finding, worst_.back())) return;
  worst_.insert(std::ranges::upper_bound(worst_, finding, before), std::move(finding));
  if (worst_.size() > listed_) worst_.pop_back();
}

Message Digest::message() const {
  Message message;
  message.count = count_;
  message.severity = severity_;
  message.urgency = urgency_;
  message.findings = worst_;
  message.by_detection = most_of(detections_);
  message.by_dest = most_of(dests_);
  return message;
}

}  // namespace rw::notify
