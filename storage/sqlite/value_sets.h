// Which ids of a dimension or of terms pass a filter, kept for the filters that were asked for of late: rows of these
// tables are never changed, and an id is never given again (expiry.h), so only new ones are tried the next time.
// Belongs to its reader's thread.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "daemon/core/text_pattern.h"
#include "storage/sqlite/functions.h"
#include "storage/sqlite/listing_rows.h"

namespace rw::storage::sqlite {

class SqliteReader;

class ValueSets {
 public:
  // For a column that part_of_field() knows. The reader's clock is running. Errors: those of Reader::list.
  core::Result<std::shared_ptr<const ValueSet>> passing(SqliteReader& reader, const EventColumn& column,
                                                        const core::TextPattern& pattern);

 private:
  static constexpr std::size_t kMostKept = 32;

  struct Kept {
    std::string sql;
    std::string pattern;  // encoded
    std::shared_ptr<ValueSet> values;
    std::int64_t last_id = 0;  // tried up to here
  };
  std::list<Kept> kept_;  // the latest first
};

}  // namespace rw::storage::sqlite
