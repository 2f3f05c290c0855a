// The table of all routes: who may ask, who answers, and what GET /openapi.json tells of it.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "web/context.h"
#include "web/openapi.h"
#include "web/scopes.h"

namespace rw::web {

struct Route {
  std::string_view method;     // GET answers HEAD too
  std::string_view path;       // a whole-path regular expression
  std::optional<Scope> scope;  // nullopt: nothing is asked for; it holds nothing about events
  RouteHandler handler;
  RouteDoc doc = {};  // without a summary it is not told
};

std::span<const Route> routes();

}  // namespace rw::web
