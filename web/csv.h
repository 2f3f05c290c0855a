// CSV as RFC 4180 has it: comma, CRLF, quotes where they are needed. Pure.
//
// The cells hold texts that were written on monitored hosts, by an intruder perhaps, and a spreadsheet takes a cell
// that begins with = + - @ for a formula, which may send the sheet to somebody. So a text that begins so (or with a tab
// or a carriage return) gets an apostrophe before it. Numbers do not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "web/render.h"

namespace rw::web {

// Whether a spreadsheet would take the text for a formula, see above.
bool begins_formula(std::string_view text);

// Appends the line of an item: its members of these names. A list or an object is its JSON.
void append_csv(std::string& out, const Json& item, const std::vector<std::string>& columns);
// The line of the names.
void append_csv_header(std::string& out, const std::vector<std::string>& columns);

}  // namespace rw::web
