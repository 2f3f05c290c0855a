#include "daemon/detect/content_hash.h"

#include "daemon/core/hash.h"
#include "daemon/detect/search.h"

namespace rw::detect {
namespace {

constexpr std::size_t kDigits = 16;

void add_expiry(core::StableHash& hash, const std::optional<core::Micros>& expires) {
  hash.add(expires ? core::to_us(*expires) : std::int64_t{-1});
}

void add_throttles(core::StableHash& hash, const std::vector<Throttle>& throttles) {
  hash.add(static_cast<std::int64_t>(throttles.size()));
  for (const Throttle& throttle : throttles) {
    hash.add(static_cast<std::int64_t>(throttle.fields.size()));
    for (const std::string& field : throttle.fields) hash.add(field);
    hash.add(throttle.period.count());
    add_expiry(hash, throttle.expires);
  }
}

}  // namespace

std::string content_hash(const Detection& d) {
  core::StableHash hash;
  hash.add(d.name);
  hash.add(d.version);
  hash.add(d.type);
  hash.add(d.search_text);
  hash.add(d.search ? d.search->explain_plan() : std::string());
  for (const std::string_view text :
       {std::string_view(d.schedule.cron_schedule), std::string_view(d.schedule.earliest_time.text()),
        std::string_view(d.schedule.latest_time.text()), std::string_view(d.risk_message),
        std::string_view(d.rule_title), std::string_view(d.rule_description), std::string_view(d.severity),
        std::string_view(d.security_domain), std::string_view(d.annotations)}) {
    hash.add(text);
  }
  hash.add(d.creates_risk ? 1 : 0);
  hash.add(d.creates_notable ? 1 : 0);
  // Lists of any length: each with its length before it.
  hash.add(static_cast<std::int64_t>(d.risk_objects.size()));
  for (const RiskObject& object : d.risk_objects) {
    hash.add(object.field);
    hash.add(object.type);
    hash.add(object.score);
  }
  hash.add(static_cast<std::int64_t>(d.threat_objects.size()));
  for (const ThreatObject& object : d.threat_objects) {
    hash.add(object.field);
    hash.add(object.type);
  }
  hash.add(static_cast<std::int64_t>(d.nes_fields.size()));
  for (const std::string& field : d.nes_fields) hash.add(field);
  hash.add(static_cast<std::int64_t>(d.drilldowns.size()));
  for (const Drilldown& drilldown : d.drilldowns) {
    hash.add(drilldown.name);
    hash.add(drilldown.search);
    hash.add(drilldown.earliest_offset);
    hash.add(drilldown.latest_offset);
  }
  // What was added later counts only where it is there: the hashes of all others must stay.
  if (!d.throttles.empty()) {
    hash.add("throttles");
    add_throttles(hash, d.throttles);
  }
  const DetectionTuning& tuning = d.tuning;
  if (!tuning.exceptions.empty() || !tuning.throttles.empty()) {
    hash.add("tuning");
    hash.add(static_cast<std::int64_t>(tuning.exceptions.size()));
    for (const RowException& exception : tuning.exceptions) {
      hash.add(static_cast<std::int64_t>(exception.columns.size()));
      for (const auto& [column, pattern] : exception.columns) {
        hash.add(column);
        hash.add(pattern.encode());
      }
      add_expiry(hash, exception.expires);
    }
    add_throttles(hash, tuning.throttles);
  }
  return hash.hex().substr(0, kDigits);
}

}  // namespace rw::detect
