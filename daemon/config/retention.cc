#include "daemon/config/retention.h"

#include <chrono>
#include <string>
#include <string_view>

#include "daemon/core/units.h"

namespace rw::config {
namespace {

constexpr std::string_view kNone = "none";

bool is_none(const Section& section, std::string_view key) {
  const yaml::Node node = section.node()[key];
  return node.is_scalar() && node.text() == kNone;
}

void read_age(Section& section, std::string_view key, std::optional<std::chrono::microseconds>& age) {
  using std::chrono::hours;
  if (is_none(section, key)) {
    (void)section.value(key, kNone);
    age.reset();
    return;
  }
  std::chrono::microseconds read = age.value_or(std::chrono::microseconds(0));
  section.duration(key, read, std::chrono::microseconds(hours(1)), std::chrono::microseconds(hours(24 * 36'500)));
  if (section.has(key)) age = read;
}

}  // namespace

void read_retention(Section& section, storage::Retention& retention) {
  read_age(section, "events", retention.events);
  read_age(section, "findings", retention.findings);
  if (is_none(section, "max_size")) {
    (void)section.value("max_size", kNone);
    retention.max_size_bytes.reset();
  } else if (const auto size = section.size("max_size", 64 * core::kMiB, std::uint64_t{1} << 50)) {
    retention.max_size_bytes = size;
  }
  section.finish();
}

}  // namespace rw::config
