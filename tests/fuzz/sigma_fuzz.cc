// A Sigma file, or a condition: never crashes, and what compiles makes a plan that prints.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/detect/search.h"
#include "daemon/detect/sigma/condition.h"
#include "daemon/detect/sigma/front_end.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rw::detect;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const std::vector<std::string> kNames = {"a", "b", "_c", "1d"};
  if (const auto condition = sigma::parse_condition(text, kNames); condition.ok()) {
    (void)sigma::print(*condition, kNames);
  }

  rw::core::Problems problems;
  const auto documents = rw::yaml::Document::parse_all(text, "fuzz.yml", problems);
  if (!documents || documents->empty()) return 0;
  sigma::Options options;
  options.placeholders = {{"x", {"1", "*2"}}};
  sigma::SigmaFrontEnd front_end(options);
  const auto loaded = front_end.read(*documents, problems);
  front_end.finish(problems);
  for (const auto& detection : loaded) {
    rw::core::Problems faults;
    const auto search = detection->compile(faults);
    RW_ASSERT((search == nullptr) == !faults.empty());
    if (search != nullptr) (void)search->explain_plan();
  }
  return 0;
}
