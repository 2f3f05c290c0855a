// A statement that changes rows, with its values one after the other. Of one connection, on its thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

// Binds by position from 1, anew for each run; a std::nullopt is NULL.
class Change {
 public:
  static core::Result<Change> prepare(Connection& connection, std::string_view sql) {
    RW_TRY(Statement statement, connection.prepare(sql));
    return Change(connection, std::move(statement));
  }

  // Texts live until it has run.
  Change& with(std::string_view text) {
    statement_.bind(++bound_, text);
    return *this;
  }
  Change& with(std::int64_t number) {
    statement_.bind(++bound_, number);
    return *this;
  }
  Change& with(core::Micros time) { return with(core::to_us(time)); }
  template <class T>
  Change& with(const std::optional<T>& value) {
    if (value) return with(*value);
    statement_.bind_null(++bound_);
    return *this;
  }

  // The rows it changed.
  core::Result<std::uint64_t> run() {
    bound_ = 0;
    RW_CHECK(statement_.run());
    return static_cast<std::uint64_t>(connection_->changes());
  }

 private:
  Change(Connection& connection, Statement statement) : connection_(&connection), statement_(std::move(statement)) {}

  Connection* connection_;
  Statement statement_;
  int bound_ = 0;
};

}  // namespace rw::storage::sqlite
