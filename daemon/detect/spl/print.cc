// Pipelines as text again.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/core/text.h"
#include "daemon/detect/spl/command.h"

namespace rw::detect::spl {

std::string print_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string print_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '*' || c == ':' || c == '{' || c == '}';
  };
  bool bare = !name.empty() && std::all_of(name.begin(), name.end(), plain);
  // A number is a count in some places where names stand, and these words have a meaning there.
  if (name.find_first_not_of("0123456789") == std::string_view::npos) bare = false;
  for (const std::string_view word :
       {"AND", "OR", "NOT", "IN", "AS", "BY", "FROM", "WHERE", "GROUPBY", "SORTBY", "OUTPUT", "OUTPUTNEW"}) {
    if (core::equals_ascii_nocase(name, word)) bare = false;
  }
  return bare ? std::string(name) : print_string(name);
}

std::string print(const Pipeline& pipeline) {
  std::string text;
  if (const auto* tstats = std::get_if<Tstats>(&pipeline.source)) text = print(*tstats);
  if (const auto* rows = std::get_if<EventRows>(&pipeline.source)) text = print(*rows);
  for (const CommandPtr& command : pipeline.commands) text += (text.empty() ? "| " : " | ") + command->print();
  return text;
}

}  // namespace rw::detect::spl
