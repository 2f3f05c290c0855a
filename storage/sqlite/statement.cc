#include <string>
#include <variant>

#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

void Statement::bind(int index, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    bind(index, *integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    bind(index, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text(statement_.get(), index, text->data(), static_cast<int>(text->size()), SQLITE_TRANSIENT);
  } else {
    RW_ASSERT(value.is_null());  // lists are results only
    bind_null(index);
  }
}

core::Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* db = sqlite3_db_handle(statement_.get());
  // COMMIT counts as read-only, but fails as the writing that it ends.
  const bool reads = sqlite3_stmt_readonly(statement_.get()) != 0 && column_count() > 0;
  core::Error error = error_of(db, reads ? "read" : "write");
  sqlite3_reset(statement_.get());
  return error;
}

core::Result<void> Statement::run() {
  while (true) {
    RW_TRY(const bool row, step());
    if (!row) break;
  }
  reset();
  return {};
}

Value Statement::value(int index) const {
  switch (sqlite3_column_type(statement_.get(), index)) {
    case SQLITE_INTEGER:
      return Value(integer(index));
    case SQLITE_FLOAT:
      return Value(sqlite3_column_double(statement_.get(), index));
    case SQLITE_NULL:
      return Value();
    default:
      return Value(std::string(text(index)));
  }
}

}  // namespace rw::storage::sqlite
