#include "daemon/ingest/normalize/registry_path.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

constexpr struct {
  std::string_view written;
  std::string_view cim;
} kRoots[] = {
    {"\\REGISTRY\\MACHINE", "HKLM"},
    {"\\REGISTRY\\USER", "HKU"},
    {"HKEY_LOCAL_MACHINE", "HKLM"},
    {"HKEY_USERS", "HKU"},
    {"HKEY_CLASSES_ROOT", "HKCR"},
    {"HKEY_CURRENT_CONFIG", "HKCC"},
    {"HKLM", "HKLM"},
};

// What follows the segments: empty, or a backslash and more.
std::optional<std::string_view> after(std::string_view path, std::string_view segments) {
  if (path.size() < segments.size() || !core::equals_ascii_nocase(path.substr(0, segments.size()), segments) ||
      (path.size() > segments.size() && path[segments.size()] != '\\')) {
    return std::nullopt;
  }
  return path.substr(segments.size());
}

// What follows "\ControlSet001".
std::optional<std::string_view> after_control_set(std::string_view path) {
  constexpr std::string_view kControlSet = "\\ControlSet";
  const std::string_view segment = path.substr(0, kControlSet.size() + 3);
  if (segment.size() != kControlSet.size() + 3 ||
      !std::all_of(segment.end() - 3, segment.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  return core::equals_ascii_nocase(segment.substr(0, kControlSet.size()), kControlSet) ? after(path, segment)
                                                                                       : std::nullopt;
}

std::string_view joined(std::string_view start, std::string_view rest, core::Arena& arena) {
  char* text = arena.allocate(start.size() + rest.size());
  std::memcpy(text, start.data(), start.size());
  if (!rest.empty()) std::memcpy(text + start.size(), rest.data(), rest.size());
  return {text, start.size() + rest.size()};
}

std::string_view machine_path(std::string_view rest, core::Arena& arena) {
  if (const auto system = after(rest, "\\SYSTEM")) {
    if (const auto control_set = after_control_set(*system)) {
      return joined("HKLM\\System\\CurrentControlSet", *control_set, arena);
    }
    return joined("HKLM\\System", *system, arena);
  }
  if (const auto classes = after(rest, "\\SOFTWARE\\Classes")) return joined("HKCR", *classes, arena);
  return joined("HKLM", rest, arena);
}

}  // namespace

std::string_view cim_key_path(std::string_view path, core::Arena& arena) {
  for (const auto& root : kRoots) {
    const auto rest = after(path, root.written);
    if (!rest) continue;
    return root.cim == "HKLM" ? machine_path(*rest, arena) : joined(root.cim, *rest, arena);
  }
  return path;
}

KeyAndValue split_value_path(std::string_view path) {
  const std::size_t slash = path.rfind('\\');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == path.size()) return {path, {}};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

Account split_account(std::string_view account) {
  const std::size_t slash = account.rfind('\\');
  if (slash == std::string_view::npos) return {{}, account};
  return {account.substr(0, slash), account.substr(slash + 1)};
}

}  // namespace rw::ingest
