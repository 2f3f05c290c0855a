#include "daemon/config/sources.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace rw::config {

void read_sources(Section& sources, scheduler::SilenceOptions& options) {
  using std::chrono::hours;
  using std::chrono::microseconds;
  sources.duration("silent_after", options.silent_after, microseconds(0), microseconds(hours(24 * 365)));
  const yaml::Node ignored = sources.value("ignore", "a list of hosts ([] for none)");
  if (const auto hosts = ignored.as_text_list(sources.context().problems, sources.name_of("ignore"))) {
    options.ignored.clear();
    for (const std::string& host : *hosts) {
      if (host.empty()) sources.context().report(ignored, sources.name_of("ignore"), "'': expected a host");
      options.ignored.push_back(core::TextPattern::with_stars(host));
    }
  }
  Section finding(sources.context(), sources.map("finding"), sources.name_of("finding"));
  set(options.creates_risk, finding.boolean("creates_risk"));
  set(options.creates_notable, finding.boolean("creates_notable"));
  if (const auto score = finding.count("risk_score", 0, 100)) options.risk_score = static_cast<std::int64_t>(*score);
  set(options.severity, finding.severity("severity"));
  finding.finish();
  sources.finish();
}

}  // namespace rw::config
