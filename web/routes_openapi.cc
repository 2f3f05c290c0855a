#include <string>
#include <vector>

#include "web/openapi.h"
#include "web/parameters.h"
#include "web/route_table.h"
#include "web/routes.h"

namespace rw::web {

// Made once: it is some hundred KiB.
Answer get_openapi(const Context&, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  static const std::string document = [] {
    std::vector<DocumentedRoute> told;
    for (const Route& route : routes()) {
      if (route.doc.summary.empty()) continue;
      told.push_back({route.method, route.path, route.scope ? scope_name(*route.scope) : "", route.doc});
    }
    return openapi_document(told).dump();
  }();
  http::Response response;
  response.body = document;
  return response;
}

}  // namespace rw::web
