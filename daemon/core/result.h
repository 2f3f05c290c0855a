// Result<T>: a value or an Error. Bad input is daily business here, so failure is a value that cannot be ignored.
//
//   Result<Header> parse_header(std::string_view text) {
//     RW_TRY(const auto pri, parse_pri(text));     // on failure returns the Error to our caller
//     RW_CHECK(check_version(text));               // the same for Result<void>
//     return Header{.facility = pri / 8};
//   }
//
// Both macros are several statements: use them inside braces only.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

namespace rw::core {

enum class ErrorCode {
  kInvalidInput,  // what came from outside does not have the form it must have
  kNotFound,      // what was named does not exist
  kUnsupported,   // well formed, but a construct that is not supported
  kLimit,         // larger, deeper or longer than a limit
  kBusy,          // could work later: queue full, database locked
  kIo,            // the environment: disk full, port taken, connection lost
  kCancelled,     // stopped on request
  kInternal,      // a bug, or something that must never happen
};

// message: what went wrong, where, and what was expected. hint: what the operator can do now; may be empty.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string hint = {};

  friend bool operator==(const Error&, const Error&) = default;
};

inline Error invalid_input(std::string message) { return {ErrorCode::kInvalidInput, std::move(message)}; }

// "MESSAGE (HINT)", for logs and people.
inline std::string render(const Error& error) {
  return error.hint.empty() ? error.message : error.message + " (" + error.hint + ")";
}

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& { return std::get<0>(state_); }
  T& value() & { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !failed_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { return error_; }
  Error&& error() && { return std::move(error_); }

 private:
  Error error_;
  bool failed_ = false;
};

[[noreturn]] inline void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "regwarden: assertion failed: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace rw::core

#define RW_CONCAT_INNER(a, b) a##b
#define RW_CONCAT(a, b) RW_CONCAT_INNER(a, b)

// RW_TRY(declaration, expression of type Result<T>)
#define RW_TRY(declaration, ...) RW_TRY_IMPL(RW_CONCAT(rw_result_, __COUNTER__), declaration, __VA_ARGS__)
#define RW_TRY_IMPL(result, declaration, ...)         \
  auto result = (__VA_ARGS__);                        \
  if (!result.ok()) return std::move(result).error(); \
  declaration = std::move(result).value()

// RW_CHECK(expression of type Result<void>)
#define RW_CHECK(...)                                                     \
  do {                                                                    \
    auto rw_check_result = (__VA_ARGS__);                                 \
    if (!rw_check_result.ok()) return std::move(rw_check_result).error(); \
  } while (false)

// A condition that only a bug can break. On in release: log and abort; nothing acknowledged is lost by it.
#define RW_ASSERT(condition) ((condition) ? void(0) : rw::core::assertion_failed(#condition, __FILE__, __LINE__))
