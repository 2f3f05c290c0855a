// What the normaliser makes and the store keeps: CIM records. All texts are views into the arena of the batch that
// holds the record; an empty view is a null. The data model's "unknown" is not written here: it is filled when read.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/core/time.h"

namespace rw::cim {

enum class RegistryAction : std::uint8_t { kUnknown, kCreated, kModified, kDeleted };

// "created", "modified", "deleted"; empty for kUnknown.
std::string_view action_name(RegistryAction action);

// Who said it, and by what a Windows event is known: a second event with the same computer and channel (compared
// without case), record id and second is the same event.
struct EventSource {
  std::string_view computer;  // CIM dest
  std::string_view channel;
  std::string_view provider;
  std::uint32_t event_id = 0;
  // What Sysmon calls the change: SetValue, DeleteKey, …; its EventType as written, or what a Security event amounts
  // to.
  std::string_view event_type;
  // The fields of System, and RuleName, that repeat from event to event: a JSON object, keys in a fixed order.
  std::string_view envelope;
};

struct EventBase {
  core::Micros time;
  core::Micros received;
  EventSource source;
  std::optional<std::uint64_t> record_id;  // none: the event has no identity and is kept as it comes
  // Sysmon's UtcTime when it has exactly the form "YYYY-MM-DD hh:mm:ss.mmm".
  std::optional<core::Micros> utc_time;
  // Every field of the event that has no column, and of a Security event all fields, under their own names and as
  // written: a JSON object, or empty.
  std::string_view extra;
};

// Endpoint.Registry
struct RegistryRecord : EventBase {
  RegistryAction action = RegistryAction::kUnknown;
  std::string_view key_name;    // full key path
  std::string_view value_name;  // null for key events
  std::string_view value_data;  // CIM form
  std::string_view value_type;  // REG_DWORD, …; Sysmon tells only REG_DWORD and REG_QWORD
  // Sysmon's Details as written, or what it would write for a Security event; only where it differs from value_data.
  std::string_view details;
  std::string_view user;  // without domain
  std::string_view user_domain;
  std::string_view process_path;
  std::string_view process_guid;  // Sysmon's, or made of computer and process id: SEC:<computer>:<id>
  std::string_view process_id;    // decimal text
};

// Endpoint.Processes
struct ProcessRecord : EventBase {
  std::string_view user;
  std::string_view user_domain;
  std::string_view parent_user;
  std::string_view parent_user_domain;
  std::string_view process;  // command line
  std::string_view process_path;
  std::string_view process_id;
  std::string_view process_guid;
  std::string_view process_hash;
  std::string_view process_integrity_level;
  std::string_view process_current_directory;
  std::string_view original_file_name;
  std::string_view parent_process;
  std::string_view parent_process_path;
  std::string_view parent_process_id;
  std::string_view parent_process_guid;
  // FileVersion, Description, Product, Company: they repeat with the image. A JSON object, or empty.
  std::string_view image_version;
  // LogonGuid, LogonId, TerminalSessionId: they repeat with the session. A JSON object, or empty.
  std::string_view session;
};

}  // namespace rw::cim
