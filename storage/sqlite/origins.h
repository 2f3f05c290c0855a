// The logs that events are known in (tables origin and origin_name): computer and channel without case → id. The
// identity of an event hangs on this id, so a log has one for as long as an event of it is stored: it is looked up in
// the table, whatever the writer has in memory. Used on the writer's thread only, inside its transaction.
#pragma once

#include <cstdint>
#include <string_view>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/terms.h"

namespace rw::storage::sqlite {

class OriginTable {
 public:
  // The connection outlives the table.
  core::Result<void> prepare(Connection& connection);

  // Names case folded. 0: nothing of this log is stored.
  core::Result<std::int64_t> find(std::string_view computer_key, std::string_view channel_key);
  // The same, made where it is missing.
  core::Result<std::int64_t> id(std::string_view computer_key, std::string_view channel_key, TermMap& terms);

 private:
  Statement find_, add_, name_;
};

}  // namespace rw::storage::sqlite
