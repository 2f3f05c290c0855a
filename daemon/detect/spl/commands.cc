#include "daemon/detect/spl/commands.h"

namespace rw::detect::spl {
namespace {

struct NamedCommand {
  std::string_view name;
  CommandParser parse;
};

constexpr NamedCommand kCommands[] = {
    {"bin", parse_bin},
    {"bucket", parse_bin},
    {"convert", parse_convert},
    {"dedup", parse_dedup},
    {"eval", parse_eval},
    {"eventstats", parse_eventstats},
    {"fields", parse_fields},
    {"fillnull", parse_fillnull},
    {"format", parse_format},
    {"head", parse_head},
    {"inputlookup", parse_inputlookup},
    {"join", parse_join},
    {"lookup", parse_lookup},
    {"makemv", parse_makemv},
    {"makeresults", parse_makeresults},
    {"mvexpand", parse_mvexpand},
    {"rare", parse_rare},
    {"regex", parse_regex},
    {"rename", parse_rename},
    {"return", parse_return},
    {"reverse", parse_reverse},
    {"rex", parse_rex},
    {"search", parse_search_command},
    {"sort", parse_sort},
    {"stats", parse_stats},
    {"table", parse_table},
    {"tail", parse_tail},
    {"top", parse_top},
    {"where", parse_where},
};

}  // namespace

CommandParser find_command(std::string_view name) {
  for (const NamedCommand& entry : kCommands) {
    if (entry.name == name) return entry.parse;
  }
  return nullptr;
}

bool is_source_command(std::string_view name) { return name == "inputlookup" || name == "makeresults"; }

}  // namespace rw::detect::spl
