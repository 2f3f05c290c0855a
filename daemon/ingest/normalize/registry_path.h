// Paths and accounts of Windows taken apart at their last backslash. Views of the given text; pure.
#pragma once

#include <string_view>

namespace rw::ingest {

struct KeyAndValue {
  std::string_view key_name;
  std::string_view value_name;
};

// Cuts at the last backslash. Value names may hold backslashes themselves; Sysmon gives no way to tell, so the last
// one is the rule. Where nothing stands on one side of it (malware names values so that Sysmon writes "…\Run\"), the
// whole text is the key, and no character of the path is lost.
KeyAndValue split_value_path(std::string_view path);

// "NT AUTHORITY\SYSTEM" → {"NT AUTHORITY", "SYSTEM"}; without a backslash the domain is empty.
struct Account {
  std::string_view domain;
  std::string_view name;
};
Account split_account(std::string_view account);

}  // namespace rw::ingest
