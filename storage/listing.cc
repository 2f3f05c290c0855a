#include "storage/listing.h"

#include <algorithm>

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
                                                  "normalized_risk_object",
                                                  "risk_object_type",
                                                  "risk_object_field",
                                                  "risk_score",
                                                  "calculated_risk_score",
                                                  "risk_message",
                                                  "threat_objects",
                                                  "annotations",
                                                  "row"};
constexpr std::string_view kFindingTimes[] = {"time", "created", "earliest", "latest"};
constexpr std::string_view kFindingBooleans[] = {"late"};
constexpr std::string_view kRiskEventNumbers[] = {"detection_version", "risk_score", "calculated_risk_score"};
constexpr std::string_view kRiskEventJson[] = {"threat_objects", "annotations", "row"};

constexpr std::string_view kNotableColumns[] = {"time",
                                                "created",
                                                "identity",
                                                "detection_id",
                                                "detection",
                                                "detection_version",
                                                "detection_hash",
                                                "earliest",
                                                "latest",
                                                "late",
                                                "rule_title",
                                                "rule_description",
                                                "security_domain",
                                                "severity",
                                                "urgency",
                                                "dest",
                                                "user",
                                                "status",
                                                "owner",
                                                "disposition",
                                                "nes_fields",
                                                "drilldown_searches",
                                                "annotations",
                                                "row"};
constexpr std::string_view kNotableNumbers[] = {"detection_version"};
constexpr std::string_view kNotableLines[] = {"dest", "user"};
constexpr std::string_view kNotableJson[] = {"nes_fields", "drilldown_searches", "annotations", "row"};

constexpr std::string_view kRunColumns[] = {"time",           "detection_id", "detection",    "kind",
                                            "scheduled_time", "earliest",     "latest",       "started",
                                            "finished",       "status",       "result_count", "error"};
constexpr std::string_view kRunTimes[] = {"time", "scheduled_time", "earliest", "latest", "started", "finished"};

constexpr std::string_view kRunNumbers[] = {"result_count"};

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
constexpr std::string_view kEventNumbers[] = {"EventID"};
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
constexpr std::string_view kRejectedNumbers[] = {"size_bytes"};

constexpr std::string_view kSourceColumns[] = {
    "time",         "host",           "channel", "peer",        "input",      "format",
    "first_event",  "last_event",     "events",  "stored",      "duplicates", "last_delay_ms",
    "min_delay_ms", "last_record_id", "seen",    "missing",     "coverage",   "complete",
    "gaps",         "lost",           "resets",  "silent_since"};
constexpr std::string_view kSourceTimes[] = {"time", "first_event", "last_event", "silent_since"};

constexpr std::string_view kSourceNumbers[] = {"events",       "stored",         "duplicates", "last_delay_ms",
                                               "min_delay_ms", "last_record_id", "seen",       "missing",
                                               "lost",         "resets"};
constexpr std::string_view kSourceBooleans[] = {"complete"};

constexpr std::string_view kNotableChangeColumns[] = {"time",  "notable",     "actor",  "status",
                                                      "owner", "disposition", "comment"};
constexpr std::string_view kAuditColumns[] = {"time", "actor", "peer", "action", "object", "detail"};
constexpr std::string_view kNotableId[] = {"notable"};
constexpr std::string_view kTimeAlone[] = {"time"};
constexpr std::string_view kAuditJson[] = {"detail"};

constexpr std::string_view kNotificationColumns[] = {"time",  "key",      "channel",      "kind", "findings", "ids",
                                                     "state", "attempts", "next_attempt", "sent", "error"};
constexpr std::string_view kNotificationTimes[] = {"time", "next_attempt", "sent"};
constexpr std::string_view kNotificationNumbers[] = {"findings", "attempts"};
constexpr std::string_view kNotifyChannelNumbers[] = {"notable", "risk_event"};
constexpr std::string_view kNotifyChannelColumns[] = {"time", "channel", "notable", "risk_event"};

