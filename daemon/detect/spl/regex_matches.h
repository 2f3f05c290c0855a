// All matches of a regular expression in a text, one after the other.
#pragma once

#include <re2/re2.h>

#include <cstddef>
#include <string>
#include <vector>

#include "daemon/core/text.h"

namespace rw::detect::spl {

using MatchGroups = std::vector<re2::StringPiece>;  // the whole match, then what each group found

// From left to right, not overlapping; after an empty match it goes on one character further. `visit` takes the groups
// and says whether to go on.
template <class Visit>
void each_match(const re2::RE2& regex, const std::string& text, const Visit& visit) {
  MatchGroups groups(static_cast<std::size_t>(regex.NumberOfCapturingGroups()) + 1);
  const auto count = static_cast<int>(groups.size());
  for (std::size_t at = 0; at <= text.size();) {
    if (!regex.Match(text, at, text.size(), re2::RE2::UNANCHORED, groups.data(), count)) return;
    if (!visit(groups)) return;
    const auto end = static_cast<std::size_t>(groups[0].data() + groups[0].size() - text.data());
    at = groups[0].empty() ? core::next_character(text, end) : end;
  }
}

}  // namespace rw::detect::spl
