#include "daemon/ingest/normalize/security_value.h"

#include <catch2/catch.hpp>
#include <string>

#include "daemon/ingest/normalize/security_fields.h"

namespace rw::ingest {

TEST_CASE("4657: types and values") {
  const struct {
    const char* type;
    const char* value;
    const char* expected;  // data|type|details
  } cases[] = {
      {"%%1872", "", "Binary Data|REG_NONE|"},
      {"%%1873", "a text", "a text|REG_SZ|"},
      {"%%1873", "", "|REG_SZ|(Empty)"},
      {"%%1874", "%TEMP%\\x", "%TEMP%\\x|REG_EXPAND_SZ|"},
      {"%%1874", "", "|REG_EXPAND_SZ|(Empty)"},
      {"%%1875", "0011AA", "Binary Data|REG_BINARY|"},
      {"%%1875", "", "Binary Data|REG_BINARY|"},
      {"%%1876", "0", "0x00000000|REG_DWORD|DWORD (0x00000000)"},
      {"%%1876", "537395200", "0x20080000|REG_DWORD|DWORD (0x20080000)"},
      {"%%1876", "4294967295", "0xffffffff|REG_DWORD|DWORD (0xffffffff)"},
      {"%%1876", "4294967296", "4294967296|REG_DWORD|"},
      {"%%1876", "0x10", "0x00000010|REG_DWORD|DWORD (0x00000010)"},
      {"%%1876", "-1", "-1|REG_DWORD|"},
      {"%%1876", "", "|REG_DWORD|"},
      {"%%1876", "ten", "ten|REG_DWORD|"},
      {"%%1877", "1", "0x00000001|REG_DWORD_BIG_ENDIAN|DWORD (0x00000001)"},
      {"%%1878", "\\REGISTRY\\X", "\\REGISTRY\\X|REG_LINK|"},
      {"%%1879", "a*b**c", "a*b**c|REG_MULTI_SZ|"},
      {"%%1880", "x", "x|REG_RESOURCE_LIST|"},
      {"%%1881", "x", "x|REG_FULL_RESOURCE_DESCRIPTOR|"},
      {"%%1882", "x", "x|REG_RESOURCE_REQUIREMENTS_LIST|"},
      {"%%1883", "0x1D63ED21D4ADB0A", "0x01d63ed2-0x1d4adb0a|REG_QWORD|QWORD (0x01d63ed2-0x1d4adb0a)"},
      {"%%1883", "0x0", "0x00000000-0x00000000|REG_QWORD|QWORD (0x00000000-0x00000000)"},
      {"%%1883", "18446744073709551615", "0xffffffff-0xffffffff|REG_QWORD|QWORD (0xffffffff-0xffffffff)"},
      {"%%1883", "0x1FFFFFFFFFFFFFFFF", "0x1FFFFFFFFFFFFFFFF|REG_QWORD|"},
      {"REG_DWORD", "4", "0x00000004|REG_DWORD|DWORD (0x00000004)"},
      {" reg_qword\t", "4", "0x00000000-0x00000004|REG_QWORD|QWORD (0x00000000-0x00000004)"},
      {"REG_BINARY", "x", "Binary Data|REG_BINARY|"},
      {"%%1884", "x", "x||"},
      {"", "x", "x||"},
      {"-", "", "||"},
  };
  core::Arena arena;
  for (const auto& c : cases) {
    INFO(c.type << " " << c.value);
    const SecurityValue value = security_value_of(c.type, c.value, arena);
    CHECK(std::string(value.data) + "|" + std::string(value.type) + "|" + std::string(value.details) == c.expected);
  }
}

TEST_CASE("numbers and process ids of the Security log") {
  const struct {
    const char* written;
    const char* expected;
  } cases[] = {{"0xa5c", "2652"},
               {"0XA5C", "2652"},
               {"2652", "2652"},
               {" 0x4 ", "4"},
               {"0x0", "0"},
               {"", ""},
               {"-", ""},
               {"0x", ""},
               {"0xg", ""},
               {"12 34", ""},
               {"-4", ""},
               {"0xffffffffffffffff", "18446744073709551615"},
               {"0x10000000000000000", ""}};
  core::Arena arena;
  for (const auto& c : cases) {
    INFO(c.written);
    CHECK(decimal_process_id(c.written, arena) == c.expected);
  }
  CHECK(security_process_guid("WS1.Corp", "4", arena) == "SEC:ws1.corp:4");
  CHECK(security_process_guid("", "4", arena).empty());
  CHECK(security_process_guid("WS1", "", arena).empty());
}

}  // namespace rw::ingest
