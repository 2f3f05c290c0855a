// The one table of CIM fields (Splunk Common Information Model 5): what a dataset has, of which type, and how the data
// model fills a null. Searches are bound against it; the stores map each field to columns in their dialect.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace rw::cim {

// The datasets that searches can read: Endpoint.Registry, Endpoint.Processes.
enum class Dataset { kRegistry, kProcesses };

enum class FieldType { kText, kTime };

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

// "Endpoint.Registry" (case-insensitive, as searches write it); nullopt when we do not have it.
std::optional<Dataset> find_dataset(std::string_view datamodel_name);
// The prefix fields carry in a search: "Registry", "Processes".
std::string_view dataset_prefix(Dataset dataset);
std::string_view datamodel_name(Dataset dataset);

std::span<const Field> fields(Dataset dataset);
// nullptr: no such field. Names compare exactly, as Splunk's do.
const Field* find_field(Dataset dataset, std::string_view name);

inline constexpr std::string_view kUnknownText = "unknown";

}  // namespace rw::cim
