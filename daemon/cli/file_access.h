// Who may read a file, judged by its mode: for a user that is another than the one who asks. Access control lists and
// capabilities are not looked at.
#pragma once

#include <sys/types.h>

#include <string>

namespace rw::cli {

// By its own bits and those of the folders above it. A group is one of the user's: the primary one, or one that names
// the user. False also where it is not there.
bool may_read(const std::string& file, uid_t user, gid_t group);

// Anybody of this machine may: by the file's own bits and those of the folders above it.
bool is_open_to_all(const std::string& file);

}  // namespace rw::cli
