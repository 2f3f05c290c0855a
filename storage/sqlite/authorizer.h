// Reading connections may read and nothing else, whatever SQL reaches them.
#pragma once

#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

void allow_reading_only(Connection& connection);

}  // namespace rw::storage::sqlite
