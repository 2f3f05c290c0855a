// A SQLite connection and its statements, RAII, failures as Result. One connection belongs to one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "storage/query.h"

namespace rw::storage::sqlite {

// The last error of a connection as ours: full disk, I/O, a damaged file, no memory → Io; locked → Busy; interrupted →
// Cancelled; the rest → Internal.
core::Error error_of(sqlite3* db, std::string_view doing);

class Statement {
 public:
  Statement() = default;

  // Binding, by position from 1. Text must stay alive until the next reset() or rebinding.
  void bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_.get(), index, value); }
  void bind(int index, double value) { sqlite3_bind_double(statement_.get(), index, value); }
  void bind(int index, std::string_view text) {
    sqlite3_bind_text(statement_.get(), index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void bind_blob(int index, std::string_view bytes) {
    sqlite3_bind_blob(statement_.get(), index, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
  }
  // For SQL functions of our own that know the type, a static text. The object outlives the statement.
  void bind_pointer(int index, const void* object, const char* type) {
    sqlite3_bind_pointer(statement_.get(), index, const_cast<void*>(object), type, nullptr);
  }
  void bind_null(int index) { sqlite3_bind_null(statement_.get(), index); }
  // Copies texts.
  void bind(int index, const Value& value);

  // True: a row is there; false: done.
  core::Result<bool> step();
  // Runs to the end, ignoring rows, and resets.
  core::Result<void> run();
  void reset() { sqlite3_reset(statement_.get()); }

  int column_count() const { return sqlite3_column_count(statement_.get()); }
  std::string_view column_name(int index) const { return sqlite3_column_name(statement_.get(), index); }
  bool is_null(int index) const { return sqlite3_column_type(statement_.get(), index) == SQLITE_NULL; }
  int type(int index) const { return sqlite3_column_type(statement_.get(), index); }  // SQLITE_INTEGER, …
  std::int64_t integer(int index) const { return sqlite3_column_int64(statement_.get(), index); }
  // Lives until the next step() or reset().
  std::string_view text(int index) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), index));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), index))};
  }
  // As text(), for what is stored as a blob.
  std::string_view blob(int index) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), index));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), index))};
  }
  Value value(int index) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// A statement that is read in the middle of a function with several ways out: none may hold the database's state.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ~ResetAtEnd() { statement_.reset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  Statement& statement_;
};

class Connection {
 public:
  // kImmutable: reads a file that nobody writes and that has no log; no file is made beside it.
  enum class Mode { kReadOnly, kReadWrite, kImmutable };

  // Opens an existing file, or creates it in kReadWrite. Waits up to 5 s for locks of other processes. vfs: as in
  // Options.
  static core::Result<Connection> open(const std::string& path, Mode mode, const std::string& vfs = {});

  core::Result<void> execute(const char* sql);
  core::Result<Statement> prepare(std::string_view sql);
  // A single integer of a single row.
  core::Result<std::int64_t> query_integer(std::string_view sql);
  std::int64_t changes() const { return sqlite3_changes64(db_.get()); }
  sqlite3* raw() { return db_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  explicit Connection(sqlite3* db) : db_(db) {}
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace rw::storage::sqlite
