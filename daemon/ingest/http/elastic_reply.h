// What Elasticsearch answers, as its clients check it. Every reply has the header X-Elastic-Product: client libraries
// since 7.14 refuse one without, even after their data was taken.
#pragma once

#include <string>
#include <string_view>

#include "daemon/http/server.h"
#include "daemon/ingest/http/elastic_bulk.h"

namespace rw::ingest {

http::Response elastic_reply(std::string body);

// {"error":{"root_cause":[…],"type":…,"reason":…},"status":…}; 401 and 503 with the headers that belong to them.
http::Response elastic_error(int status, std::string_view type, std::string_view reason);
// With the type that goes with the status.
http::Response elastic_error(int status, std::string_view reason);

// Of GET /. `user_agent` decides the version: Beats refuse an Elasticsearch that is older than they are, so each client
// is told its own ("Elastic-Winlogbeat/8.17.0 (…)"), as Elastic's mock-es does.
std::string elastic_info(std::string_view user_agent);

// The member of "items" for one item. No fault: it is stored (or was already, or is of no stored kind).
struct BulkFault {
  std::string_view type;
  std::string reason;  // empty: none
};
void append_bulk_item(std::string& out, const BulkItem& item, std::string_view default_index, const BulkFault& fault);

}  // namespace rw::ingest
