// A registry record as a search sees it, and a slow and obvious answer whether it passes a filter: to compare with what
// is derived from filters. For records of Sysmon events; the fields of Security events alone are null.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "daemon/cim/record.h"
#include "storage/predicate.h"

namespace rw::test {

// CIM's fields and the event's own; no nulls.
using RegistryFields = std::map<const cim::Field*, std::string>;

RegistryFields fields_of(const cim::RegistryRecord& record);
// nullptr: there is no such field in the dataset.
const cim::Field* registry_field(std::string_view name);
bool passes(const storage::Predicate& predicate, const RegistryFields& fields);

}  // namespace rw::test
