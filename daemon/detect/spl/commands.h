// The table of commands.
#pragma once

#include <memory>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/detect/lookups.h"
#include "daemon/detect/spl/command.h"
#include "daemon/detect/spl/lexer.h"

namespace rw::detect::spl {

class Parser;

// Reads what follows the command's name, up to the end of the command.
using CommandParser = core::Result<CommandPtr> (*)(Parser&);

// By its name in lower case. nullptr: we do not have it.
CommandParser find_command(std::string_view name);

// A command of the table that can begin a search without events.
bool is_source_command(std::string_view name);

core::Result<Tstats> parse_tstats(Parser& parser);
// After their names; an index search from its first word.
core::Result<EventRows> parse_from(Parser& parser);
core::Result<EventRows> parse_datamodel(Parser& parser);
core::Result<EventRows> parse_index_search(Parser& parser);

// The lookup of that name. Errors: Unsupported, at the name.
core::Result<std::shared_ptr<const LookupTable>> find_lookup(Parser& parser, const Token& name);

core::Result<CommandPtr> parse_bin(Parser& parser);
core::Result<CommandPtr> parse_convert(Parser& parser);
core::Result<CommandPtr> parse_dedup(Parser& parser);
core::Result<CommandPtr> parse_eval(Parser& parser);
core::Result<CommandPtr> parse_eventstats(Parser& parser);
core::Result<CommandPtr> parse_fields(Parser& parser);
core::Result<CommandPtr> parse_fillnull(Parser& parser);
core::Result<CommandPtr> parse_format(Parser& parser);
core::Result<CommandPtr> parse_head(Parser& parser);
core::Result<CommandPtr> parse_inputlookup(Parser& parser);
core::Result<CommandPtr> parse_join(Parser& parser);
core::Result<CommandPtr> parse_lookup(Parser& parser);
core::Result<CommandPtr> parse_makemv(Parser& parser);
core::Result<CommandPtr> parse_makeresults(Parser& parser);
core::Result<CommandPtr> parse_mvexpand(Parser& parser);
core::Result<CommandPtr> parse_rare(Parser& parser);
core::Result<CommandPtr> parse_regex(Parser& parser);
core::Result<CommandPtr> parse_rename(Parser& parser);
core::Result<CommandPtr> parse_return(Parser& parser);
core::Result<CommandPtr> parse_reverse(Parser& parser);
core::Result<CommandPtr> parse_rex(Parser& parser);
core::Result<CommandPtr> parse_search_command(Parser& parser);
core::Result<CommandPtr> parse_sort(Parser& parser);
core::Result<CommandPtr> parse_stats(Parser& parser);
core::Result<CommandPtr> parse_table(Parser& parser);
core::Result<CommandPtr> parse_tail(Parser& parser);
core::Result<CommandPtr> parse_top(Parser& parser);
core::Result<CommandPtr> parse_where(Parser& parser);

}  // namespace rw::detect::spl
