#include "daemon/detect/spl/commands.h"

namespace rw::detect::spl {
namespace {

struct Entry {
  std::string_view name;
  CommandParser parse;
};

constexpr Entry kCommands[] = {
    {"convert", parse_convert},   {"dedup", parse_dedup},
    {"eval", parse_eval},         {"fields", parse_fields},
    {"fillnull", parse_fillnull}, {"head", parse_head},
    {"join", parse_join},         {"regex", parse_regex},
    {"rename", parse_rename},     {"search", parse_search_command},
    {"sort", parse_sort},         {"stats", parse_stats},
    {"table", parse_table},       {"where", parse_where},
};

}  // namespace

CommandParser find_command(std::string_view name) {
  for (const Entry& entry : kCommands) {
    if (entry.name == name) return entry.parse;
  }
  return nullptr;
}

}  // namespace rw::detect::spl