constexpr std::string_view kTokenColumns[] = {"time",    "name",      "scopes", "created_by",
                                              "expires", "last_used", "revoked"};
constexpr std::string_view kTokenTimes[] = {"time", "expires", "last_used", "revoked"};
constexpr std::string_view kUserColumns[] = {"time", "name", "scopes", "last_login", "disabled"};
constexpr std::string_view kUserTimes[] = {"time", "last_login"};
constexpr std::string_view kUserBooleans[] = {"disabled"};
constexpr std::string_view kScopesJson[] = {"scopes"};

constexpr ListingColumns kRiskEvents{kRiskEventColumns, kFindingTimes, kRiskEventJson, kFindingBooleans, {},
                                     kRiskEventNumbers};
constexpr ListingColumns kNotables{kNotableColumns, kFindingTimes, kNotableJson, kFindingBooleans, {},
                                   kNotableNumbers, kNotableLines};
constexpr ListingColumns kRuns{kRunColumns, kRunTimes, {}, {}, {}, kRunNumbers};
constexpr ListingColumns kRegistryEvents{kRegistryColumns, kEventTimes, kRegistryJson, {}, {}, kEventNumbers};
constexpr ListingColumns kProcessEvents{kProcessColumns, kEventTimes, kProcessJson, {}, {}, kEventNumbers};
constexpr ListingColumns kRejected{kRejectedColumns, kTimeAlone, {}, {}, {}, kRejectedNumbers};
constexpr ListingColumns kSources{kSourceColumns, kSourceTimes, {}, kSourceBooleans, {}, kSourceNumbers};
constexpr ListingColumns kNotableChanges{kNotableChangeColumns, kTimeAlone, {}, {}, kNotableId, kNotableId};
constexpr ListingColumns kAudit{kAuditColumns, kTimeAlone, kAuditJson};
constexpr ListingColumns kTokens{kTokenColumns, kTokenTimes, kScopesJson};
constexpr ListingColumns kUsers{kUserColumns, kUserTimes, kScopesJson, kUserBooleans};
constexpr ListingColumns kNotifications{kNotificationColumns, kNotificationTimes, {}, {}, {}, kNotificationNumbers};
constexpr ListingColumns kNotifyChannels{kNotifyChannelColumns, kTimeAlone, {}, {}, {}, kNotifyChannelNumbers};

// Bytes and lists of a form of their own, which have no order.
constexpr std::string_view kWithoutOrder[] = {"sample", "gaps"};
// Of an event alone, or not to be had without reading each.
constexpr std::string_view kOfOneEvent[] = {"received",      "user_domain", "EventRecordID", "UtcTime",
                                            "image_version", "session",     "envelope",      "extra"};

bool has(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool lists_events(Listing listing) { return listing == Listing::kRegistryEvents || listing == Listing::kProcessEvents; }

std::vector<std::string_view> sortable_columns(Listing listing) {
  if (lists_events(listing)) return {"id", "time"};
  const ListingColumns& shown = columns_of(listing);
  std::vector<std::string_view> sortable = {"id"};
  for (const std::string_view column : shown.columns) {
    if (!has(shown.json, column) && !has(kWithoutOrder, column)) sortable.push_back(column);
  }
  return sortable;
}

std::vector<std::string_view> tally_columns(Listing listing) {
  const ListingColumns& shown = columns_of(listing);
  std::vector<std::string_view> columns;
  for (const std::string_view column : shown.columns) {
    const bool unfit = has(shown.times, column) || has(shown.json, column) || has(kWithoutOrder, column) ||
                       (lists_events(listing) && has(kOfOneEvent, column));
    if (!unfit) columns.push_back(column);
  }
  return columns;
}

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
    case Listing::kTokens:
      return kTokens;
    case Listing::kUsers:
      return kUsers;
    case Listing::kNotifications:
      return kNotifications;
    case Listing::kNotifyChannels:
      return kNotifyChannels;
  }
  RW_ASSERT(false);  // no such listing
  return kRiskEvents;
}

}  // namespace rw::storage
