#include <string>

#include "storage/record_ids.h"
#include "web/lists.h"
#include "web/routes.h"

namespace rw::web {

using storage::Listing;

namespace {

constexpr std::string_view kAddedToSources[] = {"silent"};

// Ranges as objects, and no host is silent that has no time since when.
void finish_source(Json& source) {
  if (const auto gaps = source.find("gaps"); gaps != source.end() && gaps->is_string()) {
    const auto ranges = storage::parse_ranges(gaps->get_ref<const std::string&>());
    if (ranges.ok()) {
      *gaps = Json::array();
      for (const storage::RecordRange& range : *ranges) gaps->push_back({{"first", range.first}, {"last", range.last}});
    }
  }
  source["silent"] = source.contains("silent_since");
}

}  // namespace

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

Answer list_sources(const Context& context, const http::Request& request) {
  return answer_list(
      context, request,
      {.name = "sources", .listing = Listing::kSources, .time_name = "last_received", .added = kAddedToSources},
      finish_source);
}

}  // namespace rw::web
