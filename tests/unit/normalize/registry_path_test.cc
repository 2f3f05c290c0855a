#include "daemon/ingest/normalize/registry_path.h"

#include <catch2/catch.hpp>

namespace rw::ingest {

TEST_CASE("key paths of the Security log in the form of Sysmon") {
  const struct {
    const char* written;
    const char* expected;
  } cases[] = {
      {R"(\REGISTRY\MACHINE\SYSTEM\ControlSet001\Services\X)", R"(HKLM\System\CurrentControlSet\Services\X)"},
      {R"(\REGISTRY\MACHINE\SYSTEM\ControlSet999)", R"(HKLM\System\CurrentControlSet)"},
      {R"(\Registry\Machine\system\controlset002\X)", R"(HKLM\System\CurrentControlSet\X)"},
      {R"(\REGISTRY\MACHINE\SYSTEM\CurrentControlSet\X)", R"(HKLM\System\CurrentControlSet\X)"},
      {R"(\REGISTRY\MACHINE\SYSTEM\ControlSet01\X)", R"(HKLM\System\ControlSet01\X)"},
      {R"(\REGISTRY\MACHINE\SYSTEM\ControlSet0011\X)", R"(HKLM\System\ControlSet0011\X)"},
      {R"(\REGISTRY\MACHINE\SYSTEM\ControlSet00a\X)", R"(HKLM\System\ControlSet00a\X)"},
      {R"(\REGISTRY\MACHINE\SYSTEM\XontrolSet001\X)", R"(HKLM\System\XontrolSet001\X)"},
      {R"(\REGISTRY\MACHINE\SYSTEM\ControlSet00)", R"(HKLM\System\ControlSet00)"},
      {R"(\REGISTRY\MACHINE\SYSTEM\ControlSet001)", R"(HKLM\System\CurrentControlSet)"},
      {R"(\REGISTRY\MACHINE\SYSTEM\K\ControlSet001\X)", R"(HKLM\System\K\ControlSet001\X)"},
      {R"(\REGISTRY\MACHINE\SYSTEM\Setup)", R"(HKLM\System\Setup)"},
      {R"(\REGISTRY\MACHINE\SYSTEM)", R"(HKLM\System)"},
      {R"(\REGISTRY\MACHINE\SYSTEMX\ControlSet001)", R"(HKLM\SYSTEMX\ControlSet001)"},
      {R"(\REGISTRY\MACHINE\SOFTWARE\Classes\.exe)", R"(HKCR\.exe)"},
      {R"(\REGISTRY\MACHINE\Software\CLASSES)", "HKCR"},
      {R"(\REGISTRY\MACHINE\SOFTWARE\ClassesX)", R"(HKLM\SOFTWARE\ClassesX)"},
      {R"(\REGISTRY\MACHINE\SOFTWARE\K\Classes\X)", R"(HKLM\SOFTWARE\K\Classes\X)"},
      {R"(\REGISTRY\MACHINE\SOFTWARE\K)", R"(HKLM\SOFTWARE\K)"},
      {R"(\REGISTRY\MACHINE\SAM\SAM)", R"(HKLM\SAM\SAM)"},
      {R"(\REGISTRY\MACHINE)", "HKLM"},
      {R"(\REGISTRY\MACHINE\)", R"(HKLM\)"},
      {R"(\REGISTRY\MACHINEX\K)", R"(\REGISTRY\MACHINEX\K)"},
      {R"(\REGISTRY\USER\S-1-5-21-1-2-3-1001\Software\K)", R"(HKU\S-1-5-21-1-2-3-1001\Software\K)"},
      {R"(\REGISTRY\USER\S-1-5-21-1-2-3-1001_Classes\CLSID)", R"(HKU\S-1-5-21-1-2-3-1001_Classes\CLSID)"},
      {R"(\REGISTRY\USER\.DEFAULT\K)", R"(HKU\.DEFAULT\K)"},
      {R"(\REGISTRY\USER)", "HKU"},
      {R"(\REGISTRY\A\{1-2}\Root)", R"(\REGISTRY\A\{1-2}\Root)"},
      {R"(\REGISTRY\WC\Silo1)", R"(\REGISTRY\WC\Silo1)"},
      {R"(HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\X)", R"(HKLM\System\CurrentControlSet\X)"},
      {R"(HKEY_LOCAL_MACHINE\SOFTWARE\Classes\X)", R"(HKCR\X)"},
      {R"(hkey_users\S-1-5-18\X)", R"(HKU\S-1-5-18\X)"},
      {R"(HKEY_CLASSES_ROOT\X)", R"(HKCR\X)"},
      {R"(HKEY_CURRENT_CONFIG\X)", R"(HKCC\X)"},
      {R"(HKLM\SOFTWARE\Classes\X)", R"(HKCR\X)"},
      {R"(HKU\S-1-5-18\X)", R"(HKU\S-1-5-18\X)"},
      {R"(HKEY_LOCAL_MACHINEX\X)", R"(HKEY_LOCAL_MACHINEX\X)"},
      {"", ""},
      {"K", "K"},
  };
  core::Arena arena;
  for (const auto& c : cases) {
    INFO(c.written);
    CHECK(cim_key_path(c.written, arena) == c.expected);
  }
}

}  // namespace rw::ingest
