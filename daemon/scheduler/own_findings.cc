#include "daemon/scheduler/own_findings.h"

#include <utility>

#include "daemon/scheduler/findings.h"

namespace rw::scheduler {

void add_own_findings(const detect::Detection& detection, const OwnRow& row, const cim::Window& window,
                      core::Micros now, const FindingOptions& options,
                      const std::function<std::string(std::string_view kind)>& identity_of, storage::Batch& batch) {
  detect::SearchResult result;
  result.table.columns = row.columns;
  result.table.rows.emplace_back(row.values.begin(), row.values.end());
  result.group_columns = row.group_columns;
  const core::TimeZone utc;
  Findings findings = findings_of(
      detection, result, {.window = window, .scheduled_time = now, .created = now, .zone = utc, .options = options});
  const auto add = [&](auto& found, std::string_view kind, auto& to) {
    for (auto& finding : found) {
      finding.identity = identity_of(kind);
      finding.time = now;
      to.push_back(std::move(finding));
    }
  };
  add(findings.risk_events, "risk", batch.risk_events);
  add(findings.notables, "notable", batch.notables);
}

}  // namespace rw::scheduler
