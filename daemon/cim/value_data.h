// What Sysmon's Details say of registry data: "DWORD (0x00000001)", "QWORD (0x00000000-0x00000001)", or a text.
#pragma once

#include <string_view>

namespace rw::cim {

struct ValueData {
  std::string_view data;
  std::string_view type;  // empty: not told
};

// Only DWORD and QWORD are unwrapped; any other "word (text)" is text. Views of `details`, and constants.
ValueData value_data_of(std::string_view details);

}  // namespace rw::cim
