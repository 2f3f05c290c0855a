// Tokens: written in the file, in the environment (${NAME}) or in files of their own. No message ever shows one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/section.h"
#include "daemon/core/result.h"

namespace rw::config {

inline constexpr std::size_t kMaxTokenFileBytes = 1024 * 1024;

// One token for each line that is not empty, without surrounding blanks.
// Errors: Io, InvalidInput (no token in it, or one that cannot stand in a header), Limit.
core::Result<std::vector<std::string>> read_token_file(const std::string& path);

// A secret that a file holds: its one line, without blanks around it.
// Errors: Io, InvalidInput (empty, several lines, control characters), Limit.
core::Result<std::string> read_secret_file(const std::string& path);

// A secret that is written under `key`, with ${NAME} in it replaced, or stands in the file that `key`_file names.
// Nullopt: neither is there, or a problem. No problem shows its text.
std::optional<std::string> read_secret(Section& section, std::string_view key, std::string_view expected);

// The keys `tokens` (texts, and maps {file: path}) and `token_file` of a section, in this order.
std::vector<std::string> read_tokens(Section& section);

}  // namespace rw::config
