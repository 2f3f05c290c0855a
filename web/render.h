// Rows of the store → JSON of the API. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/time.h"
#include "daemon/http/server.h"
#include "storage/store.h"

namespace rw::web {

using Json = nlohmann::ordered_json;  // members in the order of the columns

// One object a row: nulls left out, times as RFC 3339, JSON columns as JSON, booleans as such, every text valid UTF-8.
std::vector<Json> render_items(const storage::ListPage& page);

// A value of no certain kind: numbers, texts, lists of texts, null.
Json render_value(const storage::Value& value);

// The member as an object, or as a list; an empty one where it is something else, or missing.
Json object_in(const Json& object, const char* member);
Json list_in(const Json& object, const char* member);
// The member's text as a list of its lines; an empty list where there is none.
Json lines_in(const Json& object, const char* member);

// A text as JSON, invalid UTF-8 replaced.
Json render_text(std::string_view text);
Json render_texts(const std::vector<std::string>& texts);

// {"items": [...], "next_cursor": "..." | null}
http::Response list_response(std::vector<Json> items, const std::optional<std::string>& next_cursor);
http::Response json_response(const Json& body, int status = 200);

}  // namespace rw::web
