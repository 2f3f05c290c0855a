#include "daemon/cim/value_data.h"

namespace rw::cim {
namespace {

// The word, " (0x", hexadecimal digits (a QWORD has two halves), ")": a text value may begin like that and go on.
bool is_wrapped(std::string_view details, std::string_view word) {
  return details.starts_with(word) && details.substr(word.size()).starts_with(" (0x") && details.ends_with(')') &&
         details.substr(word.size() + 2, details.size() - word.size() - 3)
                 .find_first_not_of("0123456789abcdefABCDEFx-") == std::string_view::npos;
}

}  // namespace

ValueData value_data_of(std::string_view details) {
  for (const auto& [word, type] : {ValueData{"DWORD", "REG_DWORD"}, ValueData{"QWORD", "REG_QWORD"}}) {
    if (is_wrapped(details, word)) return {details.substr(word.size() + 2, details.size() - word.size() - 3), type};
  }
  return {details, {}};
}

}  // namespace rw::cim
