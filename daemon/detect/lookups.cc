#include "daemon/detect/lookups.h"

#include <fmt/format.h>

#include <utility>

namespace rw::detect {

void Lookups::add(std::shared_ptr<const LookupTable> table) {
  std::string name = table->name;
  entries_.insert_or_assign(std::move(name), Entry{std::move(table), {}});
}

void Lookups::add_broken(std::string name, std::string reason) {
  entries_.insert_or_assign(std::move(name), Entry{nullptr, std::move(reason)});
}

core::Result<std::shared_ptr<const LookupTable>> Lookups::find(std::string_view name) const {
  constexpr std::string_view kExtension = ".csv";
  auto entry = entries_.find(std::string(name));
  if (entry == entries_.end()) entry = entries_.find(std::string(name) + std::string(kExtension));
  if (entry == entries_.end() && name.ends_with(kExtension)) {
    entry = entries_.find(std::string(name.substr(0, name.size() - kExtension.size())));
  }
  if (entry == entries_.end()) {
    return core::Error{core::ErrorCode::kUnsupported, fmt::format("there is no lookup `{}`", name),
                       "lookup definitions and CSV files belong beside the detections"};
  }
  if (entry->second.table == nullptr) {
    return core::Error{core::ErrorCode::kUnsupported, fmt::format("the lookup `{}`: {}", name, entry->second.reason)};
  }
  return entry->second.table;
}

}  // namespace rw::detect
