#include "daemon/detect/macro_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/text.h"

namespace rw::detect {
namespace {

constexpr std::string_view kWord = "a name of letters, digits and '_', '-', '.' or ':'";

// The characters of a macro's name between backquotes (spl/expand).
bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == ':';
  });
}

bool check_name(const yaml::Node& at, std::string_view name, core::Problems& problems) {
  if (is_word(name)) return true;
  at.report(problems, fmt::format("macro {}: expected {}", core::quoted(name), kWord));
  return false;
}

std::optional<std::vector<std::string>> read_arguments(const yaml::Node& node, core::Problems& problems) {
  if (!node.present() || node.is_null()) return std::vector<std::string>{};
  auto arguments = node.as_text_list(problems, "arguments");
  if (!arguments) return std::nullopt;
  for (auto it = arguments->begin(); it != arguments->end(); ++it) {
    if (!is_word(*it)) {
      node.report(problems, fmt::format("argument {}: expected {}", core::quoted(*it), kWord));
      return std::nullopt;
    }
    if (std::find(arguments->begin(), it, *it) != it) {
      node.report(problems, fmt::format("argument '{}' is named twice", *it));
      return std::nullopt;
    }
  }
  return arguments;
}

// `at`: where a definition is missed.
std::optional<std::string> read_definition(const yaml::Node& node, const yaml::Node& at, std::string_view name,
                                           core::Problems& problems) {
  if (node.present() && !node.is_null()) return node.as_text(problems, "definition");
  at.report(problems, fmt::format("macro '{}': definition is missing: expected SPL text", name));
  return std::nullopt;
}

void read_entry(const yaml::Entry& entry, Macros& macros, core::Problems& problems) {
  if (!check_name(entry.key_node, entry.key, problems)) return;
  if (entry.value.is_scalar()) {
    macros.add({.name = entry.key, .arguments = {}, .definition = entry.value.text(), .file = entry.key_node.file()});
    return;
  }
  if (!entry.value.is_map()) {
    entry.key_node.report(
        problems, fmt::format("macro '{}': expected its definition, or a map of definition and arguments", entry.key));
    return;
  }
  for (const yaml::Entry& member : entry.value.entries()) {
    if (member.key == "definition" || member.key == "arguments" || member.key == "description") continue;
    member.key_node.report(problems, fmt::format("macro '{}': unknown key {}: expected definition, arguments or "
                                                 "description",
                                                 entry.key, core::quoted(member.key)));
  }
  auto definition = read_definition(entry.value["definition"], entry.key_node, entry.key, problems);
  auto arguments = read_arguments(entry.value["arguments"], problems);
  if (!definition || !arguments) return;
  macros.add({.name = entry.key,
              .arguments = std::move(*arguments),
              .definition = std::move(*definition),
              .file = entry.key_node.file()});
}

}  // namespace

void read_escu_macro(const yaml::Node& root, Macros& macros, core::Problems& problems) {
  const yaml::Node name_node = root["name"];
  if (!name_node.present() || name_node.is_null()) {
    root.report(problems, "name is missing: expected the macro's name");
    return;
  }
  auto name = name_node.as_text(problems, "name");
  if (!name || !check_name(name_node, *name, problems)) return;
  auto definition = read_definition(root["definition"], root, *name, problems);
  auto arguments = read_arguments(root["arguments"], problems);
  if (!definition || !arguments) return;
  macros.add({.name = std::move(*name),
              .arguments = std::move(*arguments),
              .definition = std::move(*definition),
              .file = root.file()});
}

void read_macro_file(const yaml::Node& root, Macros& macros, core::Problems& problems) {
  if (!root.present() || root.is_null()) return;
  if (!root.is_map()) {
    root.report(problems, "expected a map of macro names and definitions");
    return;
  }
  if (root["definition"].present()) {
    read_escu_macro(root, macros, problems);
    return;
  }
  for (const yaml::Entry& entry : root.entries()) read_entry(entry, macros, problems);
}

}  // namespace rw::detect
