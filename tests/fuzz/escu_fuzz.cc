// A file of ESCU content, or of macros: never crashes, and what compiles makes a plan that prints.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/detect/escu_front_end.h"
#include "daemon/detect/macro_file.h"
#include "daemon/detect/search.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rw::detect;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  rw::core::Problems problems;
  const auto documents = rw::yaml::Document::parse_all(text, "fuzz.yml", problems);
  if (!documents || documents->empty()) {
    RW_ASSERT(documents || !problems.empty());
    return 0;
  }
  Macros macros = Macros::builtin();
  read_macro_file(documents->front().root(), macros, problems);

  EscuFrontEnd front_end;
  front_end.knowledge().macros = Macros::builtin();
  if (!front_end.takes(documents->front().root())) return 0;
  const auto loaded = front_end.read(*documents, problems);
  front_end.finish(problems);
  for (const auto& detection : loaded) {
    detection->deploy();
    rw::core::Problems faults;
    const auto search = detection->compile(faults);
    RW_ASSERT((search == nullptr) == !faults.empty());
    if (search != nullptr) (void)search->explain_plan();
  }
  return 0;
}
