#include "storage/sqlite/functions.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "daemon/core/json_text.h"
#include "daemon/core/text.h"
#include "daemon/core/text_test.h"

namespace rw::storage::sqlite {
namespace {

std::string_view text_of(sqlite3_value* value) {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

bool matches_line(const core::TextTest& test, std::string_view text) {
  while (true) {
    const std::size_t end = text.find('\n');
    if (test.matches(text.substr(0, end))) return true;
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
}

template <bool kByLine>
void match(sqlite3_context* context, int, sqlite3_value** arguments) {
  auto* pattern = static_cast<const core::TextTest*>(sqlite3_get_auxdata(context, 1));
  std::unique_ptr<core::TextTest> decoded;
  if (pattern == nullptr) {
    core::Result<core::TextTest> result = core::TextTest::decode(text_of(arguments[1]));
    if (!result.ok()) {
      sqlite3_result_error(context, result.error().message.c_str(), -1);
      return;
    }
    decoded = std::make_unique<core::TextTest>(std::move(result).value());
    pattern = decoded.get();
  }
  bool matches = false;
  if (sqlite3_value_type(arguments[0]) != SQLITE_NULL) {
    const std::string_view text = text_of(arguments[0]);
    matches = kByLine ? matches_line(*pattern, text) : pattern->matches(text);
  }
  sqlite3_result_int(context, matches ? 1 : 0);
  // SQLite may drop auxdata at once, so it takes over only after the last use.
  if (decoded) {
    sqlite3_set_auxdata(context, 1, decoded.release(), [](void* owned) { delete static_cast<core::TextTest*>(owned); });
  }
}

void fold(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return;
  const std::string folded = core::fold(text_of(arguments[0]));
  sqlite3_result_text64(context, folded.data(), folded.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void number(sqlite3_context* context, int, sqlite3_value** arguments) {
  const std::optional<double> result = core::number_of(text_of(arguments[0]));
  if (result) sqlite3_result_double(context, *result);  // else it stays NULL
}

void compare(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return;  // result stays NULL
  sqlite3_result_int(context, compare_texts(text_of(arguments[0]), text_of(arguments[1])));
}

void has(sqlite3_context* context, int, sqlite3_value** arguments) {
  const auto* values = static_cast<const ValueSet*>(sqlite3_value_pointer(arguments[0], ValueSet::kPointerType));
  if (values == nullptr) {
    sqlite3_result_error(context, "rw_has: expected a set of values", -1);
    return;
  }
  const bool is_null = sqlite3_value_type(arguments[1]) == SQLITE_NULL;
  sqlite3_result_int(context, is_null ? values->null : values->ids.has(sqlite3_value_int64(arguments[1])));
}

// rw_values: the distinct texts of a group.
using TextSet = std::set<std::string, std::less<>>;

void values_step(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return;
  auto** texts = static_cast<TextSet**>(sqlite3_aggregate_context(context, sizeof(void*)));
  if (texts == nullptr) {
    sqlite3_result_error_nomem(context);
    return;
  }
  if (*texts == nullptr) *texts = new TextSet;
  const std::string_view text = text_of(arguments[0]);
  if (!(*texts)->contains(text)) (*texts)->emplace(text);
}

void values_final(sqlite3_context* context) {
  auto** texts = static_cast<TextSet**>(sqlite3_aggregate_context(context, 0));
  const std::unique_ptr<TextSet> owned(texts == nullptr ? nullptr : *texts);
  std::string json = "[";
  if (owned) {
    for (const std::string& text : *owned) {
      if (json.size() > 1) json += ',';
      core::append_json_string(json, text);
    }
  }
  json += ']';
  sqlite3_result_text64(context, json.data(), json.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void lines_step(sqlite3_context* context, int, sqlite3_value** arguments) {
  auto** lines = static_cast<std::string**>(sqlite3_aggregate_context(context, sizeof(void*)));
  if (lines == nullptr) {
    sqlite3_result_error_nomem(context);
    return;
  }
  if (*lines == nullptr) {
    *lines = new std::string;
  } else {
    **lines += '\n';
  }
  **lines += text_of(arguments[0]);
}

void lines_final(sqlite3_context* context) {
  auto** lines = static_cast<std::string**>(sqlite3_aggregate_context(context, 0));
  const std::unique_ptr<std::string> owned(lines == nullptr ? nullptr : *lines);
  if (owned) sqlite3_result_text64(context, owned->data(), owned->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

// rw_earliest, rw_latest: the text that leads so far, and of what time and id.
struct TimedText {
  std::pair<std::int64_t, std::int64_t> place = {};
  std::string text;
};

template <bool kLatest>
void timed_step(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return;
  auto** best = static_cast<TimedText**>(sqlite3_aggregate_context(context, sizeof(void*)));
  if (best == nullptr) {
    sqlite3_result_error_nomem(context);
    return;
  }
  const std::pair<std::int64_t, std::int64_t> place(sqlite3_value_int64(arguments[1]),
                                                    sqlite3_value_int64(arguments[2]));
  if (*best == nullptr) {
    *best = new TimedText;
  } else if (kLatest ? place < (*best)->place : place > (*best)->place) {
    return;
  }
  (*best)->place = place;
  (*best)->text = std::string(text_of(arguments[0]));
}

void timed_final(sqlite3_context* context) {
  auto** best = static_cast<TimedText**>(sqlite3_aggregate_context(context, 0));
  const std::unique_ptr<TimedText> owned(best == nullptr ? nullptr : *best);
  if (owned) sqlite3_result_text64(context, owned->text.data(), owned->text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

}  // namespace

int compare_texts(std::string_view a, std::string_view b) {
  const auto sign = [](const auto& x, const auto& y) { return x < y ? -1 : (y < x ? 1 : 0); };
  const std::optional<double> x = core::number_of(a);
  const std::optional<double> y = core::number_of(b);
  return x && y ? sign(*x, *y) : sign(core::fold(a), core::fold(b));
}

core::Result<void> register_functions(Connection& connection) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  struct Entry {
    const char* name;
    int arguments;
    void (*call)(sqlite3_context*, int, sqlite3_value**);  // of a plain function
    void (*step)(sqlite3_context*, int, sqlite3_value**);  // of an aggregate
    void (*final)(sqlite3_context*);
  };
  constexpr Entry kSqlFunctions[] = {
      {"rw_match", 2, match<false>, nullptr, nullptr},
      {"rw_any_line", 2, match<true>, nullptr, nullptr},
      {"rw_compare", 2, compare, nullptr, nullptr},
      {"rw_fold", 1, fold, nullptr, nullptr},
      {"rw_has", 2, has, nullptr, nullptr},
      {"rw_number", 1, number, nullptr, nullptr},
      {"rw_values", 1, nullptr, values_step, values_final},
      {"rw_lines", 1, nullptr, lines_step, lines_final},
      {"rw_earliest", 3, nullptr, timed_step<false>, timed_final},
      {"rw_latest", 3, nullptr, timed_step<true>, timed_final},
  };
  sqlite3* db = connection.raw();
  for (const Entry& entry : kSqlFunctions) {
    if (sqlite3_create_function_v2(db, entry.name, entry.arguments, kFlags, nullptr, entry.call, entry.step,
                                   entry.final, nullptr) != SQLITE_OK) {
      return error_of(db, "register functions");
    }
  }
  return {};
}

}  // namespace rw::storage::sqlite
