// What `regwarden token` and `regwarden user` share: changes of who may ask, into the store beside a running daemon,
// and lists of what is there.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "daemon/cli/render.h"
#include "daemon/core/result.h"
#include "storage/access.h"
#include "storage/store.h"

namespace rw::cli {

// "command NAME": the user of this machine who runs it, as the audit has it.
std::string command_actor();

// The store of this configuration, which the daemon has made. nullptr: it was said what is wrong.
std::unique_ptr<storage::Store> open_access_store(const std::string& config_file);

// With a note in the audit. False: there was nothing to change. detail: a JSON object. Errors: those of a commit.
core::Result<bool> edit_access(storage::Store& store, storage::AccessEdit edit, std::string_view action,
                               const std::string& object, const std::string& detail);

// The whole list, oldest first, times as RFC 3339, `time` as "created". Returns the exit status.
int print_access_list(storage::Store& store, storage::Listing listing, OutputFormat output);

}  // namespace rw::cli
