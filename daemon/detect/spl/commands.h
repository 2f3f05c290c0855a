// The table of commands.
#pragma once

#include <string_view>

#include "daemon/core/result.h"
#include "daemon/detect/spl/command.h"

namespace rw::detect::spl {

class Parser;

// Reads what follows the command's name, up to the end of the command.
using CommandParser = core::Result<CommandPtr> (*)(Parser&);

// By its name in lower case. nullptr: we do not have it.
CommandParser find_command(std::string_view name);

core::Result<Tstats> parse_tstats(Parser& parser);

core::Result<CommandPtr> parse_convert(Parser& parser);
core::Result<CommandPtr> parse_dedup(Parser& parser);
core::Result<CommandPtr> parse_eval(Parser& parser);
core::Result<CommandPtr> parse_fields(Parser& parser);
core::Result<CommandPtr> parse_fillnull(Parser& parser);
core::Result<CommandPtr> parse_head(Parser& parser);
core::Result<CommandPtr> parse_join(Parser& parser);
core::Result<CommandPtr> parse_regex(Parser& parser);
core::Result<CommandPtr> parse_rename(Parser& parser);
core::Result<CommandPtr> parse_search_command(Parser& parser);
core::Result<CommandPtr> parse_sort(Parser& parser);
core::Result<CommandPtr> parse_stats(Parser& parser);
core::Result<CommandPtr> parse_table(Parser& parser);
core::Result<CommandPtr> parse_where(Parser& parser);

}  // namespace rw::detect::spl
