// Values of monitored machines in messages for people: whoever controls a machine chooses them, and must not be able to
// forge a line, a header, a link or a mention. plain() is applied to every value once, where a finding is read; the
// others escape for the syntax they are put into. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rw::notify {

// One line of valid UTF-8: line breaks, tabs and other blanks are one blank each; control characters, those that change
// the direction of text and those that take no room are U+FFFD. Cut to this many characters, the last then "…".
std::string plain(std::string_view value, std::size_t most_characters);

// Slack's mrkdwn knows mentions and links by '<' alone: & < > are entities.
std::string escape_slack(std::string_view text);

// A backslash before every ASCII punctuation: no markup, no mention, no link of Discord's.
std::string escape_discord(std::string_view text);

// The text as a header's value (RFC 2047): as it is where it is printable ASCII, else encoded words. Folded with CRLF
// and blank between encoded words, as RFC 5322 has it, where `fold` says so.
std::string header_text(std::string_view text, bool fold);

}  // namespace rw::notify
