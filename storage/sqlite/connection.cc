#include "storage/sqlite/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rw::storage::sqlite {
namespace {

// SQL as a message may hold it: its first line, and not all of a long one.
std::string_view excerpt(std::string_view sql) {
  constexpr std::size_t kLongest = 200;
  sql.remove_prefix(std::min(sql.find_first_not_of("\n "), sql.size()));
  return sql.substr(0, std::min(sql.find('\n'), kLongest));
}

// https://www.sqlite.org/uri.html
std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

core::Error error_of(sqlite3* db, std::string_view doing) {
  const int code = sqlite3_errcode(db) & 0xff;
  std::string message = fmt::format("{}: {}", doing, sqlite3_errmsg(db));
  switch (code) {
    case SQLITE_FULL:
      return {core::ErrorCode::kIo, std::move(message), "free some space on the disk of data_dir"};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {core::ErrorCode::kIo, std::move(message), "check the disk and the permissions of data_dir"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {core::ErrorCode::kBusy, std::move(message), "another process holds the database's write lock"};
    case SQLITE_INTERRUPT:
      return {core::ErrorCode::kCancelled, std::move(message)};
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return {core::ErrorCode::kIo, std::move(message), "restore the database from a backup"};
    case SQLITE_TOOBIG:
      return {core::ErrorCode::kLimit, std::move(message)};
    case SQLITE_NOMEM:
      return {core::ErrorCode::kIo, std::move(message), "give regwarden more memory"};
    default:
      return {core::ErrorCode::kInternal, std::move(message)};
  }
}

core::Result<Connection> Connection::open(const std::string& path, Mode mode, const std::string& vfs) {
  sqlite3* db = nullptr;
  const int flags = (mode == Mode::kReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
                    (mode == Mode::kImmutable ? SQLITE_OPEN_URI : 0) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const std::string name = mode == Mode::kImmutable ? immutable_uri(path) : path;
  const int code = sqlite3_open_v2(name.c_str(), &db, flags, vfs.empty() ? nullptr : vfs.c_str());
  Connection connection(db);
  if (code != SQLITE_OK) return error_of(db, path);
  sqlite3_busy_timeout(db, 5000);
  return connection;
}

core::Result<void> Connection::execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error_of(db_.get(), excerpt(sql));
  return {};
}

core::Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  Statement owned(statement);
  if (code != SQLITE_OK) return error_of(db_.get(), excerpt(sql));
  return owned;
}

core::Result<std::int64_t> Connection::query_integer(std::string_view sql) {
  RW_TRY(Statement statement, prepare(sql));
  RW_TRY(const bool row, statement.step());
  if (!row) return core::Error{core::ErrorCode::kInternal, fmt::format("{}: no row", sql)};
  return statement.integer(0);
}

}  // namespace rw::storage::sqlite
