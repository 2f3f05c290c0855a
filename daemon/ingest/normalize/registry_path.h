// Paths and accounts of Windows: taken apart at their last backslash, and native key paths in CIM's form. Pure.
#pragma once

#include <string_view>

#include "daemon/core/arena.h"

namespace rw::ingest {

struct KeyAndValue {
  std::string_view key_name;
  std::string_view value_name;
};

// Cuts at the last backslash. Value names may hold backslashes themselves; Sysmon gives no way to tell, so the last
// one is the rule. Where nothing stands on one side of it (malware names values so that Sysmon writes "…\Run\"), the
// whole text is the key, and no character of the path is lost.
KeyAndValue split_value_path(std::string_view path);

// A key path as the Security log (\REGISTRY\MACHINE\…) or a forwarder (HKEY_LOCAL_MACHINE\…) writes it, in the form in
// which Sysmon writes it: roots HKLM, HKU, HKCR, HKCC; HKLM\SYSTEM as HKLM\System, ControlSet001 (any three digits) as
// CurrentControlSet, HKLM\SOFTWARE\Classes as HKCR. Compares whole segments, without case. Any other path, such as an
// application hive's (\REGISTRY\A\…), stays as it is. The result is a view of `path` or goes to the arena.
std::string_view cim_key_path(std::string_view path, core::Arena& arena);

// "NT AUTHORITY\SYSTEM" → {"NT AUTHORITY", "SYSTEM"}; without a backslash the domain is empty.
struct Account {
  std::string_view domain;
  std::string_view name;
};
Account split_account(std::string_view account);

}  // namespace rw::ingest
