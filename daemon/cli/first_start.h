// What a daemon does and says that starts for the first time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/cli/listening.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "storage/store.h"
#include "storage/writer.h"

namespace rw::cli {

inline constexpr const char* kFirstTokenName = "first-start";

// A token with scope admin, where the store has never had a token nor a user: somebody must be let in. Its text, which
// is nowhere else; nothing: there was somebody. Errors: those of reading and of a commit.
core::Result<std::optional<std::string>> make_first_token(storage::Store& store, storage::Writer& writer,
                                                          core::Micros now);

struct FirstStart {
  bool is_first = false;             // the database was made by this start
  std::optional<std::string> token;  // what make_first_token() has made
  bool can_send = false;             // somebody has a token for the HTTP inputs
};

// To the log: what is not protected, always; the rest at the first start alone, in three lines and one with the token.
// Listeners with the ports that they have.
void log_start(const std::vector<Listener>& listeners, const FirstStart& start);

}  // namespace rw::cli
