// Request bodies: JSON objects with members that are known. Pure.
#pragma once

#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "web/render.h"
#include "web/scopes.h"

namespace rw::web {

// The body as a JSON object; no member of it, nor of an object in it, is given twice: of two a parser would silently
// take one. Nothing in it is nested more than 32 deep.
// Errors: InvalidInput, with `example` in the hint.
core::Result<Json> parse_object(std::string_view body, std::string_view example);

// Errors: InvalidInput.
core::Result<std::string> parse_text(std::string_view member, const Json& value);

// A list of the scopes' names. Errors: InvalidInput.
core::Result<Scopes> parse_scopes(const Json& value);

// InvalidInput: "status: 'open': expected one of …"
core::Error unexpected(std::string_view member, const Json& value, std::string_view expected);
// InvalidInput: "unknown member 'x': expected one of …"
core::Error unknown_member(std::string_view member, std::string_view known);

}  // namespace rw::web
