#include "storage/sqlite/origins.h"

#include <utility>

namespace rw::storage::sqlite {

core::Result<void> OriginTable::prepare(Connection& connection) {
  const std::pair<Statement*, const char*> table[] = {
      {&find_, "SELECT origin FROM origin_name WHERE computer = ?1 AND channel = ?2"},
      {&add_, "INSERT INTO origin (computer, channel) VALUES (nullif(?1, 0), nullif(?2, 0)) RETURNING id"},
      {&name_, "INSERT INTO origin_name (computer, channel, origin) VALUES (?1, ?2, ?3)"},
  };
  for (const auto& [statement, sql] : table) {
    RW_TRY(*statement, connection.prepare(sql));
  }
  return {};
}

core::Result<std::int64_t> OriginTable::find(std::string_view computer_key, std::string_view channel_key) {
  find_.bind(1, computer_key);
  find_.bind(2, channel_key);
  RW_TRY(const bool row, find_.step());
  const std::int64_t id = row ? find_.integer(0) : 0;
  find_.reset();
  return id;
}

core::Result<std::int64_t> OriginTable::id(std::string_view computer_key, std::string_view channel_key,
                                           TermMap& terms) {
  RW_TRY(const std::int64_t known, find(computer_key, channel_key));
  if (known != 0) return known;
  add_.bind(1, terms.id(computer_key));
  add_.bind(2, terms.id(channel_key));
  RW_TRY(const bool row, add_.step());
  RW_ASSERT(row);
  const std::int64_t added = add_.integer(0);
  RW_CHECK(add_.run());
  name_.bind(1, computer_key);
  name_.bind(2, channel_key);
  name_.bind(3, added);
  RW_CHECK(name_.run());
  return added;
}

}  // namespace rw::storage::sqlite
