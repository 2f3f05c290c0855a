// Versions differ by fields that were added: at the end, and in Sysmon also at the front (RuleName, version 8) and in
// the middle (FileVersion to Company with 7, OriginalFileName with 10). So the first value and the number of values
// tell which fields there are: RuleName is missing where the first value is what follows it, EventType or UtcTime; User
// and ParentUser (version 13) are missing where there is one value too few.
#include "daemon/ingest/decode/string_inserts.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_fields.h"
#include "daemon/ingest/decode/provider.h"

namespace rw::ingest {
namespace {

using Values = std::span<const std::string_view>;
using FieldNames = std::span<const std::string_view>;

constexpr std::string_view kEventTypeWords[] = {"CreateKey", "DeleteKey", "CreateValue", "DeleteValue",
                                                "SetValue",  "RenameKey", "RenameValue"};

bool is_event_type_word(std::string_view value) {
  return std::find(std::begin(kEventTypeWords), std::end(kEventTypeWords), value) != std::end(kEventTypeWords);
}

// "2026-10-11 20:14:15.120"
bool is_sysmon_time(std::string_view value) {
  return value.size() >= 19 && value[4] == '-' && value[7] == '-' && value[10] == ' ' && value[13] == ':' &&
         value[16] == ':';
}

// Adds each value under the name at its position; names that this version lacks are left out.
bool add_all(FieldNames names, FieldNames absent, Values values, WindowsEvent& event) {
  std::size_t at = 0;
  for (const std::string_view name : names) {
    if (std::find(absent.begin(), absent.end(), name) != absent.end()) continue;
    if (!event.add(name, values[at++])) return false;
  }
  return true;
}

// The fields that a version of Sysmon lacks besides RuleName, which the first value tells.
struct SysmonVersion {
  std::array<std::string_view, 6> absent;
  std::size_t absent_count = 0;
};
constexpr SysmonVersion kProcessVersions[] = {
    {},
    {{"ParentUser"}, 1},
    {{"ParentUser", "OriginalFileName"}, 2},
    {{"ParentUser", "OriginalFileName", "FileVersion", "Description", "Product", "Company"}, 6},
};
constexpr SysmonVersion kRegistryVersions[] = {{}, {{"User"}, 1}};

bool add_sysmon(FieldNames names, Values values, WindowsEvent& event) {
  if (values.empty()) return false;
  const bool has_rule = !is_event_type_word(values[0]) && !is_sysmon_time(values[0]);
  const FieldNames present = has_rule ? names : names.subspan(1);
  const std::span<const SysmonVersion> versions =
      event.event_id == 1 ? std::span<const SysmonVersion>(kProcessVersions) : kRegistryVersions;
  for (const SysmonVersion& version : versions) {
    if (values.size() != present.size() - version.absent_count) continue;
    const auto utc_time =
        static_cast<std::size_t>(std::find(present.begin(), present.end(), "UtcTime") - present.begin());
    if (!is_sysmon_time(values[utc_time])) return false;
    return add_all(present, {version.absent.data(), version.absent_count}, values, event);
  }
  return false;
}

// How many fields the versions of an event have; 4688: Vista, 8.1, 10 (1507), 10.
constexpr struct {
  std::uint32_t event_id;
  std::array<std::size_t, 4> sizes;
} kSecurityVersions[] = {{4657, {14}}, {4660, {8, 9}}, {4663, {12, 13}}, {4688, {8, 9, 13, 15}}};

bool add_security(FieldNames names, Values values, WindowsEvent& event) {
  for (const auto& known : kSecurityVersions) {
    if (known.event_id != event.event_id) continue;
    const bool fits =
        !values.empty() && std::find(known.sizes.begin(), known.sizes.end(), values.size()) != known.sizes.end();
    return fits && add_all(names.first(values.size()), {}, values, event);
  }
  return false;
}

}  // namespace

bool add_string_inserts(std::span<const std::string_view> values, WindowsEvent& event) {
  const EventFields* const fields = fields_of(event);
  if (fields == nullptr) return false;
  return is_sysmon(event) ? add_sysmon(fields->names, values, event) : add_security(fields->names, values, event);
}

}  // namespace rw::ingest
