#include "storage/batch.h"

#include "storage/edits.h"

namespace rw::storage {

std::size_t Batch::size_bytes() const {
  std::size_t bytes = sizeof(Batch) + arena.capacity_bytes() + registry.capacity() * sizeof(cim::RegistryRecord) +
                      processes.capacity() * sizeof(cim::ProcessRecord);
  for (const Rejected& item : rejected) bytes += sizeof(Rejected) + item.sample.size() + item.reason.size();
  for (const cim::RiskEvent& item : risk_events) {
    bytes += sizeof(item) + item.risk_message.size() + item.annotations.size() + item.row.size();
  }
  for (const cim::Notable& item : notables) {
    bytes += sizeof(item) + item.rule_description.size() + item.drilldown_searches.size() + item.annotations.size() +
             item.row.size() + item.dest.size() + item.user.size();
  }
  for (const cim::ThrottledRow& item : throttled_rows) {
    bytes += sizeof(item) + item.row.size() + item.keys.size() * sizeof(cim::ThrottledRow::Key);
  }
  for (const SourceSeen& item : sources) bytes += item.size_bytes();
  for (const std::string& host : forgotten_hosts) bytes += sizeof(host) + host.size();
  if (edits != nullptr) bytes += edits->size_bytes();
  return bytes + silences.size() * sizeof(HostSilence) + late_done.size() * sizeof(LateSpan) +
         runs.size() * sizeof(cim::Run) + detections.size() * sizeof(cim::DetectionSince);
}

}  // namespace rw::storage
