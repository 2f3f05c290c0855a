#include "storage/listing.h"

namespace rw::storage {
namespace {

constexpr std::string_view kRiskEventColumns[] = {"time",
                                                  "created",
                                                  "identity",
                                                  "detection_id",
                                                  "detection",
                                                  "detection_version",
                                                  "detection_hash",
                                                  "earliest",
                                                  "latest",
                                                  "late",
                                                  "risk_object",
                                                  "risk_object_type",
                                                  "risk_object_field",
                                                  "risk_score",
                                                  "risk_message",
                                                  "threat_objects",
                                                  "annotations",
                                                  "row"};
constexpr std::string_view kFindingTimes[] = {"time", "created", "earliest", "latest"};
constexpr std::string_view kFindingBooleans[] = {"late"};
constexpr std::string_view kRiskEventJson[] = {"threat_objects", "annotations", "row"};

constexpr std::string_view kNotableColumns[] = {
    "time",     "created", "identity",    "detection_id", "detection",          "detection_version", "detection_hash",
    "earliest", "latest",  "late",        "rule_title",   "rule_description",   "security_domain",   "severity",
    "status",   "owner",   "disposition", "nes_fields",   "drilldown_searches", "annotations",       "row"};
constexpr std::string_view kNotableJson[] = {"nes_fields", "drilldown_searches", "annotations", "row"};

constexpr std::string_view kRunColumns[] = {"time",           "detection_id", "detection",    "kind",
                                            "scheduled_time", "earliest",     "latest",       "started",
                                            "finished",       "status",       "result_count", "error"};
constexpr std::string_view kRunTimes[] = {"time", "scheduled_time", "earliest", "latest", "started", "finished"};

constexpr std::string_view kRegistryColumns[] = {"time",
                                                 "received",
                                                 "action",
                                                 "dest",
                                                 "user",
                                                 "user_domain",
                                                 "registry_hive",
                                                 "registry_path",
                                                 "registry_key_name",
                                                 "registry_value_name",
                                                 "registry_value_data",
                                                 "registry_value_type",
                                                 "process_guid",
                                                 "process_id",
                                                 "process_name",
                                                 "process_path",
                                                 "status",
                                                 "vendor_product",
                                                 "Details",
                                                 "EventType",
                                                 "EventID",
                                                 "Channel",
                                                 "EventRecordID",
                                                 "UtcTime",
                                                 "envelope",
                                                 "extra"};
constexpr std::string_view kEventTimes[] = {"time", "received"};
constexpr std::string_view kRegistryJson[] = {"envelope", "extra"};

constexpr std::string_view kProcessColumns[] = {"time",
                                                "received",
                                                "action",
                                                "dest",
                                                "user",
                                                "user_domain",
                                                "parent_user",
                                                "process",
                                                "process_name",
                                                "process_path",
                                                "process_id",
                                                "process_guid",
                                                "process_hash",
                                                "process_integrity_level",
                                                "process_current_directory",
                                                "original_file_name",
                                                "parent_process",
                                                "parent_process_name",
                                                "parent_process_path",
                                                "parent_process_id",
                                                "parent_process_guid",
                                                "vendor_product",
                                                "image_version",
                                                "session",
                                                "EventID",
                                                "Channel",
                                                "EventRecordID",
                                                "UtcTime",
                                                "envelope",
                                                "extra"};
constexpr std::string_view kProcessJson[] = {"image_version", "session", "envelope", "extra"};

constexpr std::string_view kRejectedColumns[] = {"time", "input", "peer", "reason", "size_bytes", "sample"};

constexpr std::string_view kSourceColumns[] = {
    "time",         "host",           "channel", "peer",        "input",      "format",
    "first_event",  "last_event",     "events",  "stored",      "duplicates", "last_delay_ms",
    "min_delay_ms", "last_record_id", "seen",    "missing",     "coverage",   "complete",
    "gaps",         "lost",           "resets",  "silent_since"};
constexpr std::string_view kSourceTimes[] = {"time", "first_event", "last_event", "silent_since"};

constexpr std::string_view kSourceBooleans[] = {"complete"};

constexpr std::string_view kNotableChangeColumns[] = {"time",  "notable",     "actor",  "status",
                                                      "owner", "disposition", "comment"};
constexpr std::string_view kAuditColumns[] = {"time", "actor", "peer", "action", "object", "detail"};
constexpr std::string_view kNotableId[] = {"notable"};
constexpr std::string_view kTimeAlone[] = {"time"};
constexpr std::string_view kAuditJson[] = {"detail"};

constexpr ListingColumns kRiskEvents{kRiskEventColumns, kFindingTimes, kRiskEventJson, kFindingBooleans};
constexpr ListingColumns kNotables{kNotableColumns, kFindingTimes, kNotableJson, kFindingBooleans};
constexpr ListingColumns kRuns{kRunColumns, kRunTimes, {}};
constexpr ListingColumns kRegistryEvents{kRegistryColumns, kEventTimes, kRegistryJson};
constexpr ListingColumns kProcessEvents{kProcessColumns, kEventTimes, kProcessJson};
constexpr ListingColumns kRejected{kRejectedColumns, kTimeAlone, {}};
constexpr ListingColumns kSources{kSourceColumns, kSourceTimes, {}, kSourceBooleans};
constexpr ListingColumns kNotableChanges{kNotableChangeColumns, kTimeAlone, {}, {}, kNotableId};
constexpr ListingColumns kAudit{kAuditColumns, kTimeAlone, kAuditJson};

}  // namespace

const ListingColumns& columns_of(Listing listing) {
  switch (listing) {
    case Listing::kRiskEvents:
      return kRiskEvents;
    case Listing::kNotables:
      return kNotables;
    case Listing::kRuns:
      return kRuns;
    case Listing::kRegistryEvents:
      return kRegistryEvents;
    case Listing::kProcessEvents:
      return kProcessEvents;
    case Listing::kRejected:
      return kRejected;
    case Listing::kSources:
      return kSources;
    case Listing::kNotableChanges:
      return kNotableChanges;
    case Listing::kAudit:
      return kAudit;
  }
  RW_ASSERT(false);  // no such listing
  return kRiskEvents;
}

}  // namespace rw::storage
