#include "storage/sqlite/authorizer.h"

#include <string_view>

namespace rw::storage::sqlite {
namespace {

// What emitted searches and listings use, and nothing that reads files, loads code or costs without bound.
constexpr std::string_view kFunctions[] = {
    "rw_match",  "rw_compare",   "rw_values",
    "rw_number", "rw_earliest",  "rw_latest",
    "count",     "rw_fold",      "rw_lines",
    "min",       "max",          "sum",
    "avg",       "ifnull",       "nullif",
    "iif",       "json_valid",   "json_type",
    "typeof",    "replace",      "rtrim",
    "substr",    "printf",       "strftime",
    "like",      "json_extract", "json_group_array",
    "rw_has",    "rw_any_line",  "length",
};

int authorize(void*, int action, const char*, const char* second, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      for (const std::string_view name : kFunctions) {
        if (second != nullptr && name == second) return SQLITE_OK;
      }
      return SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

}  // namespace

void allow_reading_only(Connection& connection) { sqlite3_set_authorizer(connection.raw(), authorize, nullptr); }

}  // namespace rw::storage::sqlite
