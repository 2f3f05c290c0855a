// The one table of CIM fields (Splunk Common Information Model 5): what a dataset has, of which type, and how the data
// model fills a null. Searches are bound against it; the stores map each field to columns in their dialect.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace rw::cim {

// The datasets that searches can read: Endpoint.Registry, Endpoint.Processes, Risk.All_Risk.
enum class Dataset { kRegistry, kProcesses, kRisk };
inline constexpr Dataset kDatasets[] = {Dataset::kRegistry, Dataset::kProcesses, Dataset::kRisk};

// kList: several texts; kNumber: a whole number.
enum class FieldType { kText, kTime, kNumber, kList };

// What the data model puts in place of a null or empty value. In CIM's Endpoint model a calculated field becomes
// "unknown"; plain extracted ones stay null.
enum class Fill { kNone, kUnknown };

struct Field {
  std::string_view name;  // as in CIM, without the dataset prefix
  FieldType type;
  Fill fill;
  std::string_view source;  // the field of the event it comes from, for readers
  std::string_view meaning;
};

// False of none.
inline bool is_time(const Field* field) { return field != nullptr && field->type == FieldType::kTime; }

// "Endpoint.Registry" (case-insensitive, as searches write it); nullopt when we do not have it.
std::optional<Dataset> find_dataset(std::string_view datamodel_name);
// The prefix fields carry in a search: "Registry", "Processes", "All_Risk".
std::string_view dataset_prefix(Dataset dataset);
std::string_view datamodel_name(Dataset dataset);

std::span<const Field> fields(Dataset dataset);
// The fields of the events behind a dataset under their own names (TargetObject, Image, …), as Sysmon and the Security
// log write them: what Sigma rules test. Those of Security 4657 and 4688 that have a Sysmon name are there under both.
std::span<const Field> event_fields(Dataset dataset);
// nullptr: no event of the dataset has such a field.
const Field* find_event_field(Dataset dataset, std::string_view name);

// nullptr: no such field. Names compare exactly, as Splunk's do.
const Field* find_field(Dataset dataset, std::string_view name);

inline constexpr std::string_view kUnknownText = "unknown";

}  // namespace rw::cim
