// SPL from a file: never crashes, and what compiles prints back to a search that prints the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/detect/compile.h"
#include "daemon/detect/spl/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rw::detect;
  static const Macros kMacros = Macros::builtin();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto search = compile_spl(text, kMacros);
  if (search.ok()) (void)(*search)->explain_plan();

  const auto expanded = spl::expand(text, kMacros);
  if (!expanded.ok()) return 0;
  const auto pipeline = spl::parse(*expanded);
  if (!pipeline.ok()) return 0;
  const std::string printed = spl::print(*pipeline);
  // Printed with all its quotes and parentheses it may be longer or deeper than a search may be.
  const auto again = spl::expand(printed, Macros());
  if (!again.ok()) {
    RW_ASSERT(again.error().code == rw::core::ErrorCode::kLimit);
    return 0;
  }
  const auto reparsed = spl::parse(*again);
  RW_ASSERT(reparsed.ok() || reparsed.error().code == rw::core::ErrorCode::kLimit);
  RW_ASSERT(!reparsed.ok() || spl::print(*reparsed) == printed);
  return 0;
}
