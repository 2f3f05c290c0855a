#include "web/lists.h"
#include "web/routes.h"

namespace rw::web {

using storage::Listing;

Answer list_risk_events(const Context& context, const http::Request& request) {
  return answer_list(context, request, {"risk-events", Listing::kRiskEvents});
}

Answer list_runs(const Context& context, const http::Request& request) {
  return answer_list(context, request, {"runs", Listing::kRuns});
}

Answer list_registry_events(const Context& context, const http::Request& request) {
  return answer_list(context, request, {"registry", Listing::kRegistryEvents, "_time"});
}

Answer list_process_events(const Context& context, const http::Request& request) {
  return answer_list(context, request, {"processes", Listing::kProcessEvents, "_time"});
}

Answer list_rejected(const Context& context, const http::Request& request) {
  return answer_list(context, request, {"rejected", Listing::kRejected});
}

}  // namespace rw::web
