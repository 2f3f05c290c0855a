// The description of the API (OpenAPI 3.1), made of the table of routes: what a route takes and answers stands beside
// it there, the schemas of the store's lists follow from storage/listing.h, the others stand in openapi_schemas.cc.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "storage/store.h"
#include "web/render.h"

namespace rw::web {

// What the query of a route may have.
enum class QueryKind {
  kNone,
  kList,       // of a list of the store
  kIndexList,  // of a list in memory
  kCounts,
  kRiskObjects,
  kExport,
  kWindow,  // earliest, latest
  kStream,
};

// What stands beside a route.
struct RouteDoc {
  std::string_view summary;
  // The name of the schema of the answer; of a list that of its items. Empty: an answer without a body, or no JSON.
  std::string_view answer = {};
  QueryKind query = QueryKind::kNone;
  std::optional<storage::Listing> listing = std::nullopt;  // that the query is about
  std::string_view body = {};                              // the name of the schema of the request's body; empty: none
  int status = 200;
  std::string_view media_type = "application/json";
  bool takes_session = false;  // and no token will do
};

struct DocumentedRoute {
  std::string_view method;
  std::string_view pattern;  // as the server has it: a group is a parameter
  std::string_view scope;    // "read"; empty: it needs none
  RouteDoc doc;
};

Json openapi_document(const std::vector<DocumentedRoute>& routes);

// "/api/v1/notables/{id}": the names of the groups stand in openapi.cc.
std::string path_template(std::string_view pattern);

// The schemas that are written by hand, by name (openapi_schemas.cc, openapi_schemas_changes.cc).
Json handwritten_schemas();
Json schemas_of_changes();

}  // namespace rw::web
